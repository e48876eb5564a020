/** SageMaker's events on the default bus. */
import type { Tag } from '@aws-sdk/client-sagemaker';
import type { SageMaker } from './sagemaker.ts';

/** `{key: value}` as events carry tags, unlike the API's list. */
export function tagsOf(sagemaker: SageMaker, arn: string): Record<string, string> {
  return tagMap(sagemaker.tags.get(arn) ?? []);
}

function tagMap(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
}

/** Emits `SageMaker <what>` about `arn`; dates in the detail become epoch milliseconds. */
export function emitStateChange(sagemaker: SageMaker, what: string, arn: string, detail: object): void {
  sagemaker.cloud.emit({
    source: 'aws.sagemaker',
    detailType: `SageMaker ${what}`,
    resources: [arn],
    detail: withDates({ ...detail, Tags: tagsOf(sagemaker, arn) }, (date) => date.getTime()),
  });
}

/** As `emitStateChange`, with ISO 8601 times and without tags: the form of model package events. */
export function emitWithIsoTimes(sagemaker: SageMaker, what: string, arn: string, detail: object): void {
  sagemaker.cloud.emit({
    source: 'aws.sagemaker',
    detailType: `SageMaker ${what}`,
    resources: [arn],
    detail: withDates(detail, (date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')),
  });
}

function withDates(value: object, convert: (date: Date) => number | string): object {
  const visit = (each: unknown): unknown => {
    if (each instanceof Date) return convert(each);
    if (Array.isArray(each)) return each.map(visit);
    if (typeof each !== 'object' || each === null) return each;
    const defined = Object.entries(each).filter(([, member]) => member !== undefined);
    return Object.fromEntries(defined.map(([key, member]) => [key, visit(member)]));
  };
  return visit(value) as object;
}
