/** Polls the queues of enabled mappings as the functions' roles and invokes the functions with batches. */
import { randomUUID } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Execution, Executor } from './execute.ts';
import { functionSession } from './execution-environment.ts';
import { parseFunctionName, resolveVersion } from './names.ts';
import type { MappingRecord } from './records.ts';
import type { LambdaState } from './state.ts';

/** Most that one ReceiveMessage gives. */
const RECEIVE_LIMIT = 10;
/** Real time between looks at a queue: short after messages, longer the longer it stays empty. */
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;
/** AWS begins with five batches at a time. */
const DEFAULT_CONCURRENCY = 5;

export interface SqsPoller {
  /** Starts and ends loops so that every enabled mapping has one. */
  refresh(): void;
  stop(): void;
}

function toRecord(message: Message, mapping: MappingRecord, region: string) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue && { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.eventSourceArn,
    awsRegion: region,
  };
}

/** The messages that the function has dealt with; an answer that names unknown messages fails the whole batch. */
export function settledMessages(
  messages: readonly Message[],
  execution: Execution,
  mapping: MappingRecord,
): readonly Message[] {
  if (execution.failed) return [];
  if (!mapping.reportsBatchItemFailures) return messages;
  const answer = JSON.parse(execution.payload) as {
    batchItemFailures?: { itemIdentifier?: string }[];
  } | null;
  const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  if (failed.some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failed.includes(MessageId));
}

/** The poller. Its pauses are real time, so a clock that steps may pass a message by for up to one pause. */
export function createSqsPoller(state: LambdaState, executor: Executor): SqsPoller {
  const { cloud } = state;
  const loops = new Map<string, { mapping: MappingRecord; ended: boolean }>();

  const queueUrlOf = (mapping: MappingRecord) => {
    const [, , , , account, name] = mapping.eventSourceArn.split(':');
    return `${cloud.endpoint}/${account}/${name}`;
  };

  async function receive(mapping: MappingRecord, session: Principal, limit: number): Promise<Message[]> {
    const input = {
      QueueUrl: queueUrlOf(mapping),
      MaxNumberOfMessages: Math.min(RECEIVE_LIMIT, limit),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    const { Messages } = await cloud.call<{ Messages?: Message[] }>('sqs', 'ReceiveMessage', input, session);
    return Messages ?? [];
  }

  async function gather(mapping: MappingRecord, session: Principal): Promise<Message[]> {
    const batch = await receive(mapping, session, mapping.batchSize);
    if (batch.length === 0 || mapping.windowSeconds === 0) return batch;
    const until = cloud.clock.now() + mapping.windowSeconds * 1000;
    while (batch.length < mapping.batchSize && cloud.clock.now() < until) {
      const more = await receive(mapping, session, mapping.batchSize - batch.length);
      batch.push(...more);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, until - cloud.clock.now());
      if (more.length === 0) await cloud.clock.sleep(pauseMs, `batch window of ${mapping.functionArn}`);
    }
    return batch;
  }

  async function handle(mapping: MappingRecord, session: Principal, messages: Message[]): Promise<void> {
    const { name, qualifier } = parseFunctionName(mapping.functionArn);
    const record = state.functions.get(name);
    if (!record) return;
    let execution: Execution;
    try {
      execution = await executor.execute({
        record,
        version: resolveVersion(record, qualifier),
        invokedArn: mapping.functionArn,
        requestId: randomUUID(),
        payload: JSON.stringify({
          Records: messages.map((message) => toRecord(message, mapping, cloud.region)),
        }),
      });
    } catch (error) {
      if (error instanceof AwsError) return; // throttled: the messages become visible again
      throw error;
    }
    for (const { ReceiptHandle } of settledMessages(messages, execution, mapping)) {
      await cloud.call('sqs', 'DeleteMessage', { QueueUrl: queueUrlOf(mapping), ReceiptHandle }, session);
    }
  }

  async function loop(entry: { mapping: MappingRecord; ended: boolean }): Promise<void> {
    const { mapping } = entry;
    let pauseMs = SHORTEST_PAUSE_MS;
    let running = 0;
    let hasComplained = false;
    while (!entry.ended) {
      let found = 0;
      try {
        const { name } = parseFunctionName(mapping.functionArn);
        const record = state.functions.get(name);
        if (record && running < (mapping.maximumConcurrency ?? DEFAULT_CONCURRENCY)) {
          const session = functionSession(state, record.latest.role, name);
          const messages = await cloud.clock.busy(`queue of ${name}`, () => gather(mapping, session));
          found = messages.length;
          if (found > 0) {
            running += 1;
            cloud.background(`batch for ${name}`, () =>
              handle(mapping, session, messages).finally(() => {
                running -= 1;
              }),
            );
          }
        }
        hasComplained = false;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!hasComplained) console.error(`local cloud: ${mapping.arn} cannot poll: ${reason}`);
        hasComplained = true;
      }
      pauseMs = found > 0 ? 0 : Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pauseMs * 1.5));
      await new Promise<void>((resolve) => {
        setTimeout(resolve, pauseMs).unref();
      });
    }
  }

  return {
    refresh() {
      for (const [uuid, entry] of loops) {
        if (state.mappings.get(uuid) === entry.mapping && entry.mapping.enabled) continue;
        entry.ended = true;
        loops.delete(uuid);
      }
      for (const mapping of state.mappings.values()) {
        if (!mapping.enabled || loops.has(mapping.uuid)) continue;
        const entry = { mapping, ended: false };
        loops.set(mapping.uuid, entry);
        void loop(entry);
      }
    },
    stop() {
      for (const entry of loops.values()) entry.ended = true;
      loops.clear();
    },
  };
}
