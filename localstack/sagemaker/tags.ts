/** AddTags, ListTags, DeleteTags, and tags given at creation. */
import type {
  AddTagsInput,
  AddTagsOutput,
  DeleteTagsInput,
  ListTagsInput,
  ListTagsOutput,
  Tag,
} from '@aws-sdk/client-sagemaker';
import { Constraints, validationError } from './constraints.ts';
import { endpointKey } from './endpoints/endpoint-record.ts';
import { nameFromArn } from './names.ts';
import type { SageMaker } from './sagemaker.ts';

const MAXIMUM_TAGS = 50;
const SMALLEST_PAGE = 50;
const RESOURCE_ARN = 'arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+';
const TAG_TEXT = '([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)';

/** Checks tags of a request. @throws AwsError ValidationException */
export function checkTags(tags: readonly Tag[] | undefined): void {
  const constraints = new Constraints().length(tags, 'tags', [0, MAXIMUM_TAGS]);
  for (const [index, tag] of (tags ?? []).entries()) {
    const path = `tags.${index + 1}.member`;
    constraints.required(tag.Key, `${path}.key`).length(tag.Key, `${path}.key`, [1, 128]);
    constraints.pattern(tag.Key, `${path}.key`, TAG_TEXT);
    constraints.length(tag.Value, `${path}.value`, [0, 256]).pattern(tag.Value, `${path}.value`, TAG_TEXT);
  }
  constraints.check();
}

/** Stores the tags of a new resource. */
export function putTags(sagemaker: SageMaker, arn: string, tags: readonly Tag[] | undefined): void {
  if (tags && tags.length > 0) sagemaker.tags.put(arn, tags);
}

export function addTags(sagemaker: SageMaker, input: AddTagsInput): AddTagsOutput {
  const arn = existing(sagemaker, input.ResourceArn);
  checkTags(input.Tags);
  const merged = new Map((sagemaker.tags.get(arn) ?? []).map((tag) => [tag.Key, tag]));
  for (const tag of input.Tags ?? []) merged.set(tag.Key, tag);
  const tags = [...merged.values()];
  checkTags(tags);
  sagemaker.tags.put(arn, tags);
  return { Tags: tags };
}

/** A resource has at most 50 tags and a page at least as many: there is never a second page. */
export function listTags(sagemaker: SageMaker, input: ListTagsInput): ListTagsOutput {
  new Constraints().range(input.MaxResults, 'maxResults', [SMALLEST_PAGE, Number.MAX_SAFE_INTEGER]).check();
  if (input.NextToken !== undefined) throw validationError('Invalid NextToken.');
  return { Tags: [...(sagemaker.tags.get(existing(sagemaker, input.ResourceArn)) ?? [])] };
}

export function deleteTags(sagemaker: SageMaker, input: DeleteTagsInput): Record<string, never> {
  const arn = existing(sagemaker, input.ResourceArn);
  new Constraints().length(input.TagKeys, 'tagKeys', [1, MAXIMUM_TAGS]).check();
  const kept = (sagemaker.tags.get(arn) ?? []).filter(
    (tag) => !(input.TagKeys ?? []).includes(tag.Key ?? ''),
  );
  sagemaker.tags.put(arn, kept);
  return {};
}

function existing(sagemaker: SageMaker, arn: string | undefined): string {
  const constraints = new Constraints().required(arn, 'resourceArn').length(arn, 'resourceArn', [0, 256]);
  constraints.pattern(arn, 'resourceArn', RESOURCE_ARN).check();
  const kind = arn!.split(':')[5]?.split('/')[0] ?? '';
  const name = nameFromArn(arn!);
  const collections: Record<string, { has(key: string): boolean }> = {
    'training-job': sagemaker.trainingJobs,
    'transform-job': sagemaker.transformJobs,
    'processing-job': sagemaker.processingJobs,
    'hyper-parameter-tuning-job': sagemaker.tuningJobs,
    model: sagemaker.models,
    'endpoint-config': sagemaker.endpointConfigs,
    endpoint: { has: (key) => sagemaker.endpoints.has(endpointKey(key)) },
    'model-package-group': sagemaker.packageGroups,
    'model-package': { has: () => sagemaker.packages.has(arn!) },
    artifact: { has: () => sagemaker.lineage.has(arn!) },
    action: { has: () => sagemaker.lineage.has(arn!) },
    context: { has: () => sagemaker.lineage.has(arn!) },
  };
  if (!collections[kind]?.has(name)) throw validationError(`Could not find resource "${arn}".`);
  return arn!;
}
