/** One invocation of a schedule: input, attempts under its role, dead letters. */
import { randomUUID } from 'node:crypto';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { eventTime } from '../events/bus-event.ts';
import { stringAttributes } from '../events/deliver.ts';
import { DeliveryError } from '../events/delivery-error.ts';
import { deliverWithRetries, type ExhaustedDelivery } from '../events/retry.ts';
import { queueUrl } from '../events/send-to-target.ts';
import { useKey } from '../sqs/key-use.ts';
import { groupArn, type ScheduleRecord } from './store.ts';
import { targetCall } from './target-call.ts';

export const SCHEDULER_PRINCIPAL = 'scheduler.amazonaws.com';

/** Invokes, as often and as late as the faults of the cloud want it; never rejects. */
export function invokeTarget(cloud: Cloud, schedule: ScheduleRecord, dueEpochMs: number): Promise<void> {
  const delivery = { service: 'scheduler', target: schedule.target.Arn! };
  return cloud.faults.deliver(delivery, () => invokeOnce(cloud, schedule, dueEpochMs));
}

async function invokeOnce(cloud: Cloud, schedule: ScheduleRecord, dueEpochMs: number): Promise<void> {
  const executionId = randomUUID();
  const { target } = schedule;
  let attempts = 0;
  let input = '';
  const exhausted = await deliverWithRetries(
    cloud,
    `schedule ${schedule.name}`,
    target.RetryPolicy,
    async () => {
      attempts += 1;
      count(cloud, schedule, 'InvocationAttemptCount');
      const role = assumeRole(cloud, schedule, executionId);
      input = fillInput(cloud, schedule, { dueEpochMs, executionId, attempt: attempts });
      await useScheduleKey(cloud, schedule, role);
      const { service, operation, input: callInput } = targetCall(cloud, target, input);
      const output = await cloud.call(service, operation, callInput, role);
      requireAllEntries(output);
    },
  );
  if (!exhausted) return;
  count(cloud, schedule, 'TargetErrorCount');
  await sendToDeadLetters(cloud, schedule, { exhausted, executionId, input });
}

function assumeRole(cloud: Cloud, schedule: ScheduleRecord, executionId: string): Principal {
  try {
    return cloud.assumeRole(
      schedule.target.RoleArn!,
      SCHEDULER_PRINCIPAL,
      executionId.replaceAll('-', ''),
      groupArn(cloud, schedule.groupName),
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new DeliveryError('FAILED_TO_ASSUME_ROLE', error.message, { cause: error });
  }
}

/** A schedule with a key of the customer's is read with its role's permission. */
async function useScheduleKey(cloud: Cloud, schedule: ScheduleRecord, role: Principal): Promise<void> {
  if (schedule.kmsKeyArn === undefined) return;
  await useKey(cloud, {
    keyId: schedule.kmsKeyArn,
    actions: ['kms:Decrypt'],
    principal: role,
    via: 'scheduler',
    encryptionContext: { 'aws:scheduler:schedule:arn': schedule.arn },
  });
}

interface Invocation {
  readonly dueEpochMs: number;
  readonly executionId: string;
  readonly attempt: number;
}

function fillInput(
  cloud: Cloud,
  { target, arn }: ScheduleRecord,
  { dueEpochMs, executionId, attempt }: Invocation,
): string {
  const scheduledTime = eventTime(new Date(dueEpochMs));
  if (target.Input === undefined) {
    // a target without input gets an event, whose detail is a text
    return JSON.stringify({
      version: '0',
      id: executionId,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: cloud.account,
      time: scheduledTime,
      region: cloud.region,
      resources: [arn],
      detail: '{}',
    });
  }
  return target.Input.replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.scheduled-time>', scheduledTime)
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}

/** PutEvents and batches answer with success even if an entry failed. */
function requireAllEntries(output: unknown): void {
  const { FailedEntryCount = 0, Entries = [] } = (output ?? {}) as {
    FailedEntryCount?: number;
    Entries?: { ErrorCode?: string; ErrorMessage?: string }[];
  };
  if (FailedEntryCount === 0) return;
  const failed = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
  throw new AwsError(failed?.ErrorCode ?? 'InvalidArgument', failed?.ErrorMessage ?? 'an entry failed');
}

async function sendToDeadLetters(
  cloud: Cloud,
  schedule: ScheduleRecord,
  { exhausted, executionId, input }: { exhausted: ExhaustedDelivery; executionId: string; input: string },
): Promise<void> {
  const { error, retryAttempts, condition } = exhausted;
  const { target } = schedule;
  const summary = `schedule ${schedule.name} could not invoke ${target.Arn}: ${error.message}`;
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) {
    count(cloud, schedule, 'InvocationDroppedCount');
    console.error(`local cloud: scheduler: ${summary} (no dead-letter queue: the invocation is lost)`);
    return;
  }
  const attributes = stringAttributes({
    SCHEDULE_ARN: schedule.arn,
    TARGET_ARN: target.Arn!,
    ERROR_CODE: error.awsCode,
    ERROR_MESSAGE: error.message,
    RETRY_ATTEMPTS: String(retryAttempts),
    IS_PAYLOAD_TRUNCATED: 'false',
    EXHAUSTED_RETRY_CONDITION: condition ?? '',
  });
  try {
    await cloud.call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: queueUrl(cloud, queueArn),
        MessageBody: input === '' ? (target.Input ?? '{}') : input,
        MessageAttributes: attributes,
      },
      // unlike a rule's, a schedule's dead letters are sent with its role
      assumeRole(cloud, schedule, executionId),
    );
    count(cloud, schedule, 'InvocationsSentToDeadLetterCount');
  } catch (failure) {
    count(cloud, schedule, 'InvocationDroppedCount');
    console.error(
      `local cloud: scheduler: ${summary}; its dead-letter queue refused it: ${(failure as Error).message}`,
    );
  }
}

function count(cloud: Cloud, { groupName }: ScheduleRecord, metricName: string): void {
  publishMetrics(cloud, 'AWS/Scheduler', [
    {
      MetricName: metricName,
      Dimensions: [{ Name: 'ScheduleGroup', Value: groupName }],
      Value: 1,
      Unit: 'Count',
      Timestamp: cloud.clock.date(),
    },
  ]);
}
