/** Settings of asynchronous invocation: retries, age and destinations. */
import type * as Lambda from '@aws-sdk/client-lambda';
import type { Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import { type EventInvokeRecord, type FunctionRecord, LATEST } from './records.ts';
import { type LambdaState, requireFunction } from './state.ts';

const DESTINATION = /^arn:aws[\w-]*:(sqs|sns|lambda|events):/;

function check(input: Lambda.PutFunctionEventInvokeConfigCommandInput): void {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = input;
  if (retries !== undefined && (retries < 0 || retries > 2)) {
    throw invalidParameter('MaximumRetryAttempts must be between 0 and 2');
  }
  if (age !== undefined && (age < 60 || age > 21_600)) {
    throw invalidParameter('MaximumEventAgeInSeconds must be between 60 and 21600');
  }
  for (const destination of [input.DestinationConfig?.OnSuccess, input.DestinationConfig?.OnFailure]) {
    const arn = destination?.Destination;
    if (arn && !DESTINATION.test(arn)) {
      throw invalidParameter(`The provided destination config DestinationConfig is invalid: ${arn}`);
    }
  }
}

function describe(
  record: FunctionRecord,
  key: string,
  config: EventInvokeRecord,
): Lambda.FunctionEventInvokeConfig {
  return {
    FunctionArn: `${record.arn}:${key}`,
    LastModified: config.lastModified,
    ...(config.maximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.maximumRetryAttempts }),
    ...(config.maximumEventAgeSeconds !== undefined && {
      MaximumEventAgeInSeconds: config.maximumEventAgeSeconds,
    }),
    DestinationConfig: config.destinations ?? { OnSuccess: {}, OnFailure: {} },
  };
}

/** Table of the operations on settings of asynchronous invocation. */
export function eventInvokeOperations(state: LambdaState): Record<string, Operation> {
  function find(input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = requireFunction(state, name, qualifier);
    resolveVersion(record, qualifier);
    return { record, key: qualifier ?? LATEST };
  }

  function requireConfig(record: FunctionRecord, key: string): EventInvokeRecord {
    const config = record.eventInvoke[key];
    if (!config) throw notFound(`The function ${record.arn}:${key} doesn't have an EventInvokeConfig`);
    return config;
  }

  function put(
    input: Lambda.PutFunctionEventInvokeConfigCommandInput,
    base: Partial<EventInvokeRecord>,
    now: Date,
  ) {
    check(input);
    const { record, key } = find(input);
    const config: EventInvokeRecord = {
      ...base,
      ...(input.MaximumRetryAttempts !== undefined && { maximumRetryAttempts: input.MaximumRetryAttempts }),
      ...(input.MaximumEventAgeInSeconds !== undefined && {
        maximumEventAgeSeconds: input.MaximumEventAgeInSeconds,
      }),
      ...(input.DestinationConfig && { destinations: input.DestinationConfig }),
      lastModified: now,
    };
    state.functions.put(record.name, { ...record, eventInvoke: { ...record.eventInvoke, [key]: config } });
    return describe(record, key, config);
  }

  const PutFunctionEventInvokeConfig: Operation<Lambda.PutFunctionEventInvokeConfigCommandInput> = (
    input,
    call,
  ) => put(input, {}, call.now);

  const UpdateFunctionEventInvokeConfig: Operation<Lambda.UpdateFunctionEventInvokeConfigCommandInput> = (
    input,
    call,
  ) => {
    const { record, key } = find(input);
    return put(input, requireConfig(record, key), call.now);
  };

  const GetFunctionEventInvokeConfig: Operation<Lambda.GetFunctionEventInvokeConfigCommandInput> = (
    input,
  ) => {
    const { record, key } = find(input);
    return describe(record, key, requireConfig(record, key));
  };

  const ListFunctionEventInvokeConfigs: Operation<Lambda.ListFunctionEventInvokeConfigsCommandInput> = (
    input,
  ) => {
    const { record } = find({ FunctionName: input.FunctionName });
    return {
      FunctionEventInvokeConfigs: Object.entries(record.eventInvoke).map(([key, config]) =>
        describe(record, key, config),
      ),
    };
  };

  const DeleteFunctionEventInvokeConfig: Operation<Lambda.DeleteFunctionEventInvokeConfigCommandInput> = (
    input,
  ) => {
    const { record, key } = find(input);
    requireConfig(record, key);
    const { [key]: _deleted, ...eventInvoke } = record.eventInvoke;
    state.functions.put(record.name, { ...record, eventInvoke });
    return {};
  };

  return {
    PutFunctionEventInvokeConfig,
    UpdateFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfig,
    ListFunctionEventInvokeConfigs,
    DeleteFunctionEventInvokeConfig,
  };
}
