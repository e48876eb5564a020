/** Operations on metric filters and resource policies. */
import type {
  DeleteMetricFilterCommandInput,
  DeleteResourcePolicyCommandInput,
  DescribeMetricFiltersCommandInput,
  DescribeResourcePoliciesCommandInput,
  PutMetricFilterCommandInput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { groupNameOf, type LogStore, requireGroup, streamKey } from './groups.ts';

export function metricFilterOperations(cloud: Cloud, store: LogStore) {
  return {
    PutMetricFilter(input: PutMetricFilterCommandInput) {
      const group = requireGroup(store, input.logGroupName);
      parseFilterPattern(input.filterPattern);
      const transformations = input.metricTransformations ?? [];
      for (const { defaultValue } of transformations) {
        if (defaultValue !== undefined)
          throw new NotImplementedByLocalCloud('logs metric filters with defaultValue');
      }
      const name = input.filterName ?? '';
      store.filters.put(streamKey(group.name, name), {
        groupName: group.name,
        name,
        pattern: input.filterPattern ?? '',
        transformations,
        createdAtEpochMs: cloud.clock.now(),
      });
      return {};
    },
    DeleteMetricFilter({ logGroupName, filterName = '' }: DeleteMetricFilterCommandInput) {
      const group = requireGroup(store, logGroupName);
      if (!store.filters.delete(streamKey(group.name, filterName))) {
        throw new AwsError('ResourceNotFoundException', 'The specified metric filter does not exist.');
      }
      return {};
    },
    DescribeMetricFilters(input: DescribeMetricFiltersCommandInput) {
      const found = store.filters
        .values()
        .filter(({ groupName }) => input.logGroupName === undefined || groupName === input.logGroupName)
        .filter(({ name }) => name.startsWith(input.filterNamePrefix ?? ''));
      const { items, nextToken } = pageOf(found, { size: input.limit ?? 50, token: input.nextToken });
      const metricFilters = items.map((filter) => ({
        filterName: filter.name,
        filterPattern: filter.pattern,
        logGroupName: filter.groupName,
        metricTransformations: [...filter.transformations],
        creationTime: filter.createdAtEpochMs,
      }));
      return { metricFilters, nextToken };
    },

    PutResourcePolicy({ policyName = '', policyDocument = '', resourceArn }: PutResourcePolicyCommandInput) {
      requireJson(policyDocument);
      const updatedAtEpochMs = cloud.clock.now();
      const name = policyName === '' ? groupNameOf(resourceArn) : policyName;
      store.policies.put(name, { name, document: policyDocument, updatedAtEpochMs });
      return {
        resourcePolicy: { policyName: name, policyDocument, lastUpdatedTime: updatedAtEpochMs },
      };
    },
    DeleteResourcePolicy({ policyName = '' }: DeleteResourcePolicyCommandInput) {
      if (!store.policies.delete(policyName)) {
        throw new AwsError('ResourceNotFoundException', `Policy with name [${policyName}] does not exist`);
      }
      return {};
    },
    DescribeResourcePolicies({ limit, nextToken: token }: DescribeResourcePoliciesCommandInput) {
      const { items, nextToken } = pageOf(store.policies.values(), { size: limit ?? 50, token });
      const resourcePolicies = items.map(({ name, document, updatedAtEpochMs }) => ({
        policyName: name,
        policyDocument: document,
        lastUpdatedTime: updatedAtEpochMs,
      }));
      return { resourcePolicies, nextToken };
    },
  };
}

function requireJson(document: string): void {
  try {
    JSON.parse(document);
  } catch (cause) {
    throw new AwsError('InvalidParameterException', 'Unable to parse policy document.', { cause });
  }
}
