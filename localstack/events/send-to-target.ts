/** One attempt to hand an event to a target, under the identity that AWS would use. */
import type { Target } from '@aws-sdk/client-eventbridge';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { BusEvent } from './bus-event.ts';
import { DeliveryError, toDeliveryError } from './delivery-error.ts';
import { targetKindOf } from './target-kinds.ts';

export const EVENTS_PRINCIPAL = 'events.amazonaws.com';

export interface TargetDelivery {
  readonly event: BusEvent;
  readonly ruleArn: string;
  readonly target: Target;
  /** What the target gets, after Input, InputPath or InputTransformer. */
  readonly input: string;
  /** Hands the event to another bus of this account as it is. */
  readonly forward: (busArn: string, event: BusEvent) => void;
}

/** Sends once. @throws DeliveryError */
export async function sendToTarget(cloud: Cloud, delivery: TargetDelivery): Promise<void> {
  try {
    await send(cloud, delivery);
  } catch (error) {
    throw toDeliveryError(error);
  }
}

async function send(cloud: Cloud, delivery: TargetDelivery): Promise<void> {
  const { target, input, event, ruleArn } = delivery;
  const arn = target.Arn!;
  const service = cloud.servicePrincipal(EVENTS_PRINCIPAL, ruleArn);
  switch (targetKindOf(arn)) {
    case 'function':
      requireJson(input);
      await cloud.call(
        'lambda',
        'Invoke',
        { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) },
        service,
      );
      return;
    case 'state-machine':
      requireJson(input);
      await cloud.call(
        'states',
        'StartExecution',
        { stateMachineArn: arn, input, name: `${event.id}_${crypto.randomUUID()}`.slice(0, 80) },
        assumeTargetRole(cloud, delivery),
      );
      return;
    case 'queue':
      await cloud.call(
        'sqs',
        'SendMessage',
        {
          QueueUrl: queueUrl(cloud, arn),
          MessageBody: input,
          ...(target.SqsParameters && { MessageGroupId: target.SqsParameters.MessageGroupId }),
        },
        service,
      );
      return;
    case 'topic':
      await cloud.call('sns', 'Publish', { TopicArn: arn, Message: input }, service);
      return;
    case 'log-group':
      await sendToLogGroup(cloud, delivery);
      return;
    case 'bus':
      cloud.authorize(
        [{ action: 'events:PutEvents', resource: arn, context: { 'events:eventBusInvocation': 'true' } }],
        assumeTargetRole(cloud, delivery),
      );
      delivery.forward(arn, event);
      return;
    case undefined:
      throw new DeliveryError('INVALID_PARAMETER', `target ${arn} is of no supported kind`);
  }
}

async function sendToLogGroup(
  cloud: Cloud,
  { target, input, event, ruleArn }: TargetDelivery,
): Promise<void> {
  const service = cloud.servicePrincipal(EVENTS_PRINCIPAL, ruleArn);
  const logGroupName = target.Arn!.split(':')[6]!;
  const logStreamName = crypto.randomUUID();
  await cloud.call('logs', 'CreateLogStream', { logGroupName, logStreamName }, service);
  const timestamp = Math.min(Date.parse(event.time), cloud.clock.now());
  const logEvents = [{ timestamp, message: input }];
  await cloud.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, service);
}

function assumeTargetRole(cloud: Cloud, { target, event, ruleArn }: TargetDelivery) {
  try {
    return cloud.assumeRole(target.RoleArn!, EVENTS_PRINCIPAL, event.id.replaceAll('-', ''), ruleArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new DeliveryError('FAILED_TO_ASSUME_ROLE', error.message, { cause: error });
  }
}

/** URL of a queue of this cloud. */
export function queueUrl(cloud: Cloud, queueArn: string): string {
  return `${cloud.endpoint}/${cloud.account}/${queueArn.split(':').at(-1)}`;
}

function requireJson(input: string): void {
  try {
    JSON.parse(input);
  } catch (error) {
    throw new DeliveryError('INVALID_JSON', `the target's input is not JSON: ${input.slice(0, 200)}`, {
      cause: error,
    });
  }
}
