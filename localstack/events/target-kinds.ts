/** Which resources a rule can send to, and what each of them needs. */
import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { NAME_PATTERN, requireConstraints } from './constraints.ts';
import { validateInput } from './input-transformer.ts';

export type TargetKind = 'function' | 'state-machine' | 'queue' | 'topic' | 'log-group' | 'bus';

const KIND_BY_ARN: readonly (readonly [RegExp, TargetKind])[] = [
  [/^arn:aws:lambda:[^:]+:\d+:function:[^:]+(?::[^:]+)?$/, 'function'],
  [/^arn:aws:states:[^:]+:\d+:stateMachine:.+$/, 'state-machine'],
  [/^arn:aws:sqs:[^:]+:\d+:[^:]+$/, 'queue'],
  [/^arn:aws:sns:[^:]+:\d+:[^:]+$/, 'topic'],
  [/^arn:aws:logs:[^:]+:\d+:log-group:[^:]+(?::\*)?$/, 'log-group'],
  [/^arn:aws:events:[^:]+:\d+:event-bus\/.+$/, 'bus'],
];
const NEEDS_ROLE: readonly TargetKind[] = ['state-machine', 'bus'];
const SUPPORTED_SETTINGS = new Set([
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'SqsParameters',
  'DeadLetterConfig',
  'RetryPolicy',
]);

/** What an ARN names, or undefined when no rule of the local cloud can send there. */
export function targetKindOf(arn: string): TargetKind | undefined {
  return KIND_BY_ARN.find(([pattern]) => pattern.test(arn))?.[1];
}

/**
 * Checks a target as PutTargets does.
 * @param index its place in the request, from 0
 * @throws AwsError ValidationException, or NotImplementedByLocalCloud for a kind or a setting that is not supported.
 */
export function validateTarget(target: Target, index: number): void {
  const arn = target.Arn ?? '';
  const member = `targets.${index + 1}.member`;
  requireConstraints('ValidationException', [
    { path: `${member}.id`, value: target.Id, minLength: 1, maxLength: 64, pattern: NAME_PATTERN },
    { path: `${member}.arn`, value: target.Arn, minLength: 1, maxLength: 1600 },
    { path: `${member}.input`, value: target.Input, maxLength: 8192 },
    { path: `${member}.inputPath`, value: target.InputPath, maxLength: 256 },
    {
      path: `${member}.inputTransformer.inputTemplate`,
      value: target.InputTransformer?.InputTemplate,
      minLength: 1,
      maxLength: 8192,
    },
    {
      path: `${member}.retryPolicy.maximumRetryAttempts`,
      value: target.RetryPolicy?.MaximumRetryAttempts,
      min: 0,
      max: 185,
    },
    {
      path: `${member}.retryPolicy.maximumEventAgeInSeconds`,
      value: target.RetryPolicy?.MaximumEventAgeInSeconds,
      min: 60,
      max: 86_400,
    },
  ]);
  if (!arn.startsWith('arn:')) {
    throw new AwsError(
      'ValidationException',
      `Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  const kind = targetKindOf(arn);
  if (!kind) throw new NotImplementedByLocalCloud(`EventBridge target ${arn}`);
  for (const [setting, value] of Object.entries(target)) {
    if (value !== undefined && !SUPPORTED_SETTINGS.has(setting)) {
      throw new NotImplementedByLocalCloud(`EventBridge target setting ${setting}`);
    }
  }
  if (NEEDS_ROLE.includes(kind) && target.RoleArn === undefined) {
    throw new AwsError('ValidationException', `RoleArn is required for target ${arn}.`);
  }
  if (kind === 'bus' && (target.Input ?? target.InputPath ?? target.InputTransformer) !== undefined) {
    throw new AwsError(
      'ValidationException',
      `Input, InputPath and InputTransformer are not supported for target ${arn}.`,
    );
  }
  if (kind === 'queue' && arn.endsWith('.fifo') && !target.SqsParameters?.MessageGroupId) {
    throw new AwsError(
      'ValidationException',
      `Parameter(s) MessageGroupId must be specified for target: ${target.Id}.`,
    );
  }
  validateInput(target);
}
