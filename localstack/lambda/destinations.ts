/** Where the outcome of an asynchronous invocation goes: destinations and dead-letter queues, as the function's role. */
import type { Principal } from '../core/principal.ts';
import { functionSession } from './execution-environment.ts';
import type { MetricSink } from './metrics.ts';
import { type FunctionRecord, type FunctionVersion, LATEST, type QueuedEvent } from './records.ts';
import type { LambdaState } from './state.ts';

const LARGEST_ERROR_MESSAGE = 1024;

/** The record that destinations get, as AWS documents it. */
export interface InvocationRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

type Deliver = (
  event: QueuedEvent,
  record: FunctionRecord,
  version: FunctionVersion,
  report: InvocationRecord,
) => Promise<void>;

function queueUrl(state: LambdaState, arn: string): string {
  const [, , , , account, name] = arn.split(':');
  return `${state.cloud.endpoint}/${account}/${name}`;
}

async function sendToDestination(
  state: LambdaState,
  arn: string,
  report: InvocationRecord,
  session: Principal,
): Promise<void> {
  const { cloud } = state;
  const text = JSON.stringify(report);
  switch (arn.split(':')[2]) {
    case 'sqs':
      await cloud.call('sqs', 'SendMessage', { QueueUrl: queueUrl(state, arn), MessageBody: text }, session);
      return;
    case 'sns':
      await cloud.call('sns', 'Publish', { TopicArn: arn, Message: text }, session);
      return;
    case 'lambda': {
      const input = { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(text) };
      await cloud.call('lambda', 'Invoke', input, session);
      return;
    }
    default: {
      const outcome = report.requestContext.condition === 'Success' ? 'Success' : 'Failure';
      const entry = {
        EventBusName: arn,
        Source: 'lambda',
        DetailType: `Lambda Function Invocation Result - ${outcome}`,
        Detail: text,
        Resources: [arn, report.requestContext.functionArn],
      };
      await cloud.call('events', 'PutEvents', { Entries: [entry] }, session);
    }
  }
}

async function sendToDeadLetters(
  state: LambdaState,
  arn: string,
  event: QueuedEvent,
  report: InvocationRecord,
  session: Principal,
): Promise<void> {
  const failure = report.responsePayload as { errorMessage?: string } | undefined;
  const text = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });
  const MessageAttributes = {
    RequestID: text(event.requestId),
    ErrorCode: text(String(report.responseContext?.statusCode ?? 200), 'Number'),
    ErrorMessage: text((failure?.errorMessage || 'unknown').slice(0, LARGEST_ERROR_MESSAGE)),
  };
  if (arn.split(':')[2] === 'sns') {
    const input = { TopicArn: arn, Message: event.payload, MessageAttributes };
    await state.cloud.call('sns', 'Publish', input, session);
    return;
  }
  const input = { QueueUrl: queueUrl(state, arn), MessageBody: event.payload, MessageAttributes };
  await state.cloud.call('sqs', 'SendMessage', input, session);
}

/** Delivers a settled event. What cannot be delivered is counted and printed; it is lost, as on AWS. */
export function createDelivery(state: LambdaState, metrics: MetricSink): Deliver {
  async function guarded(
    metric: 'DeadLetterErrors' | 'DestinationDeliveryFailures',
    functionName: string,
    arn: string,
    send: () => Promise<void>,
  ): Promise<void> {
    try {
      await send();
    } catch (error) {
      metrics.put(functionName, { [metric]: 1 });
      const reason = error instanceof Error ? error.message : String(error);
      console.error(
        `local cloud: the outcome of an invocation of ${functionName} did not reach ${arn}: ${reason}`,
      );
    }
  }

  return async (event, record, version, report) => {
    const succeeded = report.requestContext.condition === 'Success';
    const destinations = record.eventInvoke[event.qualifier ?? LATEST]?.destinations;
    const destination = (succeeded ? destinations?.OnSuccess : destinations?.OnFailure)?.Destination;
    const deadLetters = succeeded ? undefined : version.deadLetterArn;
    const session = () => functionSession(state, version.role, record.name);
    if (deadLetters) {
      await guarded('DeadLetterErrors', record.name, deadLetters, () =>
        sendToDeadLetters(state, deadLetters, event, report, session()),
      );
    }
    if (destination) {
      await guarded('DestinationDeliveryFailures', record.name, destination, () =>
        sendToDestination(state, destination, report, session()),
      );
    }
  };
}
