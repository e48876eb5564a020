/** Execution histories in the state machine's log group. */
import { randomUUID } from 'node:crypto';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { ExecutionRecord, MachineRevision } from './model.ts';

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** Limits of PutLogEvents. */
const LARGEST_BATCH = { events: 10_000, bytes: 1_048_576, overheadBytes: 26 };

/** The way into log groups. */
export interface LogDelivery {
  /** Takes an event; delivered soon after when the machine's level asks for it. */
  log(machine: MachineRevision, execution: ExecutionRecord, event: HistoryEvent): void;
}

/**
 * Delivers through the Logs service as AWS's log delivery does, which the state machine's role has set up: its
 * permissions are checked when the state machine is created, not here. A failed delivery is printed.
 */
export function createLogDelivery(cloud: Cloud): LogDelivery {
  const waiting = new Map<string, LogEvent[]>();
  const madeStreams = new Set<string>();

  /** Runs once at a time for each stream, so that events arrive in their order. */
  async function deliver(logGroupName: string, logStreamName: string, key: string): Promise<void> {
    const target = { logGroupName, logStreamName };
    const queue = waiting.get(key) ?? [];
    try {
      if (!madeStreams.has(key)) await makeStream(target);
      madeStreams.add(key);
      while (queue.length > 0) {
        await cloud.call('logs', 'PutLogEvents', { ...target, logEvents: takeBatch(queue) }, cloud.root);
      }
    } catch (thrown) {
      console.error(`local cloud: logs of Step Functions to ${logGroupName}: ${(thrown as Error).message}`);
    } finally {
      waiting.delete(key);
    }
  }

  async function makeStream(target: { logGroupName: string; logStreamName: string }): Promise<void> {
    try {
      await cloud.call('logs', 'CreateLogStream', target, cloud.root);
    } catch (thrown) {
      if (!(thrown instanceof AwsError && thrown.code === 'ResourceAlreadyExistsException')) throw thrown;
    }
  }

  const instance = randomUUID().slice(0, 8);
  return {
    log(machine, execution, event) {
      const { level = 'OFF', includeExecutionData = false, destinations = [] } = machine.loggingConfiguration;
      const group = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn?.split(':')[6];
      if (!group || !isLogged(level, event.type ?? '')) return;
      const day = cloud.clock.date().toISOString().slice(0, 10);
      const stream = `states/${machine.name}/${day}/${instance}`;
      const key = `${group} ${stream}`;
      const queue = waiting.get(key);
      const line = {
        timestamp: event.timestamp?.getTime() ?? cloud.clock.now(),
        message: messageOf(event, execution, includeExecutionData),
      };
      if (queue) {
        queue.push(line);
        return;
      }
      waiting.set(key, [line]);
      cloud.background(`logs of ${machine.name}`, () => deliver(group, stream, key));
    },
  };
}

/** Takes as many events as one call may carry, at least one. */
function takeBatch(queue: LogEvent[]): LogEvent[] {
  let bytes = 0;
  let count = 0;
  while (count < Math.min(queue.length, LARGEST_BATCH.events)) {
    bytes += Buffer.byteLength(queue[count]?.message ?? '') + LARGEST_BATCH.overheadBytes;
    if (count > 0 && bytes > LARGEST_BATCH.bytes) break;
    count += 1;
  }
  return queue.splice(0, count);
}

function isLogged(level: string, type: string): boolean {
  if (level === 'ALL') return true;
  if (level === 'ERROR') return /Failed|TimedOut|Aborted/.test(type);
  return level === 'FATAL' && /^Execution(Failed|TimedOut|Aborted)$/.test(type);
}

function messageOf(event: HistoryEvent, execution: ExecutionRecord, includeData: boolean): string {
  const { id, type, previousEventId, timestamp, ...rest } = event;
  const details = Object.values(includeData ? rest : withoutData(rest))[0] ?? {};
  return JSON.stringify({
    id: String(id),
    type,
    details,
    redrive_count: String(execution.redriveCount ?? 0),
    previous_event_id: String(previousEventId),
    event_timestamp: String(timestamp?.getTime()),
    execution_arn: execution.arn,
  });
}

/** An event without inputs and outputs. */
export function withoutData<T extends object>(event: T): T {
  const hidden = new Set([
    'input',
    'inputDetails',
    'output',
    'outputDetails',
    'assignedVariables',
    'assignedVariablesDetails',
  ]);
  const strip = (details: unknown) =>
    typeof details === 'object' && details !== null && !(details instanceof Date)
      ? Object.fromEntries(Object.entries(details).filter(([name]) => !hidden.has(name)))
      : details;
  return Object.fromEntries(Object.entries(event).map(([name, details]) => [name, strip(details)])) as T;
}
