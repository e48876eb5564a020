/** Operations on event source mappings; SQS queues are the only sources here. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Operation } from '../core/service.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { functionSession } from './execution-environment.ts';
import { readFilters } from './message-filter.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import type { FunctionRecord, FunctionVersion, MappingRecord } from './records.ts';
import type { SqsPoller } from './sqs-poller.ts';
import type { LambdaState } from './state.ts';
import { checkRange } from './validation.ts';

const LARGEST_BATCH_WITHOUT_WINDOW = 10;
const POLLING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
/** Members for other kinds of sources, and what this cloud does not do. */
const UNSUPPORTED = [
  'SelfManagedEventSource',
  'KMSKeyArn',
  'ProvisionedPollerConfig',
  'MetricsConfig',
  'LoggingConfig',
  'SourceAccessConfigurations',
  'StartingPosition',
  'StartingPositionTimestamp',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'BisectBatchOnFunctionError',
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
  'Topics',
  'Queues',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
] as const;

type Input = Lambda.CreateEventSourceMappingCommandInput | Lambda.UpdateEventSourceMappingCommandInput;

function describe(
  mapping: MappingRecord,
  state: 'Creating' | 'Updating' | 'Deleting' | 'Enabled' | 'Disabled' = mapping.enabled
    ? 'Enabled'
    : 'Disabled',
): Lambda.EventSourceMappingConfiguration {
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    EventSourceArn: mapping.eventSourceArn,
    FunctionArn: mapping.functionArn,
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    State: state,
    StateTransitionReason: 'USER_INITIATED',
    LastModified: mapping.lastModified,
    FunctionResponseTypes: mapping.reportsBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.filters.length > 0 && {
      FilterCriteria: { Filters: mapping.filters.map((Pattern) => ({ Pattern })) },
    }),
    ...(mapping.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
    }),
  };
}

