/** DescribeParameters: metadata of parameters, filtered. */
import type {
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  ParameterStringFilter,
} from '@aws-sdk/client-ssm';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import { checkPageSize, type ParameterRecord, type ParameterVersion } from './parameter.ts';
import type { Parameters } from './parameters.ts';

const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 50;

/** The operation over the stored parameters, by name. */
export function describeParameters(
  store: Collection<ParameterRecord>,
  parameters: Parameters,
): Operation<DescribeParametersCommandInput, Omit<DescribeParametersCommandOutput, '$metadata'>> {
  return (input) => {
    if (input.Filters?.length)
      throw new NotImplementedByLocalCloud('SSM DescribeParameters Filters; use ParameterFilters');
    refuseMembers('ssm DescribeParameters', input, ['Shared']);
    checkPageSize(input.MaxResults, LARGEST_PAGE);
    const filters = input.ParameterFilters ?? [];
    const records = store
      .values()
      .filter((record) => filters.every((filter) => passes(filter, record)))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    const page = pageOf(records, { token: input.NextToken, size: input.MaxResults ?? DEFAULT_PAGE });
    return {
      Parameters: page.items.map((record) => parameters.metadata(record.name, record.versions.at(-1)!)),
      NextToken: page.nextToken,
    };
  };
}

function passes({ Key, Option, Values = [] }: ParameterStringFilter, record: ParameterRecord): boolean {
  const latest = record.versions.at(-1)!;
  if (Key === 'Path') {
    const isDeep = Option === 'Recursive';
    return Values.some((path) => {
      const prefix = path.endsWith('/') ? path : `${path}/`;
      return record.name.startsWith(prefix) && (isDeep || !record.name.slice(prefix.length).includes('/'));
    });
  }
  const subject = subjectOf(Key ?? '', record, latest);
  switch (Option ?? 'Equals') {
    case 'Equals':
      return Values.includes(subject);
    case 'BeginsWith':
      return Values.some((value) => subject.startsWith(value));
    case 'Contains':
      return Values.some((value) => subject.includes(value));
    default:
      throw new AwsError(
        'InvalidFilterOption',
        `The following filter option is not valid: ${Option}. Valid options include: [BeginsWith, Equals].`,
      );
  }
}

function subjectOf(key: string, record: ParameterRecord, { type, tier, keyId }: ParameterVersion): string {
  if (key === 'Name') return record.name;
  if (key === 'Type') return type;
  if (key === 'Tier') return tier;
  if (key === 'KeyId') return keyId ?? '';
  if (key.startsWith('tag:')) return record.tags[key.slice('tag:'.length)] ?? '';
  throw new AwsError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [Path, Name, Type, KeyId, Tier]`,
  );
}
