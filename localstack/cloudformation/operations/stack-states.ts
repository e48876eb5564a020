/** Which operation may begin in which state of a stack. */
import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import type { StackRecord } from '../records.ts';

const UPDATABLE: ReadonlySet<StackStatus> = new Set<StackStatus>([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  // only with rollback disabled, as after `cdk deploy --no-rollback`
  'CREATE_FAILED',
  'UPDATE_FAILED',
]);

/** @throws AwsError ValidationError with AWS's text when the stack cannot be updated. */
export function requireUpdatable(stack: StackRecord, disableRollback: boolean): void {
  const isPaused = stack.status === 'CREATE_FAILED' || stack.status === 'UPDATE_FAILED';
  if (UPDATABLE.has(stack.status) && (!isPaused || disableRollback)) return;
  throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`);
}

/** @throws AwsError ValidationError when an operation is running. */
export function requireIdle(stack: StackRecord, verb: string): void {
  if (!stack.status.endsWith('_IN_PROGRESS') || stack.status === 'REVIEW_IN_PROGRESS') return;
  throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be ${verb}.`);
}
