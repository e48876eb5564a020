/** Operations on metric filters and resource policies. */
import type {
  DeleteMetricFilterCommandInput,
  DeleteResourcePolicyCommandInput,
  DescribeMetricFiltersCommandInput,
  DescribeResourcePoliciesCommandInput,
  MetricTransformation,
  PutMetricFilterCommandInput,
  PutResourcePolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { requireConstraints } from '../events/constraints.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import { type LogStore, type ResourcePolicyRecord, requireGroup, streamKey } from './groups.ts';
import { refuseMembers, requireFilterName, requireGroupName, requireLimit } from './log-names.ts';

/** Of an account in a region. */
const MOST_POLICIES = 10;

export function metricFilterOperations(cloud: Cloud, store: LogStore) {
  return {
    PutMetricFilter(input: PutMetricFilterCommandInput) {
      const transformations = input.metricTransformations ?? [];
      requireGroupName(input.logGroupName);
      requireFilterName(input.filterName);
      requireConstraints('InvalidParameterException', [
        { path: 'filterPattern', value: input.filterPattern, maxLength: 1024 },
        {
          path: 'metricTransformations',
          value: transformations.map(showTransformation),
          minLength: 1,
          maxLength: 1,
        },
      ]);
      const { applyOnTransformedLogs, fieldSelectionCriteria, emitSystemFieldDimensions } = input;
      refuseMembers('PutMetricFilter', {
        applyOnTransformedLogs,
        fieldSelectionCriteria,
        emitSystemFieldDimensions,
      });
      const group = requireGroup(store, input.logGroupName);
      parseFilterPattern(input.filterPattern);
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
      requireGroupName(logGroupName);
      requireFilterName(filterName);
      const group = requireGroup(store, logGroupName);
      if (!store.filters.delete(streamKey(group.name, filterName))) {
        throw new AwsError('ResourceNotFoundException', 'The specified metric filter does not exist.');
      }
      return {};
    },
    DescribeMetricFilters(input: DescribeMetricFiltersCommandInput) {
      requireLimit(input.limit, 50);
      requireConstraints('InvalidParameterException', [
        { path: 'filterNamePrefix', value: input.filterNamePrefix, minLength: 1, maxLength: 512 },
        { path: 'metricName', value: input.metricName, maxLength: 255 },
        { path: 'metricNamespace', value: input.metricNamespace, maxLength: 255 },
      ]);
      if (input.logGroupName !== undefined) requireGroup(store, input.logGroupName);
      const found = store.filters
        .values()
        .filter(({ groupName }) => input.logGroupName === undefined || groupName === input.logGroupName)
        .filter(({ name }) => name.startsWith(input.filterNamePrefix ?? ''))
        .filter(({ transformations }) =>
          transformations.some(
            ({ metricName, metricNamespace }) =>
              (input.metricName === undefined || metricName === input.metricName) &&
              (input.metricNamespace === undefined || metricNamespace === input.metricNamespace),
          ),
        );
      const { items, nextToken } = pageOf(found, { size: input.limit ?? 50, token: input.nextToken });
      const metricFilters = items.map((filter) => ({
        filterName: filter.name,
        filterPattern: filter.pattern,
        logGroupName: filter.groupName,
        metricTransformations: [...filter.transformations],
        creationTime: filter.createdAtEpochMs,
        applyOnTransformedLogs: false,
      }));
      return { metricFilters, nextToken };
    },

    PutResourcePolicy(input: PutResourcePolicyCommandInput) {
      const { policyName: name = '', policyDocument = '', resourceArn, expectedRevisionId } = input;
      refuseMembers('PutResourcePolicy', { resourceArn, expectedRevisionId });
      requireJson(policyDocument);
      if (!store.policies.has(name) && store.policies.size >= MOST_POLICIES) {
        throw new AwsError('LimitExceededException', 'Resource limit exceeded.');
      }
      const record = { name, document: policyDocument, updatedAtEpochMs: cloud.clock.now() };
      store.policies.put(name, record);
      return { resourcePolicy: describePolicy(record) };
    },
    DeleteResourcePolicy(input: DeleteResourcePolicyCommandInput) {
      const { policyName = '', resourceArn, expectedRevisionId } = input;
      refuseMembers('DeleteResourcePolicy', { resourceArn, expectedRevisionId });
      if (!store.policies.delete(policyName)) {
        throw new AwsError('ResourceNotFoundException', `Policy with name [${policyName}] does not exist.`);
      }
      return {};
    },
    DescribeResourcePolicies(input: DescribeResourcePoliciesCommandInput) {
      const { limit, nextToken: token, resourceArn, policyScope } = input;
      refuseMembers('DescribeResourcePolicies', { resourceArn, policyScope });
      requireLimit(limit, 50);
      const { items, nextToken } = pageOf(store.policies.values(), { size: limit ?? 50, token });
      return { resourcePolicies: items.map(describePolicy), nextToken };
    },
  };
}

function describePolicy({ name, document, updatedAtEpochMs }: ResourcePolicyRecord) {
  return {
    policyName: name,
    policyDocument: document,
    lastUpdatedTime: updatedAtEpochMs,
    policyScope: 'ACCOUNT' as const,
  };
}

/** A transformation as the messages of CloudWatch Logs show it. */
function showTransformation(transformation: MetricTransformation): string {
  const { metricName, metricNamespace, metricValue, defaultValue, unit, dimensions } = transformation;
  return `MetricTransformation(metricName=${metricName}, metricNamespace=${metricNamespace}, metricValue=${metricValue}, defaultValue=${defaultValue ?? null}, unit=${unit ?? null}, dimensions=${dimensions ?? null})`;
}

function requireJson(document: string): void {
  try {
    JSON.parse(document);
  } catch (cause) {
    throw new AwsError('InvalidParameterException', 'Unable to parse policy document.', { cause });
  }
}
