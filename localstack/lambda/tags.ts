/** Tags of functions and event source mappings. */
import type * as Lambda from '@aws-sdk/client-lambda';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { parseFunctionName } from './names.ts';
import { type LambdaState, requireFunction } from './state.ts';

const MOST_TAGS = 50;

type Tags = Readonly<Record<string, string>>;

/** Table of the operations on tags. */
export function tagOperations(state: LambdaState): Record<string, Operation> {
  /** The tags of what the ARN names, and how to replace them. */
  function find(arn = ''): { tags: Tags; put: (tags: Tags) => void } {
    const [, , , , , type, id = ''] = arn.split(':');
    if (type === 'event-source-mapping') {
      const mapping = state.mappings.get(id);
      if (!mapping) throw notFound(`Event source mapping not found: ${arn}`);
      return { tags: mapping.tags, put: (tags) => state.mappings.put(id, { ...mapping, tags }) };
    }
    if (type !== 'function') throw new NotImplementedByLocalCloud(`lambda tags of ${arn}`);
    const { name, qualifier } = parseFunctionName(arn);
    if (qualifier !== undefined) {
      throw invalidParameter(
        'Tags on function aliases and versions are not supported. Please specify a function ARN.',
      );
    }
    const record = requireFunction(state, name);
    return { tags: record.tags, put: (tags) => state.functions.put(name, { ...record, tags }) };
  }

  const TagResource: Operation<Lambda.TagResourceCommandInput> = (input) => {
    const { tags, put } = find(input.Resource);
    if (Object.keys(input.Tags ?? {}).length === 0) {
      throw invalidParameter('An error occurred and the request cannot be processed.');
    }
    const changed = { ...tags, ...input.Tags };
    if (Object.keys(changed).length > MOST_TAGS) {
      throw invalidParameter('Number of tags exceeds resource tag limit.');
    }
    put(changed);
    return {};
  };

  const UntagResource: Operation<Lambda.UntagResourceCommandInput> = (input) => {
    const { tags, put } = find(input.Resource);
    const removed = new Set(input.TagKeys ?? []);
    put(Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))));
    return {};
  };

  const ListTags: Operation<Lambda.ListTagsCommandInput> = (input) => ({
    Tags: { ...find(input.Resource).tags },
  });

  return { TagResource, UntagResource, ListTags };
}