/** Table of the operations on event source mappings. */
export function mappingOperations(state: LambdaState, poller: SqsPoller): Record<string, Operation> {
  const { cloud } = state;

  function check(input: Input): void {
    const given = input as unknown as Record<string, unknown>;
    for (const property of UNSUPPORTED) {
      const value = given[property];
      if (value === undefined || value === false || value === 0 || value === '') continue;
      if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) continue;
      throw new NotImplementedByLocalCloud(`lambda event source mapping property ${property}`);
    }
    const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
    if (OnSuccess?.Destination || OnFailure?.Destination) {
      throw invalidParameter('Unsupported DestinationConfig parameter for given event source mapping type.');
    }
    checkRange('batchSize', input.BatchSize, 1, 10_000);
    checkRange('maximumBatchingWindowInSeconds', input.MaximumBatchingWindowInSeconds, 0, 300);
    checkRange('scalingConfig.maximumConcurrency', input.ScalingConfig?.MaximumConcurrency, 2, 1000);
  }

  function checkBatch({ batchSize, windowSeconds }: MappingRecord): void {
    if (batchSize > LARGEST_BATCH_WITHOUT_WINDOW && windowSeconds === 0) {
      throw invalidParameter(
        'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
      );
    }
  }

  async function checkSource(
    record: FunctionRecord,
    version: FunctionVersion,
    queueArn: string,
  ): Promise<void> {
    const session = functionSession(state, version.role, record.name);
    for (const action of POLLING_ACTIONS) {
      try {
        cloud.authorize([{ action, resource: queueArn }], session);
      } catch {
        throw invalidParameter(
          `The function execution role does not have permissions to call ${action.slice(4)} on SQS`,
        );
      }
    }
    const [, , , , account, name] = queueArn.split(':');
    const input = { QueueUrl: `${cloud.endpoint}/${account}/${name}`, AttributeNames: ['VisibilityTimeout'] };
    try {
      const { Attributes } = await cloud.call<{ Attributes?: Record<string, string> }>(
        'sqs',
        'GetQueueAttributes',
        input,
        session,
      );
      checkVisibility(Number(Attributes?.VisibilityTimeout), version.timeoutSeconds);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'QueueDoesNotExist') throw error;
      throw invalidParameter(
        `Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: ${error.message}`,
      );
    }
  }

  function checkVisibility(visibilitySeconds: number, timeoutSeconds: number): void {
    if (visibilitySeconds >= timeoutSeconds) return;
    throw invalidParameter(
      `Queue visibility timeout: ${visibilitySeconds} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
    );
  }

  function find(uuid: string | undefined): MappingRecord {
    const mapping = state.mappings.get(uuid ?? '');
    if (!mapping) throw notFound('The resource you requested does not exist.');
    return mapping;
  }

  function findFunction(functionName: string | undefined) {
    const { name, qualifier } = parseFunctionName(functionName);
    const record = state.functions.get(name);
    if (!record) throw invalidParameter('Function does not exist');
    const functionArn = qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`;
    return { record, functionArn, version: resolveVersion(record, qualifier) };
  }

  const CreateEventSourceMapping: Operation<Lambda.CreateEventSourceMappingCommandInput> = async (
    input,
    call,
  ) => {
    const source = input.EventSourceArn;
    if (source === undefined && !input.SelfManagedEventSource) {
      throw invalidParameter('Unrecognized event source.');
    }
    if (source?.split(':')[2] !== 'sqs') {
      throw new NotImplementedByLocalCloud(`lambda event source "${source}"; only SQS queues are`);
    }
    check(input);
    const { record, functionArn, version } = findFunction(input.FunctionName);
    const existing = state.mappings
      .values()
      .find((each) => each.functionArn === functionArn && each.eventSourceArn === source);
    if (existing) {
      throw conflict(
        `An event source mapping with SQS arn (" ${source} ") and function (" ${record.name} ") already exists. Please update or delete the existing mapping with UUID ${existing.uuid}`,
      );
    }
    const uuid = randomUUID();
    const mapping: MappingRecord = {
      uuid,
      arn: `arn:aws:lambda:${cloud.region}:${cloud.account}:event-source-mapping:${uuid}`,
      functionArn,
      eventSourceArn: source,
      batchSize: input.BatchSize ?? 10,
      windowSeconds: input.MaximumBatchingWindowInSeconds ?? 0,
      enabled: input.Enabled ?? true,
      reportsBatchItemFailures: input.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
      ...(input.ScalingConfig?.MaximumConcurrency !== undefined && {
        maximumConcurrency: input.ScalingConfig.MaximumConcurrency,
      }),
      filters: readFilters(input.FilterCriteria),
      tags: input.Tags ?? {},
      lastModified: call.now,
    };
    checkBatch(mapping);
    await checkSource(record, version, source);
    state.mappings.put(uuid, mapping);
    poller.refresh();
    return describe(mapping, 'Creating');
  };

  const GetEventSourceMapping: Operation<Lambda.GetEventSourceMappingCommandInput> = (input) =>
    describe(find(input.UUID));

  const UpdateEventSourceMapping: Operation<Lambda.UpdateEventSourceMappingCommandInput> = (input, call) => {
    const mapping = find(input.UUID);
    check(input);
    const { maximumConcurrency: _replaced, ...kept } = mapping;
    const maximumConcurrency = input.ScalingConfig
      ? input.ScalingConfig.MaximumConcurrency
      : mapping.maximumConcurrency;
    const changed: MappingRecord = {
      ...kept,
      ...(input.FunctionName && { functionArn: findFunction(input.FunctionName).functionArn }),
      batchSize: input.BatchSize ?? mapping.batchSize,
      windowSeconds: input.MaximumBatchingWindowInSeconds ?? mapping.windowSeconds,
      enabled: input.Enabled ?? mapping.enabled,
      reportsBatchItemFailures:
        input.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? mapping.reportsBatchItemFailures,
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      filters: input.FilterCriteria ? readFilters(input.FilterCriteria) : mapping.filters,
      lastModified: call.now,
    };
    checkBatch(changed);
    state.mappings.put(changed.uuid, changed);
    poller.refresh();
    return describe(changed, 'Updating');
  };

  const DeleteEventSourceMapping: Operation<Lambda.DeleteEventSourceMappingCommandInput> = (input) => {
    const mapping = find(input.UUID);
    state.mappings.delete(mapping.uuid);
    poller.refresh();
    return describe(mapping, 'Deleting');
  };

  const ListEventSourceMappings: Operation<Lambda.ListEventSourceMappingsCommandInput> = (input) => {
    const name = input.FunctionName ? parseFunctionName(input.FunctionName).name : undefined;
    const found = state.mappings
      .values()
      .filter((each) => !input.EventSourceArn || each.eventSourceArn === input.EventSourceArn)
      .filter((each) => !name || parseFunctionName(each.functionArn).name === name);
    const { items, nextToken } = pageOf(found, { token: input.Marker, size: input.MaxItems ?? 100 });
    return {
      EventSourceMappings: items.map((mapping) => describe(mapping)),
      ...(nextToken && { NextMarker: nextToken }),
    };
  };

  return {
    CreateEventSourceMapping,
    GetEventSourceMapping,
    UpdateEventSourceMapping,
    DeleteEventSourceMapping,
    ListEventSourceMappings,
  };
}
