/** Whether an execution may be redriven. */
import type { ExecutionRedriveStatus } from '@aws-sdk/client-sfn';
import type { ExecutionRecord } from './model.ts';

const DAY_MS = 24 * 3_600_000;
const REDRIVABLE_PERIOD_MS = 14 * DAY_MS;
const LONGEST_EXECUTION_MS = 365 * DAY_MS;
/** A redrive adds at least two events to a history of 25,000. */
const MOST_EVENTS = 24_999;

/** What DescribeExecution says of it. */
export interface Redrivability {
  readonly status: ExecutionRedriveStatus;
  readonly reason?: string;
}

/** Whether, and if not why not in AWS's words. */
export function redrivabilityOf(execution: ExecutionRecord, nowMs: number): Redrivability {
  const { status, child, startDate, stopDate, eventCount = 0 } = execution;
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return { status: 'NOT_REDRIVABLE', reason: `Execution is ${status} and cannot be redriven` };
  }
  if (child) return { status: 'REDRIVABLE_BY_MAP_RUN' };
  if (eventCount >= MOST_EVENTS) {
    return { status: 'NOT_REDRIVABLE', reason: 'Execution history event limit exceeded' };
  }
  if (nowMs - startDate.getTime() > LONGEST_EXECUTION_MS) {
    return { status: 'NOT_REDRIVABLE', reason: 'Execution has exceeded the max execution time' };
  }
  if (nowMs - (stopDate?.getTime() ?? nowMs) > REDRIVABLE_PERIOD_MS) {
    return { status: 'NOT_REDRIVABLE', reason: 'Execution redrivable period exceeded' };
  }
  return { status: 'REDRIVABLE' };
}
