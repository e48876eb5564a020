/** Operations on executions. */
import { randomUUID } from 'node:crypto';
import type {
  DescribeExecutionCommandInput,
  GetExecutionHistoryCommandInput,
  ListExecutionsCommandInput,
  RedriveExecutionCommandInput,
  StartExecutionCommandInput,
  StopExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/errors.ts';
import type { Call, Operation } from '../../core/service.ts';
import { jsonProblemText } from '../definition/json-problem.ts';
import type { Executions } from '../executions.ts';
import { isTextTooLarge, PAYLOAD_LIMIT_BYTES } from '../json.ts';
import { withoutData } from '../log-delivery.ts';
import { type ExecutionRecord, type MachineRevision, revisionKey } from '../model.ts';
import { checkName, executionArn } from '../names.ts';
import { redrivabilityOf } from '../redrive-status.ts';
import { requireExecution, requireMachine, requireMapRun, type Store } from '../store.ts';
import { requireAllData } from './included-data.ts';
import { checkLimits, LONG_TOKENS } from './limits.ts';
import { pageOf } from './page.ts';

/** How long the name of an execution that has ended stays taken. */
const NAME_RETENTION_MS = 90 * 24 * 3_600_000;
/** How long the client token of a redrive is remembered. */
const TOKEN_LIFETIME_MS = 15 * 60_000;

/** The table of operations on executions. */
export function executionOperations(
  cloud: Cloud,
  store: Store,
  executions: Executions,
): Readonly<Record<string, Operation>> {
  function start(input: StartExecutionCommandInput, call: Call) {
    const machine = requireMachine(store, input.stateMachineArn ?? '');
    checkLimits(input, { name: [] });
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
      store.places.delete(arn);
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
    executions.start(record, store.revisions.get(record.revisionKey) as MachineRevision);
    return { executionArn: arn, startDate: record.startDate };
  }

  async function stop(input: StopExecutionCommandInput) {
    checkLimits(input);
    const { executionArn: arn = '', error, cause } = input;
    requireExecution(store, arn);
    await executions.stop(arn, error, cause);
    return { stopDate: requireExecution(store, arn).stopDate };
  }

  function redrive(input: RedriveExecutionCommandInput, call: Call) {
    checkLimits(input);
    const { executionArn: arn = '', clientToken } = input;
    const record = requireExecution(store, arn);
    const usedAt = clientToken === undefined ? undefined : record.redriveTokens?.[clientToken];
    if (usedAt && call.now.getTime() - usedAt.getTime() < TOKEN_LIFETIME_MS) return { redriveDate: usedAt };
    const { status, reason } = redrivabilityOf(record, call.now.getTime());
    if (status !== 'REDRIVABLE') {
      const why = reason ?? 'Execution is a child of a Map Run and is redriven with it';
      throw new AwsError('ExecutionNotRedrivable', `Execution ${arn} invalid for redrive as: ${why}`);
    }
    return { redriveDate: executions.redrive(record, clientToken).redriveDate };
  }

  function list(input: ListExecutionsCommandInput) {
    checkLimits(input, LONG_TOKENS);
    const isListed = listedBy(store, input);
    const { statusFilter, redriveFilter } = input;
    const matching = store.executions
      .values()
      .filter(isListed)
      .filter(({ status }) => statusFilter === undefined || status === statusFilter)
      .filter(
        ({ redriveCount = 0 }) =>
          redriveFilter === undefined || redriveCount > 0 === (redriveFilter === 'REDRIVEN'),
      )
      .reverse()
      .sort((left, right) => right.startDate.getTime() - left.startDate.getTime());
    const { items, nextToken } = pageOf(matching, input);
    return {
      executions: items.map((record) => ({
        ...identity(record),
        ...(record.child ? { mapRunArn: record.child.mapRunArn, itemCount: record.child.itemCount } : {}),
        ...redrives(record),
      })),
      ...(nextToken ? { nextToken } : {}),
    };
  }

  function history(input: GetExecutionHistoryCommandInput) {
    checkLimits(input);
    const { executionArn: arn = '', includeExecutionData = true, reverseOrder = false } = input;
    const { child } = requireExecution(store, arn);
    if (child?.isExpress) {
      throw new AwsError('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'");
    }
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
    RedriveExecution: redrive,
    DescribeExecution(input: DescribeExecutionCommandInput, call: Call) {
      requireAllData('DescribeExecution', input);
      return describe(requireExecution(store, input.executionArn ?? ''), call);
    },
    ListExecutions: list,
    GetExecutionHistory: history,
  };
}

/** @throws AwsError for a list of neither a state machine's executions nor a Map Run's, or of both */
function listedBy(
  store: Store,
  { stateMachineArn, mapRunArn }: ListExecutionsCommandInput,
): (record: ExecutionRecord) => boolean {
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
    const message = 'Either a stateMachineArn or a mapRunArn must be specified, but not both';
    throw new AwsError('ValidationException', message);
  }
  if (mapRunArn !== undefined) {
    const run = requireMapRun(store, mapRunArn);
    return ({ child }) => child?.mapRunArn === run.arn;
  }
  const machine = requireMachine(store, stateMachineArn ?? '');
  return (record) => record.stateMachineArn === machine.arn;
}

function describe(record: ExecutionRecord, { now }: Call) {
  const { input, output, error, cause, traceHeader, child } = record;
  const { status, reason } = redrivabilityOf(record, now.getTime());
  return {
    ...identity(record),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(child ? { mapRunArn: child.mapRunArn } : {}),
    ...redrives(record),
    redriveStatus: status,
    ...(reason === undefined ? {} : { redriveStatusReason: reason }),
  };
}

function redrives({ redriveCount = 0, redriveDate }: ExecutionRecord) {
  return { redriveCount, ...(redriveDate ? { redriveDate } : {}) };
}

function identity({ arn, stateMachineArn, name, status, startDate, stopDate }: ExecutionRecord) {
  return { executionArn: arn, stateMachineArn, name, status, startDate, ...(stopDate ? { stopDate } : {}) };
}

function checkInput(text: string): void {
  if (isTextTooLarge(text)) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${PAYLOAD_LIMIT_BYTES}`,
    );
  }
  try {
    JSON.parse(text);
  } catch (thrown) {
    const problem = text === '' ? 'Invalid execution input.' : jsonProblemText(text, thrown as Error);
    const message = `Invalid State Machine Execution Input: '${problem}'`;
    throw new AwsError('InvalidExecutionInput', message, { cause: thrown });
  }
}
