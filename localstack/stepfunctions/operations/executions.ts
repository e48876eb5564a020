/** Operations on executions. */
import { randomUUID } from 'node:crypto';
import type {
  GetExecutionHistoryCommandInput,
  ListExecutionsCommandInput,
  StartExecutionCommandInput,
  StopExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call, Operation } from '../../core/service.ts';
import type { Executions } from '../executions.ts';
import { PAYLOAD_LIMIT_BYTES } from '../json.ts';
import { withoutData } from '../log-delivery.ts';
import { type ExecutionRecord, type MachineRevision, revisionKey } from '../model.ts';
import { checkName, executionArn } from '../names.ts';
import { redriveReasonOf, redriveStatusOf } from '../status-events.ts';
import { requireExecution, requireMachine, type Store } from '../store.ts';
import { pageOf } from './page.ts';

/** How long the name of an execution that has ended stays taken. */
const NAME_RETENTION_MS = 90 * 24 * 3_600_000;

/** The table of operations on executions. */
export function executionOperations(
  cloud: Cloud,
  store: Store,
  executions: Executions,
): Readonly<Record<string, Operation>> {
  function start(input: StartExecutionCommandInput, call: Call) {
    const machine = requireMachine(store, input.stateMachineArn ?? '');
    const name = input.name ?? randomUUID();
    checkName(name);
    const text = input.input ?? '{}';
    checkInput(text);
    const arn = executionArn(cloud, machine.name, name);
    const existing = store.executions.get(arn);
    if (existing) {
      if (existing.status === 'RUNNING' && existing.input === text) {
        return { executionArn: arn, startDate: existing.startDate };
      }
      const freeAtMs = (existing.stopDate?.getTime() ?? Number.POSITIVE_INFINITY) + NAME_RETENTION_MS;
      if (call.now.getTime() < freeAtMs) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      }
      store.histories.delete(arn);
    }
    const record: ExecutionRecord = {
      arn,
      name,
      stateMachineArn: machine.arn,
      revisionKey: revisionKey(machine),
      status: 'RUNNING',
      startDate: call.now,
      input: text,
      ...(input.traceHeader ? { traceHeader: input.traceHeader } : {}),
    };
    store.executions.put(arn, record);
    executions.start(record, store.revisions.get(record.revisionKey) as MachineRevision);
    return { executionArn: arn, startDate: record.startDate };
  }

  async function stop({ executionArn: arn = '', error, cause }: StopExecutionCommandInput) {
    requireExecution(store, arn);
    await executions.stop(arn, error, cause);
    return { stopDate: requireExecution(store, arn).stopDate };
  }

  function list(input: ListExecutionsCommandInput) {
    if (input.mapRunArn !== undefined || input.redriveFilter !== undefined) {
      throw new NotImplementedByLocalCloud('ListExecutions by mapRunArn or redriveFilter');
    }
    const machine = requireMachine(store, input.stateMachineArn ?? '');
    const matching = store.executions
      .values()
      .filter(({ stateMachineArn }) => stateMachineArn === machine.arn)
      .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
      .reverse()
      .sort((left, right) => right.startDate.getTime() - left.startDate.getTime());
    const { items, nextToken } = pageOf(matching, input);
    return {
      executions: items.map((record) => ({ ...identity(record), redriveCount: 0 })),
      ...(nextToken ? { nextToken } : {}),
    };
  }

  function history(input: GetExecutionHistoryCommandInput) {
    const { executionArn: arn = '', includeExecutionData = true, reverseOrder = false } = input;
    requireExecution(store, arn);
    const events = store.histories.read(arn);
    const { items, nextToken } = pageOf(reverseOrder ? events.toReversed() : events, input);
    return {
      events: includeExecutionData ? items : items.map(withoutData),
      ...(nextToken ? { nextToken } : {}),
    };
  }

  return {
    StartExecution: start,
    StopExecution: stop,
    DescribeExecution: ({ executionArn: arn }: { executionArn: string }) =>
      describe(requireExecution(store, arn)),
    ListExecutions: list,
    GetExecutionHistory: history,
  };
}

function describe(record: ExecutionRecord) {
  const { status, input, output, error, cause, traceHeader } = record;
  const reason = redriveReasonOf(status);
  return {
    ...identity(record),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    redriveCount: 0,
    redriveStatus: redriveStatusOf(status),
    ...(reason === undefined ? {} : { redriveStatusReason: reason }),
  };
}

function identity({ arn, stateMachineArn, name, status, startDate, stopDate }: ExecutionRecord) {
  return { executionArn: arn, stateMachineArn, name, status, startDate, ...(stopDate ? { stopDate } : {}) };
}

function checkInput(text: string): void {
  if (Buffer.byteLength(text) > PAYLOAD_LIMIT_BYTES) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${PAYLOAD_LIMIT_BYTES}`,
    );
  }
  try {
    JSON.parse(text);
  } catch (thrown) {
    const message = `Invalid State Machine Execution Input: '${(thrown as Error).message}'`;
    throw new AwsError('InvalidExecutionInput', message, { cause: thrown });
  }
}
