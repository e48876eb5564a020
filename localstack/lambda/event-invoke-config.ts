/** Settings of asynchronous invocation: retries, age and destinations. */
import type * as Lambda from '@aws-sdk/client-lambda';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { invalidParameter, notFound } from './errors.ts';
import { functionSession } from './execution-environment.ts';
import { functionArn, parseFunctionName, resolveVersion } from './names.ts';
import { type EventInvokeRecord, type FunctionRecord, LATEST } from './records.ts';
import type { LambdaState } from './state.ts';
import { checkPattern, checkRange, DESTINATION_PATTERN } from './validation.ts';

/** What the function's role must be able to do to a destination, and the service as AWS calls it. */
const DELIVERY: Readonly<Record<string, { action: string; service: string }>> = {
  sqs: { action: 'sqs:SendMessage', service: 'SQS' },
  sns: { action: 'sns:Publish', service: 'SNS' },
  lambda: { action: 'lambda:InvokeFunction', service: 'Lambda' },
  events: { action: 'events:PutEvents', service: 'EventBridge' },
};

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
    DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...config.destinations },
  };
}

/** As Java prints the member in AWS's message. */
function printed({ OnSuccess, OnFailure }: Lambda.DestinationConfig): string {
  const part = (type: string, side: { Destination?: string | undefined } | undefined) =>
    side?.Destination ? `${type}(destination=${side.Destination})` : 'null';
  return `DestinationConfig(onSuccess=${part('OnSuccess', OnSuccess)}, onFailure=${part('OnFailure', OnFailure)})`;
}

/** Table of the operations on settings of asynchronous invocation. */
export function eventInvokeOperations(state: LambdaState): Record<string, Operation> {
  const { cloud } = state;

  function find(input: { FunctionName: string | undefined; Qualifier?: string | undefined }) {
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const key = qualifier ?? LATEST;
    const record = state.functions.get(name);
    const config = record?.eventInvoke[key];
    if (!record || !config) {
      throw notFound(`The function ${functionArn(cloud, name, key)} doesn't have an EventInvokeConfig`);
    }
    return { record, key, config };
  }

  function checkDestinations(record: FunctionRecord, config: Lambda.DestinationConfig): void {
    checkPattern(
      'destinationConfig.onFailure.destination',
      config.OnFailure?.Destination,
      DESTINATION_PATTERN,
    );
    checkPattern(
      'destinationConfig.onSuccess.destination',
      config.OnSuccess?.Destination,
      DESTINATION_PATTERN,
    );
    for (const arn of [config.OnSuccess?.Destination, config.OnFailure?.Destination]) {
      if (!arn) continue;
      const service = arn.split(':')[2] ?? '';
      if (service === 's3') throw new NotImplementedByLocalCloud('lambda destinations in S3');
      const delivery = DELIVERY[service];
      if (!delivery) {
        throw invalidParameter(`The provided destination config ${printed(config)} is invalid.`);
      }
      if (service === 'lambda') checkFunction(record, arn);
      checkPermission(record, arn, delivery);
    }
  }

  function checkFunction(record: FunctionRecord, arn: string): void {
    const { name } = parseFunctionName(arn);
    if (name === record.name) {
      throw invalidParameter("You can't specify the function as a destination for itself.");
    }
    if (!state.functions.has(name)) throw invalidParameter(`The destination ARN ${arn} is invalid.`);
  }

  /** AWS asks only what the role's own policies say. */
  function checkPermission(
    record: FunctionRecord,
    arn: string,
    { action, service }: { action: string; service: string },
  ): void {
    try {
      const session = functionSession(state, record.latest.role, record.name);
      cloud.authorize([{ action, resource: arn }], session);
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw invalidParameter(
        `The function's execution role does not have permissions to call ${action.split(':')[1]} on ${service}`,
      );
    }
  }

  const PutFunctionEventInvokeConfig: Operation<Lambda.PutFunctionEventInvokeConfigCommandInput> = (
    input,
    call,
  ) => {
    checkRange('maximumRetryAttempts', input.MaximumRetryAttempts, 0, 2);
    checkRange('maximumEventAgeInSeconds', input.MaximumEventAgeInSeconds, 60, 21_600);
    const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
    const record = state.functions.get(name);
    if (!record) throw notFound("The function doesn't exist.");
    resolveVersion(record, qualifier);
    const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age, DestinationConfig } = input;
    if (retries === undefined && age === undefined && DestinationConfig === undefined) {
      throw invalidParameter('You must specify at least one of error handling or destination setting.');
    }
    if (DestinationConfig) checkDestinations(record, DestinationConfig);
    const config: EventInvokeRecord = {
      ...(retries !== undefined && { maximumRetryAttempts: retries }),
      ...(age !== undefined && { maximumEventAgeSeconds: age }),
      ...(DestinationConfig && { destinations: DestinationConfig }),
      lastModified: call.now,
    };
    const key = qualifier ?? LATEST;
    state.functions.put(record.name, { ...record, eventInvoke: { ...record.eventInvoke, [key]: config } });
    return describe(record, key, config);
  };

  const GetFunctionEventInvokeConfig: Operation<Lambda.GetFunctionEventInvokeConfigCommandInput> = (
    input,
  ) => {
    const { record, key, config } = find(input);
    return describe(record, key, config);
  };

  const DeleteFunctionEventInvokeConfig: Operation<Lambda.DeleteFunctionEventInvokeConfigCommandInput> = (
    input,
  ) => {
    const { record, key } = find(input);
    const { [key]: _deleted, ...eventInvoke } = record.eventInvoke;
    state.functions.put(record.name, { ...record, eventInvoke });
    return {};
  };

  return { PutFunctionEventInvokeConfig, GetFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfig };
}
