/** Sends functions' log lines to CloudWatch Logs under the functions' own roles, beside the invocations. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

/** Limits of one PutLogEvents call. */
const BATCH_EVENTS = 10_000;
const BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const LARGEST_EVENT_BYTES = 262_144 - EVENT_OVERHEAD_BYTES;
/** Lines of an invocation that takes long are shown while it runs. */
const FLUSH_EVERY_MS = 500;
/** Invocations that follow each other faster than this share a call. */
const SHORTEST_PAUSE_MS = 5;

export interface LogTarget {
  readonly group: string;
  readonly stream: string;
  readonly session: Principal;
}

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

interface Buffered {
  readonly target: LogTarget;
  events: LogEvent[];
  created: boolean;
  sending: boolean;
  /** When lines were sent last, in real time. */
  sentAtMs: number;
  timer?: NodeJS.Timeout | undefined;
}

export interface LogShipper {
  write(target: LogTarget, event: LogEvent): void;
  /** Sends what has been written; does not wait for it. Called at the end of every invocation. */
  flush(target: LogTarget): void;
}

function takeBatch(events: LogEvent[]): LogEvent[] {
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    bytes += Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    if (count > 0 && (bytes > BATCH_BYTES || count === BATCH_EVENTS)) break;
    count += 1;
  }
  return events.splice(0, count);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms > 0) setTimeout(resolve, ms);
    else setImmediate(resolve);
  });
}

/**
 * A shipper over `cloud.call`. A role without permission for its logs loses them, as on AWS; what AWS says nowhere is
 * printed here, once per log group.
 */
export function createLogShipper(cloud: Cloud): LogShipper {
  const streams = new Map<string, Buffered>();
  const complained = new Set<string>();

  const keyOf = (target: LogTarget) => `${target.group}\n${target.stream}`;

  async function createStream({ group, stream, session }: LogTarget): Promise<void> {
    const create = () =>
      cloud.call('logs', 'CreateLogStream', { logGroupName: group, logStreamName: stream }, session);
    try {
      await create();
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error;
      await cloud
        .call('logs', 'CreateLogGroup', { logGroupName: group }, session)
        .catch((failure: unknown) => {
          if (!(failure instanceof AwsError) || failure.code !== 'ResourceAlreadyExistsException')
            throw failure;
        });
      await create();
    }
  }

  async function send(buffered: Buffered): Promise<void> {
    const { group, stream, session } = buffered.target;
    try {
      if (!buffered.created) await createStream(buffered.target);
      buffered.created = true;
      while (buffered.events.length > 0) {
        const logEvents = takeBatch(buffered.events);
        const input = { logGroupName: group, logStreamName: stream, logEvents };
        await cloud.call('logs', 'PutLogEvents', input, session);
      }
    } catch (error) {
      buffered.events = [];
      if (complained.has(group)) return;
      complained.add(group);
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`local cloud: logs of ${group} are lost: ${reason}`);
    } finally {
      buffered.sending = false;
    }
  }

  function flush(target: LogTarget): void {
    const buffered = streams.get(keyOf(target));
    if (!buffered || buffered.sending || buffered.events.length === 0) return;
    clearTimeout(buffered.timer);
    buffered.timer = undefined;
    buffered.sending = true;
    cloud.background(`logs of ${target.group}`, async () => {
      // the answer of the invocation goes out first
      await pause(buffered.sentAtMs + SHORTEST_PAUSE_MS - performance.now());
      await send(buffered);
      buffered.sentAtMs = performance.now();
      flush(target); // lines that came while sending failed or ended
    });
  }

  return {
    flush,
    write(target, event) {
      const key = keyOf(target);
      let buffered = streams.get(key);
      if (!buffered) {
        buffered = { target, events: [], created: false, sending: false, sentAtMs: 0 };
        streams.set(key, buffered);
      }
      const message =
        event.message.length > LARGEST_EVENT_BYTES
          ? event.message.slice(0, LARGEST_EVENT_BYTES)
          : event.message;
      if (message.length === 0) return; // CloudWatch Logs refuses empty messages
      buffered.events.push({ timestamp: event.timestamp, message });
      if (buffered.timer) return;
      buffered.timer = setTimeout(() => {
        buffered.timer = undefined;
        flush(target);
      }, FLUSH_EVERY_MS);
      buffered.timer.unref();
    },
  };
}
