/** What a stack, its resources and its events look like from outside. */
import type {
  DescribeEventsCommandInput,
  DescribeStackEventsCommandInput,
  DescribeStackResourceCommandInput,
  DescribeStackResourcesCommandInput,
  DescribeStacksCommandInput,
  ListExportsCommandInput,
  ListImportsCommandInput,
  ListStackResourcesCommandInput,
  ListStacksCommandInput,
  Stack,
} from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import type { EventRecord, ResourceRecord, StackRecord } from '../records.ts';
import type { ParameterValue } from '../template/parameters.ts';
import { page } from './page.ts';
import type { Service } from './stacks.ts';

const PAGE_SIZE = 100;
const MASK = '****';

export function parameterView({ key, value, resolved, noEcho }: ParameterValue) {
  return {
    ParameterKey: key,
    ParameterValue: noEcho ? MASK : value,
    ...(resolved === undefined ? {} : { ResolvedValue: resolved }),
  };
}

export function tagViews(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

const date = (epochMs: number | undefined) => (epochMs === undefined ? undefined : new Date(epochMs));

function stackView(stack: StackRecord): Stack {
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ChangeSetId: stack.changeSetId,
    Description: stack.content.description,
    Parameters: stack.content.parameters.map(parameterView),
    CreationTime: new Date(stack.creationTime),
    DeletionTime: date(stack.deletionTime),
    LastUpdatedTime: date(stack.lastUpdatedTime),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [],
    Capabilities: [...stack.content.capabilities] as Stack['Capabilities'],
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: stack.roleArn,
    Tags: tagViews(stack.content.tags),
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function describeStacks({ store }: Service, input: DescribeStacksCommandInput) {
  if (input.StackName !== undefined) {
    return {
      Stacks: [stackView(store.stack(input.StackName, `Stack with id ${input.StackName} does not exist`))],
    };
  }
  const live = store.allStacks().filter(({ status }) => status !== 'DELETE_COMPLETE');
  const { items, nextToken } = page(live, input.NextToken, PAGE_SIZE);
  return { Stacks: items.map(stackView), NextToken: nextToken };
}

export function listStacks({ store }: Service, input: ListStacksCommandInput) {
  const wanted = input.StackStatusFilter ?? [];
  const stacks = store.allStacks().filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  const { items, nextToken } = page(stacks, input.NextToken, PAGE_SIZE);
  return {
    StackSummaries: items.map((stack) => ({
      StackId: stack.stackId,
      StackName: stack.stackName,
      TemplateDescription: stack.content.description,
      CreationTime: new Date(stack.creationTime),
      LastUpdatedTime: date(stack.lastUpdatedTime),
      DeletionTime: date(stack.deletionTime),
      StackStatus: stack.status,
      StackStatusReason: stack.statusReason,
      DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    })),
    NextToken: nextToken,
  };
}

function eventView(event: EventRecord) {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    StackName: event.stackName,
    OperationId: event.operationId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.timestamp),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.clientRequestToken,
  };
}

export function describeStackEvents({ store }: Service, input: DescribeStackEventsCommandInput) {
  const stack = store.stack(input.StackName ?? '');
  const newestFirst = [...store.events(stack.stackId)].reverse();
  const { items, nextToken } = page(newestFirst, input.NextToken, PAGE_SIZE);
  return { StackEvents: items.map(eventView), NextToken: nextToken };
}

/** The events of a stack by operation; a change set has none here, since no validation of it is reported by event. */
export function describeEvents({ store }: Service, input: DescribeEventsCommandInput) {
  if (input.ChangeSetName !== undefined) return { OperationEvents: [] };
  const all =
    input.StackName === undefined
      ? store.allStacks().flatMap(({ stackId }) => store.events(stackId))
      : store.events(store.stack(input.StackName).stackId);
  const chosen = all.filter(
    (event) =>
      (input.OperationId === undefined || event.operationId === input.OperationId) &&
      (!input.Filters?.FailedEvents || event.status.endsWith('_FAILED')),
  );
  const { items, nextToken } = page([...chosen].reverse(), input.NextToken, PAGE_SIZE);
  const OperationEvents = items.map((event) => ({ ...eventView(event), EventType: 'STACK_EVENT' as const }));
  return { OperationEvents, NextToken: nextToken };
}

const isListed = ({ status }: ResourceRecord) => status !== 'DELETE_COMPLETE';

function resourceView(stack: StackRecord, resource: ResourceRecord) {
  return {
    StackName: stack.stackName,
    StackId: stack.stackId,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
  };
}

export function describeStackResources({ store }: Service, input: DescribeStackResourcesCommandInput) {
  const stack = findByResource({ store } as Service, input);
  const resources = store
    .resources(stack.stackId)
    .filter(
      ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
    );
  return {
    StackResources: resources.map((resource) => ({
      ...resourceView(stack, resource),
      Timestamp: new Date(resource.timestamp),
    })),
  };
}

function findByResource({ store }: Service, input: DescribeStackResourcesCommandInput): StackRecord {
  if (input.StackName !== undefined) {
    return store.stack(input.StackName, `Stack with id ${input.StackName} does not exist`);
  }
  const owner = store
    .allStacks()
    .find(({ stackId }) =>
      store.resources(stackId).some(({ physicalId }) => physicalId === input.PhysicalResourceId),
    );
  if (!owner) throw validationError(`Stack for ${input.PhysicalResourceId} does not exist`);
  return owner;
}

export function describeStackResource({ store }: Service, input: DescribeStackResourceCommandInput) {
  const stack = store.stack(input.StackName ?? '', `Stack '${input.StackName}' does not exist`);
  const resource = store.resource(stack.stackId, input.LogicalResourceId ?? '');
  if (!resource) {
    throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.stackName}`);
  }
  return {
    StackResourceDetail: {
      ...resourceView(stack, resource),
      LastUpdatedTimestamp: new Date(resource.timestamp),
      Metadata: resource.metadata,
    },
  };
}

export function listStackResources({ store }: Service, input: ListStackResourcesCommandInput) {
  const stack = store.stack(input.StackName ?? '', `Stack with id ${input.StackName} does not exist`);
  const { items, nextToken } = page(
    store.resources(stack.stackId).filter(isListed),
    input.NextToken,
    PAGE_SIZE,
  );
  return {
    StackResourceSummaries: items.map((resource) => {
      const { StackName: _, StackId: __, ...view } = resourceView(stack, resource);
      return { ...view, LastUpdatedTimestamp: new Date(resource.timestamp) };
    }),
    NextToken: nextToken,
  };
}

export function listExports({ store }: Service, input: ListExportsCommandInput) {
  const exports = [...store.exports()].map(([Name, { stackId, value }]) => ({
    ExportingStackId: stackId,
    Name,
    Value: value,
  }));
  const { items, nextToken } = page(exports, input.NextToken, PAGE_SIZE);
  return { Exports: items, NextToken: nextToken };
}

export function listImports({ store }: Service, input: ListImportsCommandInput) {
  const importers = store.importers(input.ExportName ?? '');
  if (importers.length === 0)
    throw validationError(`Export '${input.ExportName}' is not imported by any stack.`);
  const { items, nextToken } = page(importers, input.NextToken, PAGE_SIZE);
  return { Imports: items, NextToken: nextToken };
}
