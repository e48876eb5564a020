/** A container's output in CloudWatch Logs, written as the execution role. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

/** Real time between deliveries. */
const FLUSH_MS = 300;
/** PutLogEvents takes 10,000 events and 1,048,576 bytes with 26 per event. */
const MAXIMUM_EVENTS = 5_000;
const MAXIMUM_BYTES = 900_000;
const MAXIMUM_MESSAGE = 200_000;

export interface LogStream {
  write(line: string): void;
  /** Delivers what is left. */
  close(): Promise<void>;
}

/**
 * Opens `stream` in `group`, making both as needed. A role that may not write logs loses them, as on AWS; here that is
 * also said on stderr.
 */
export function openLogStream(
  cloud: Cloud,
  role: Principal,
  name: { group: string; stream: string },
): LogStream {
  const { group: logGroupName, stream: logStreamName } = name;
  let waiting: { timestamp: number; message: string }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let refused = false;
  let tail: Promise<void> = Promise.resolve();
  let opened = false;

  async function open(): Promise<void> {
    await ignoreExisting(cloud.call('logs', 'CreateLogGroup', { logGroupName }, role));
    const streams = { logGroupName, logStreamNamePrefix: logStreamName };
    await cloud.call('logs', 'DescribeLogStreams', streams, role);
    await ignoreExisting(cloud.call('logs', 'CreateLogStream', { logGroupName, logStreamName }, role));
  }

  async function deliver(events: { timestamp: number; message: string }[]): Promise<void> {
    if (refused) return;
    try {
      if (!opened) await open();
      opened = true;
      while (events.length > 0) {
        const logEvents = takeBatch(events);
        await cloud.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, role);
      }
    } catch (error) {
      refused = true;
      console.error(
        `local cloud: sagemaker: logs of ${logGroupName} ${logStreamName} are lost: ${String(error)}`,
      );
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0 || !opened) tail = tail.then(() => deliver(events));
  }

  return {
    write(line) {
      const message = line.slice(0, MAXIMUM_MESSAGE).replaceAll('\t', '#011');
      if (message === '') return;
      waiting.push({ timestamp: cloud.clock.now(), message });
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    async close() {
      flush();
      await tail;
    },
  };
}

function takeBatch(events: { timestamp: number; message: string }[]): typeof events {
  let bytes = 0;
  let count = 0;
  while (count < events.length && count < MAXIMUM_EVENTS) {
    bytes += Buffer.byteLength(events[count]!.message) + 26;
    if (count > 0 && bytes > MAXIMUM_BYTES) break;
    count += 1;
  }
  return events.splice(0, count);
}

async function ignoreExisting(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ResourceAlreadyExistsException')) throw error;
  }
}
