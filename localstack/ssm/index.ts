/** Systems Manager's Parameter Store. */
import type {
  AddTagsToResourceCommandInput,
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  GetParameterCommandInput,
  GetParameterHistoryCommandInput,
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  ListTagsForResourceCommandInput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-ssm';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Service } from '../core/service.ts';
import { ssmAccess } from './access.ts';
import { describeParameters } from './describe-parameters.ts';
import { checkNames, checkPageSize, type ParameterRecord } from './parameter.ts';
import { createParameters } from './parameters.ts';
import { putParameter } from './put-parameter.ts';

const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 50;
const LARGEST_PATH_PAGE = 10;

/** The `ssm` service: parameters of all three types with versions, paths and tags. */
export function createSsmService(cloud: Cloud): Service {
  const store = cloud.collection<ParameterRecord>('ssm', 'parameters');
  const parameters = createParameters(cloud, store);

  function tagged(resourceType: string | undefined, resourceId: string | undefined): ParameterRecord {
    if (resourceType !== 'Parameter') throw new NotImplementedByLocalCloud(`ssm tags of ${resourceType}`);
    const found = parameters.find(resourceId ?? '');
    // AWS says no more than that
    if (!found) throw new AwsError('InvalidResourceId', '');
    return found.record;
  }

  return {
    name: 'ssm',
    authorize: (operation, input) => ssmAccess(cloud, operation, input),
    operations: {
      PutParameter: putParameter(cloud, store, parameters),
      async GetParameter(input: GetParameterCommandInput, call) {
        return {
          Parameter: await parameters.read(input.Name!, input.WithDecryption ?? false, call.principal),
        };
      },
      async GetParameters(input: GetParametersCommandInput, call) {
        checkNames(input.Names ?? []);
        const Parameters = [];
        const InvalidParameters = [];
        for (const name of new Set(input.Names)) {
          if (!parameters.find(name)) InvalidParameters.push(name);
          else Parameters.push(await parameters.read(name, input.WithDecryption ?? false, call.principal));
        }
        return { Parameters, InvalidParameters };
      },
      async GetParametersByPath(input: GetParametersByPathCommandInput, call) {
        if (input.ParameterFilters?.length) {
          throw new NotImplementedByLocalCloud('ssm GetParametersByPath with ParameterFilters');
        }
        checkPageSize(input.MaxResults, LARGEST_PATH_PAGE);
        const names = parameters.below(input.Path!, input.Recursive ?? false);
        const page = pageOf(names, { token: input.NextToken, size: input.MaxResults ?? DEFAULT_PAGE });
        const read = (name: string) => parameters.read(name, input.WithDecryption ?? false, call.principal);
        return { Parameters: await Promise.all(page.items.map(read)), NextToken: page.nextToken };
      },
      async GetParameterHistory(input: GetParameterHistoryCommandInput, call) {
        checkPageSize(input.MaxResults, LARGEST_PAGE);
        const { versions, name } = parameters.require(input.Name!);
        const page = pageOf(versions, { token: input.NextToken, size: input.MaxResults ?? LARGEST_PAGE });
        const read = async (version: (typeof versions)[number]) => ({
          ...parameters.metadata(name, version),
          Value: await parameters.readValue(name, version, input.WithDecryption ?? false, call.principal),
          Labels: [],
        });
        return { Parameters: await Promise.all(page.items.map(read)), NextToken: page.nextToken };
      },
      DescribeParameters: describeParameters(store, parameters),
      DeleteParameter(input: DeleteParameterCommandInput) {
        store.delete(parameters.require(input.Name!).name);
        return {};
      },
      DeleteParameters(input: DeleteParametersCommandInput) {
        const names = [...new Set(input.Names)];
        checkNames(names);
        const DeletedParameters = names.filter((name) => {
          const found = parameters.find(name);
          return found !== undefined && store.delete(found.record.name);
        });
        return {
          DeletedParameters,
          InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)),
        };
      },
      AddTagsToResource(input: AddTagsToResourceCommandInput) {
        const record = tagged(input.ResourceType, input.ResourceId);
        const added = Object.fromEntries(input.Tags!.map(({ Key, Value }) => [Key!, Value!]));
        store.put(record.name, { ...record, tags: { ...record.tags, ...added } });
        return {};
      },
      RemoveTagsFromResource(input: RemoveTagsFromResourceCommandInput) {
        const record = tagged(input.ResourceType, input.ResourceId);
        const kept = Object.entries(record.tags).filter(([key]) => !input.TagKeys!.includes(key));
        store.put(record.name, { ...record, tags: Object.fromEntries(kept) });
        return {};
      },
      ListTagsForResource(input: ListTagsForResourceCommandInput) {
        const { tags } = tagged(input.ResourceType, input.ResourceId);
        return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
      },
    },
  };
}
