/** Operations on event source mappings; SQS queues are the only sources here. */
import { randomUUID } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { conflict, invalidParameter, notFound } from './errors.ts';
import { functionSession } from './execution-environment.ts';
import { parseFunctionName } from './names.ts';
import type { FunctionRecord, MappingRecord } from './records.ts';
import type { SqsPoller } from './sqs-poller.ts';
import { type LambdaState, requireFunction } from './state.ts';

const LARGEST_BATCH_WITHOUT_WINDOW = 10;
const POLLING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const UNSUPPORTED = [
  'FilterCriteria',
  'DestinationConfig',
  'SelfManagedEventSource',
  'KMSKeyArn',
  'ProvisionedPollerConfig',
  'MetricsConfig',
  'SourceAccessConfigurations',
] as const;

type Input = Lambda.CreateEventSourceMappingCommandInput | Lambda.UpdateEventSourceMappingCommandInput;

function describe(mapping: MappingRecord): Lambda.EventSourceMappingConfiguration {
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    EventSourceArn: mapping.eventSourceArn,
    FunctionArn: mapping.functionArn,
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    LastModified: mapping.lastModified,
    FunctionResponseTypes: mapping.reportsBatchItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
    }),
  };
}

/** Table of the operations on event source mappings. */
export function mappingOperations(state: LambdaState, poller: SqsPoller): Record<string, Operation> {
  const { cloud } = state;

  function check(input: Input): void {
    for (const property of UNSUPPORTED) {
      const value = (input as unknown as Record<string, unknown>)[property];
      if (value && Object.keys(value).length > 0) {
        throw new NotImplementedByLocalCloud(`lambda event source mapping property ${property}`);
      }
    }
  }

  function checkBatch(batchSize: number, windowSeconds: number): void {
    if (batchSize < 1 || batchSize > 10_000 || windowSeconds < 0 || windowSeconds > 300) {
      throw invalidParameter('BatchSize must be 1 to 10000 and MaximumBatchingWindowInSeconds 0 to 300.');
    }
    if (batchSize > LARGEST_BATCH_WITHOUT_WINDOW && windowSeconds === 0) {
      throw invalidParameter(
        'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
      );
    }
  }

  function checkSource(record: FunctionRecord, queueArn: string): void {
    const session = functionSession(state, record.latest.role, record.name);
    for (const action of POLLING_ACTIONS) {
      try {
        cloud.authorize([{ action, resource: queueArn }], session);
      } catch {
        throw invalidParameter(
          `The function execution role does not have permissions to call ${action.slice(4)} on SQS`,
        );
      }
    }
  }

  function find(uuid: string | undefined): MappingRecord {
    const mapping = state.mappings.get(uuid ?? '');
    if (!mapping) throw notFound('The resource you requested does not exist.');
    return mapping;
  }

  const CreateEventSourceMapping: Operation<Lambda.CreateEventSourceMappingCommandInput> = (input, call) => {
    check(input);
    const source = input.EventSourceArn ?? '';
    if (source.split(':')[2] !== 'sqs') {
      throw new NotImplementedByLocalCloud(`lambda event source "${source}"; only SQS queues are`);
    }
    const { name, qualifier } = parseFunctionName(input.FunctionName);
    const record = requireFunction(state, name, qualifier);
    const functionArn = qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`;
    const existing = state.mappings
      .values()
      .find((each) => each.functionArn === functionArn && each.eventSourceArn === source);
    if (existing) {
      throw conflict(
        `An event source mapping with SQS arn (" ${source} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${existing.uuid}`,
      );
    }
    checkSource(record, source);
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
      lastModified: call.now,
    };
    checkBatch(mapping.batchSize, mapping.windowSeconds);
    state.mappings.put(uuid, mapping);
    poller.refresh();
    return describe(mapping);
  };

  const GetEventSourceMapping: Operation<Lambda.GetEventSourceMappingCommandInput> = (input) =>
    describe(find(input.UUID));

  const UpdateEventSourceMapping: Operation<Lambda.UpdateEventSourceMappingCommandInput> = (input, call) => {
    check(input);
    const mapping = find(input.UUID);
    const named = input.FunctionName ? parseFunctionName(input.FunctionName) : undefined;
    const record = named && requireFunction(state, named.name, named.qualifier);
    const { maximumConcurrency: _replaced, ...kept } = mapping;
    const maximumConcurrency = input.ScalingConfig
      ? input.ScalingConfig.MaximumConcurrency
      : mapping.maximumConcurrency;
    const changed: MappingRecord = {
      ...kept,
      ...(record && {
        functionArn: named.qualifier === undefined ? record.arn : `${record.arn}:${named.qualifier}`,
      }),
      batchSize: input.BatchSize ?? mapping.batchSize,
      windowSeconds: input.MaximumBatchingWindowInSeconds ?? mapping.windowSeconds,
      enabled: input.Enabled ?? mapping.enabled,
      reportsBatchItemFailures:
        input.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? mapping.reportsBatchItemFailures,
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      lastModified: call.now,
    };
    checkBatch(changed.batchSize, changed.windowSeconds);
    state.mappings.put(changed.uuid, changed);
    poller.refresh();
    return describe(changed);
  };

  const DeleteEventSourceMapping: Operation<Lambda.DeleteEventSourceMappingCommandInput> = (input) => {
    const mapping = find(input.UUID);
    state.mappings.delete(mapping.uuid);
    poller.refresh();
    return { ...describe(mapping), State: 'Deleting' };
  };

  const ListEventSourceMappings: Operation<Lambda.ListEventSourceMappingsCommandInput> = (input) => {
    const name = input.FunctionName ? parseFunctionName(input.FunctionName).name : undefined;
    const EventSourceMappings = state.mappings
      .values()
      .filter((each) => !input.EventSourceArn || each.eventSourceArn === input.EventSourceArn)
      .filter((each) => !name || parseFunctionName(each.functionArn).name === name)
      .map(describe);
    return { EventSourceMappings };
  };

  return {
    CreateEventSourceMapping,
    GetEventSourceMapping,
    UpdateEventSourceMapping,
    DeleteEventSourceMapping,
    ListEventSourceMappings,
  };
}
