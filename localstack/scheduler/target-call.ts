/** The API call that a schedule's target stands for. */
import type { Target } from '@aws-sdk/client-scheduler';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { queueUrl } from '../events/send-to-target.ts';

export interface TargetCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
}

const SUPPORTED_SETTINGS = new Set([
  'Arn',
  'RoleArn',
  'Input',
  'RetryPolicy',
  'DeadLetterConfig',
  'EventBridgeParameters',
  'SqsParameters',
]);

type Kind = 'function' | 'state-machine' | 'queue' | 'topic' | 'bus';

function kindOf(arn: string): Kind | undefined {
  if (/^arn:aws:lambda:[^:]+:\d+:function:.+$/.test(arn)) return 'function';
  if (/^arn:aws:states:[^:]+:\d+:stateMachine:.+$/.test(arn)) return 'state-machine';
  if (/^arn:aws:sqs:[^:]+:\d+:[^:]+$/.test(arn)) return 'queue';
  if (/^arn:aws:sns:[^:]+:\d+:[^:]+$/.test(arn)) return 'topic';
  return /^arn:aws:events:[^:]+:\d+:event-bus\/.+$/.test(arn) ? 'bus' : undefined;
}

/** @throws AwsError ValidationException, or NotImplementedByLocalCloud for targets that are not there. */
export function validateTarget(target: Target): void {
  const arn = target.Arn ?? '';
  const kind = kindOf(arn);
  if (!kind) throw new NotImplementedByLocalCloud(`scheduler target ${arn}`);
  for (const [setting, value] of Object.entries(target)) {
    if (value !== undefined && !SUPPORTED_SETTINGS.has(setting)) {
      throw new NotImplementedByLocalCloud(`scheduler target setting ${setting}`);
    }
  }
  if (kind === 'bus' && !target.EventBridgeParameters)
    throw invalid('EventBridgeParameters is required for event buses.');
}

/**
 * The call for one invocation.
 * @param input the target's input after its placeholders were filled, or the default event.
 */
export function targetCall(cloud: Cloud, target: Target, input: string): TargetCall {
  const arn = target.Arn!;
  switch (kindOf(arn)) {
    case 'function':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(input) },
      };
    case 'state-machine':
      return { service: 'states', operation: 'StartExecution', input: { stateMachineArn: arn, input } };
    case 'queue':
      return {
        service: 'sqs',
        operation: 'SendMessage',
        input: { QueueUrl: queueUrl(cloud, arn), MessageBody: input, ...target.SqsParameters },
      };
    case 'topic':
      return { service: 'sns', operation: 'Publish', input: { TopicArn: arn, Message: input } };
    case 'bus': {
      const { DetailType, Source } = target.EventBridgeParameters!;
      const Entries = [{ EventBusName: arn, DetailType, Source, Detail: input }];
      return { service: 'events', operation: 'PutEvents', input: { Entries } };
    }
    default:
      throw new NotImplementedByLocalCloud(`scheduler target ${arn}`);
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
