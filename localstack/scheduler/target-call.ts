/** The API call that a schedule's target stands for. */
import type { Target } from '@aws-sdk/client-scheduler';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { queueUrl } from '../events/send-to-target.ts';
import { inputFromJson } from '../protocols/json-call.ts';

export interface TargetCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
}

/** Signing names of services by the name that universal targets give them. */
const UNIVERSAL_SERVICES: Readonly<Record<string, string>> = {
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  kms: 'kms',
  s3: 's3',
  sagemaker: 'sagemaker',
  scheduler: 'scheduler',
  sfn: 'states',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
};
const SUPPORTED_SETTINGS = new Set([
  'Arn',
  'RoleArn',
  'Input',
  'RetryPolicy',
  'DeadLetterConfig',
  'EventBridgeParameters',
  'SqsParameters',
]);

type Kind = 'function' | 'state-machine' | 'queue' | 'topic' | 'bus' | 'universal';

function kindOf(arn: string): Kind | undefined {
  if (/^arn:aws:scheduler:::aws-sdk:[a-z0-9]+:[a-zA-Z0-9]+$/.test(arn)) return 'universal';
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
  if (kind === 'universal') validateUniversal(target);
}

function validateUniversal({ Arn = '', Input }: Target): void {
  const [service = '', operation = ''] = Arn.split(':').slice(-2);
  if (!Object.hasOwn(UNIVERSAL_SERVICES, service)) {
    throw new NotImplementedByLocalCloud(`scheduler universal target of ${service}`);
  }
  if (/^(?:get|describe|list|poll|receive|search|scan|query|select|read)/.test(operation)) {
    throw invalid(`${operation} is read-only and no target.`);
  }
  if (Input === undefined) throw invalid('Input is required for universal targets.');
}

/**
 * The call for one invocation.
 * @param input the target's input after its placeholders were filled, or the default event.
 * @throws AwsError ValidationException for input that is not JSON where it has to be, ShapeError for a wrong member.
 */
export async function targetCall(cloud: Cloud, target: Target, input: string): Promise<TargetCall> {
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
      return universalCall(arn, input);
  }
}

async function universalCall(arn: string, input: string): Promise<TargetCall> {
  const [name = '', action = ''] = arn.split(':').slice(-2);
  const service = UNIVERSAL_SERVICES[name]!;
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  return { service, operation, input: await inputFromJson(service, operation, parseJson(input)) };
}

function parseJson(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (cause) {
    throw new AwsError('ValidationException', `The target's input is not JSON: ${input.slice(0, 200)}`, {
      cause,
    });
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
