/** What the world is told of an execution's status: an event on the default bus, and metrics. */
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';
import type { ExecutionRecord, ExecutionStatus } from './model.ts';
import { redrivabilityOf } from './redrive-status.ts';

/** Input and output are left out of an event that would be larger, in bytes. */
const LARGEST_DATA_BYTES = 248 * 1024;

const COUNTERS: Readonly<Record<ExecutionStatus, string>> = {
  RUNNING: 'ExecutionsStarted',
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/** Executions that were redriven count apart. */
const REDRIVEN_COUNTERS: Readonly<Record<ExecutionStatus, string>> = {
  RUNNING: 'ExecutionsRedriven',
  SUCCEEDED: 'RedrivenExecutionsSucceeded',
  FAILED: 'RedrivenExecutionsFailed',
  TIMED_OUT: 'RedrivenExecutionsTimedOut',
  ABORTED: 'RedrivenExecutionsAborted',
};

/** Emits `Step Functions Execution Status Change`. */
export function announceStatus(cloud: Cloud, execution: ExecutionRecord): void {
  const { input, output = null } = execution;
  const redrivability = redrivabilityOf(execution, cloud.clock.now());
  const isIncluded = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= LARGEST_DATA_BYTES;
  cloud.emit({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachineArn,
      name: execution.name,
      status: execution.status,
      startDate: execution.startDate.getTime(),
      stopDate: execution.stopDate?.getTime() ?? null,
      input: isIncluded ? input : null,
      output: isIncluded ? output : null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: execution.redriveCount ?? 0,
      redriveDate: execution.redriveDate?.getTime() ?? null,
      redriveStatus: redrivability.status,
      redriveStatusReason: redrivability.reason ?? null,
      inputDetails: { included: isIncluded },
      outputDetails: output === null ? null : { included: isIncluded },
      error: execution.error ?? null,
      cause: execution.cause ?? null,
    },
  });
}

/** Publishes the `AWS/States` metrics of a status that the execution has just reached. */
export function countStatus(
  cloud: Cloud,
  { status, stateMachineArn, startDate, stopDate, redriveDate }: ExecutionRecord,
): void {
  const common = {
    Dimensions: [{ Name: 'StateMachineArn', Value: stateMachineArn }],
    Timestamp: stopDate ?? redriveDate ?? startDate,
  };
  const counter = (redriveDate ? REDRIVEN_COUNTERS : COUNTERS)[status];
  const data: MetricDatum[] = [{ ...common, MetricName: counter, Value: 1, Unit: 'Count' }];
  if (stopDate) {
    const durationMs = stopDate.getTime() - (redriveDate ?? startDate).getTime();
    data.push({ ...common, MetricName: 'ExecutionTime', Value: durationMs, Unit: 'Milliseconds' });
  }
  publishMetrics(cloud, 'AWS/States', data);
}
