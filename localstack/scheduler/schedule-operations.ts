/** Operations on schedules. */
import type {
  CreateScheduleCommandInput,
  DeleteScheduleCommandInput,
  GetScheduleCommandInput,
  ListSchedulesCommandInput,
  UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Call } from '../core/service.ts';
import { useKey } from '../sqs/key-use.ts';
import { SCHEDULER_PRINCIPAL } from './invoke-target.ts';
import {
  groupArn,
  requireGroup,
  requireSchedule,
  type ScheduleRecord,
  type ScheduleStore,
  scheduleArn,
} from './store.ts';
import type { ScheduleTimers } from './timers.ts';
import { requireMaxResults, requireName, validateSchedule } from './validate-schedule.ts';

export function scheduleOperations(cloud: Cloud, store: ScheduleStore, timers: ScheduleTimers) {
  async function checkKey(keyId: string | undefined, arn: string, call: Call): Promise<void> {
    if (keyId === undefined) return;
    await useKey(cloud, {
      keyId,
      actions: ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'],
      principal: call.principal,
      call,
      via: 'scheduler',
      encryptionContext: { 'aws:scheduler:schedule:arn': arn },
    });
  }

  function requireRole(roleArn: string | undefined, groupName: string): void {
    try {
      cloud.assumeRole(roleArn ?? '', SCHEDULER_PRINCIPAL, 'validation', groupArn(cloud, groupName));
    } catch (cause) {
      if (!(cause instanceof AwsError)) throw cause;
      throw invalid(
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
        cause,
      );
    }
  }

  function save(schedule: ScheduleRecord) {
    store.schedules.put(schedule.arn, schedule);
    timers.reschedule(schedule.arn);
    return { ScheduleArn: schedule.arn };
  }

  return {
    async CreateSchedule(input: CreateScheduleCommandInput, call: Call) {
      const group = requireGroup(store, input.GroupName);
      const arn = scheduleArn(cloud, group.name, input.Name ?? '');
      validateSchedule(input, cloud.clock.now());
      requireRole(input.Target?.RoleArn, group.name);
      await checkKey(input.KmsKeyArn, arn, call);
      const same = store.schedules.get(arn);
      // a repeated request, as clients make after a lost answer
      if (same?.clientToken !== undefined && same.clientToken === input.ClientToken) {
        return { ScheduleArn: arn };
      }
      if (same) {
        throw new AwsError('ConflictException', `Schedule ${input.Name} already exists.`, { status: 409 });
      }
      const now = cloud.clock.now();
      const { ClientToken: clientToken } = input;
      return save({
        ...toRecord(input, { arn, groupName: group.name, createdAtEpochMs: now, now }),
        ...(clientToken !== undefined && { clientToken }),
      });
    },

    /** Replaces every setting: what is left out gets its default. */
    async UpdateSchedule(input: UpdateScheduleCommandInput, call: Call) {
      const before = requireSchedule(store, cloud, input.Name, input.GroupName);
      validateSchedule(input, cloud.clock.now());
      requireRole(input.Target?.RoleArn, before.groupName);
      await checkKey(input.KmsKeyArn, before.arn, call);
      const { arn, groupName, createdAtEpochMs } = before;
      return save(toRecord(input, { arn, groupName, createdAtEpochMs, now: cloud.clock.now() }));
    },

    GetSchedule({ Name, GroupName }: GetScheduleCommandInput) {
      requireName(Name);
      return describe(requireSchedule(store, cloud, Name, GroupName));
    },

    DeleteSchedule({ Name, GroupName }: DeleteScheduleCommandInput) {
      requireName(Name);
      const { arn } = requireSchedule(store, cloud, Name, GroupName);
      store.schedules.delete(arn);
      timers.reschedule(arn);
      return {};
    },

    ListSchedules(input: ListSchedulesCommandInput) {
      requireMaxResults(input.MaxResults);
      if (input.GroupName !== undefined) requireGroup(store, input.GroupName);
      const found = store.schedules
        .values()
        .filter(({ groupName }) => input.GroupName === undefined || groupName === input.GroupName)
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''))
        .filter(({ state }) => input.State === undefined || state === input.State)
        .sort((a, b) => (a.arn < b.arn ? -1 : 1));
      const { items, nextToken } = pageOf(found, { size: input.MaxResults ?? 100, token: input.NextToken });
      const Schedules = items.map((schedule) => {
        const { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target } =
          describe(schedule);
        return {
          Arn,
          Name,
          GroupName,
          State,
          CreationDate,
          LastModificationDate,
          Target: { Arn: Target.Arn },
        };
      });
      return { Schedules, NextToken: nextToken };
    },
  };
}

function toRecord(
  input: CreateScheduleCommandInput,
  identity: { arn: string; groupName: string; createdAtEpochMs: number; now: number },
): ScheduleRecord {
  return {
    name: input.Name!,
    groupName: identity.groupName,
    arn: identity.arn,
    expression: input.ScheduleExpression!,
    timeZone: input.ScheduleExpressionTimezone ?? 'UTC',
    state: input.State ?? 'ENABLED',
    target: input.Target!,
    flexibleMinutes: input.FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0,
    ...(input.StartDate && { startEpochMs: input.StartDate.getTime() }),
    ...(input.EndDate && { endEpochMs: input.EndDate.getTime() }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.KmsKeyArn !== undefined && { kmsKeyArn: input.KmsKeyArn }),
    actionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    createdAtEpochMs: identity.createdAtEpochMs,
    modifiedAtEpochMs: identity.now,
  };
}

function describe(schedule: ScheduleRecord) {
  const dateOf = (epochMs: number | undefined) => (epochMs === undefined ? undefined : new Date(epochMs));
  const isFlexible = schedule.flexibleMinutes > 0;
  return {
    Arn: schedule.arn,
    Name: schedule.name,
    GroupName: schedule.groupName,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timeZone,
    StartDate: dateOf(schedule.startEpochMs),
    EndDate: dateOf(schedule.endEpochMs),
    Description: schedule.description,
    State: schedule.state,
    CreationDate: new Date(schedule.createdAtEpochMs),
    LastModificationDate: new Date(schedule.modifiedAtEpochMs),
    KmsKeyArn: schedule.kmsKeyArn,
    ActionAfterCompletion: schedule.actionAfterCompletion,
    FlexibleTimeWindow: isFlexible
      ? { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: schedule.flexibleMinutes }
      : { Mode: 'OFF' as const },
    Target: {
      ...schedule.target,
      RetryPolicy: {
        MaximumEventAgeInSeconds: schedule.target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
        MaximumRetryAttempts: schedule.target.RetryPolicy?.MaximumRetryAttempts ?? 185,
      },
    },
  };
}

function invalid(message: string, cause?: unknown): AwsError {
  return new AwsError('ValidationException', message, { cause });
}
