/** Polls the queues of enabled mappings as the functions' roles and invokes the functions with batches. */
import { randomUUID } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Execution, Executor } from './execute.ts';
import { functionSession } from './execution-environment.ts';
import { messageFilter } from './message-filter.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import type { MappingRecord } from './records.ts';
import { settledMessages, toRecord } from './sqs-record.ts';
import type { LambdaState } from './state.ts';

/** Most that one ReceiveMessage gives, and one DeleteMessageBatch takes. */
const CALL_LIMIT = 10;
/** SQS's longest poll. */
const POLL_SECONDS = 20;
/** Pause after a poll that failed, on the cloud's clock. */
const FAILURE_PAUSE_MS = 10_000;
/** Batches at a time without a limit of the mapping: as many as this cloud runs functions at a time. */
const DEFAULT_CONCURRENCY = 32;

export interface SqsPoller {
  /** Starts and ends loops so that every enabled mapping has one. */
  refresh(): void;
  stop(): void;
}

interface Loop {
  readonly mapping: MappingRecord;
  ended: boolean;
  running: number;
  /** Called when a batch has been dealt with. */
  onSlot?: (() => void) | undefined;
}

/** The poller. It waits by long polls, so it sees messages at once and the clock may step meanwhile. */
export function createSqsPoller(state: LambdaState, executor: Executor): SqsPoller {
  const { cloud } = state;
  const loops = new Map<string, Loop>();

  const queueUrlOf = (mapping: MappingRecord) => {
    const [, , , , account, name] = mapping.eventSourceArn.split(':');
    return `${cloud.endpoint}/${account}/${name}`;
  };

  async function receive(
    mapping: MappingRecord,
    session: Principal,
    limit: number,
    waitSeconds: number,
  ): Promise<Message[]> {
    const input = {
      QueueUrl: queueUrlOf(mapping),
      MaxNumberOfMessages: Math.min(CALL_LIMIT, limit),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    const { Messages } = await cloud.call<{ Messages?: Message[] }>('sqs', 'ReceiveMessage', input, session);
    return Messages ?? [];
  }

  async function gather(mapping: MappingRecord, session: Principal): Promise<Message[]> {
    const batch = await receive(mapping, session, mapping.batchSize, POLL_SECONDS);
    if (batch.length === 0 || mapping.windowSeconds === 0) return batch;
    const until = cloud.clock.now() + mapping.windowSeconds * 1000;
    for (;;) {
      const left = mapping.batchSize - batch.length;
      const waitSeconds = Math.min(POLL_SECONDS, Math.ceil((until - cloud.clock.now()) / 1000));
      if (left === 0 || waitSeconds <= 0) return batch;
      batch.push(...(await receive(mapping, session, left, waitSeconds)));
    }
  }

  async function remove(
    mapping: MappingRecord,
    session: Principal,
    messages: readonly Message[],
  ): Promise<void> {
    for (let from = 0; from < messages.length; from += CALL_LIMIT) {
      const Entries = messages
        .slice(from, from + CALL_LIMIT)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await cloud.call('sqs', 'DeleteMessageBatch', { QueueUrl: queueUrlOf(mapping), Entries }, session);
    }
  }

  async function handle(mapping: MappingRecord, session: Principal, received: Message[]): Promise<void> {
    const isWanted = messageFilter(mapping.filters);
    const pairs = received.map((message) => ({ message, record: toRecord(message, mapping, cloud.region) }));
    const wanted = pairs.filter(({ record }) => isWanted(record));
    // what the filter drops is deleted, as on AWS
    const dropped = pairs.filter((pair) => !wanted.includes(pair)).map(({ message }) => message);
    await remove(mapping, session, dropped);
    const { name, qualifier } = parseFunctionName(mapping.functionArn);
    const record = state.functions.get(name);
    if (!record || wanted.length === 0) return;
    let execution: Execution;
    try {
      execution = await executor.execute({
        record,
        version: resolveVersion(record, qualifier),
        invokedArn: mapping.functionArn,
        requestId: randomUUID(),
        payload: JSON.stringify({ Records: wanted.map((pair) => pair.record) }),
      });
    } catch (error) {
      if (error instanceof AwsError) return; // throttled: the messages become visible again
      throw error;
    }
    const messages = wanted.map(({ message }) => message);
    await remove(mapping, session, settledMessages(messages, execution, mapping));
  }

  /** Gives back what came when nobody wanted it any more. */
  async function release(mapping: MappingRecord, session: Principal, messages: Message[]): Promise<void> {
    for (const { ReceiptHandle } of messages) {
      const input = { QueueUrl: queueUrlOf(mapping), ReceiptHandle, VisibilityTimeout: 0 };
      await cloud.call('sqs', 'ChangeMessageVisibility', input, session).catch((error: unknown) => {
        if (!(error instanceof AwsError)) throw error; // the role need not have this permission
      });
    }
  }

  async function slot(loop: Loop): Promise<void> {
    while (loop.running >= (loop.mapping.maximumConcurrency ?? DEFAULT_CONCURRENCY)) {
      const freed = new Promise<void>((resolve) => {
        loop.onSlot = resolve;
      });
      await cloud.clock.waitFor(freed);
    }
  }

  async function poll(loop: Loop): Promise<void> {
    const { mapping } = loop;
    const { name, qualifier } = parseFunctionName(mapping.functionArn);
    const record = state.functions.get(name);
    if (!record) throw new Error(`function ${name} does not exist`);
    const session = functionSession(state, resolveVersion(record, qualifier).role, name);
    const messages = await gather(mapping, session);
    if (messages.length === 0) return;
    if (loop.ended) return release(mapping, session, messages);
    loop.running += 1;
    cloud.background(`batch for ${name}`, async () => {
      try {
        await handle(mapping, session, messages);
      } finally {
        loop.running -= 1;
        loop.onSlot?.();
      }
    });
  }

  async function run(loop: Loop): Promise<void> {
    let hasComplained = false;
    while (!loop.ended) {
      try {
        await slot(loop);
        await poll(loop);
        hasComplained = false;
      } catch (error) {
        if (loop.ended) return;
        const reason = error instanceof Error ? error.message : String(error);
        if (!hasComplained) console.error(`local cloud: ${loop.mapping.arn} cannot poll: ${reason}`);
        hasComplained = true;
        await cloud.clock.sleep(FAILURE_PAUSE_MS, `polling for ${loop.mapping.functionArn}`);
      }
    }
  }

  /** Tags may change without the poller. */
  const polls = ({ tags: _, ...mapping }: MappingRecord) => JSON.stringify(mapping);

  return {
    refresh() {
      for (const [uuid, loop] of loops) {
        const now = state.mappings.get(uuid);
        if (now?.enabled && polls(now) === polls(loop.mapping)) continue;
        loop.ended = true;
        loops.delete(uuid);
      }
      for (const mapping of state.mappings.values()) {
        if (!mapping.enabled || loops.has(mapping.uuid)) continue;
        const loop: Loop = { mapping, ended: false, running: 0 };
        loops.set(mapping.uuid, loop);
        cloud.background(`event source mapping of ${mapping.functionArn}`, () => run(loop));
      }
    },
    stop() {
      for (const loop of loops.values()) loop.ended = true;
      loops.clear();
    },
  };
}
