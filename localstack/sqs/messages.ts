/** Messages of all queues: order, visibility, dead letters, retention. Time comes from the cloud's clock. */
import { randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { allowsRedrive, numberAttribute, type QueueRecord, type Queues, redrivePolicyOf } from './queues.ts';

/** SQS's limit for received and not yet deleted messages of a standard queue. */
const MOST_IN_FLIGHT = 120_000;

export interface StoredMessage {
  readonly id: string;
  readonly queueName: string;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
  readonly systemAttributes?: Readonly<Record<string, MessageAttributeValue>>;
  /** Standard queues keep it for fairness between groups; here it is only handed on. */
  readonly groupId?: string;
  readonly senderId: string;
  readonly sentAtEpochMs: number;
  /** When it came into this queue: later than sent for a dead letter. */
  readonly enteredAtEpochMs: number;
  readonly visibleAtEpochMs: number;
  readonly isDelayed: boolean;
  readonly receiveCount: number;
  readonly firstReceivedAtEpochMs?: number;
  readonly deadLetterSourceArn?: string;
}

export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Age of the oldest message that was not deleted; 0 for an empty queue. */
  readonly oldestAgeSeconds: number;
}

export interface Messages {
  add(message: Omit<StoredMessage, 'id'> & { readonly id?: string }): StoredMessage;
  /** Takes up to `most` visible messages; those received too often go to the dead-letter queue instead. */
  receive(
    queue: QueueRecord,
    most: number,
    visibilitySeconds: number,
  ): { message: StoredMessage; receipt: string }[];
  /** Deletes by receipt handle; a handle of a message that is gone is ignored. */
  delete(queue: QueueRecord, receipt: string): void;
  changeVisibility(queue: QueueRecord, receipt: string, seconds: number): void;
  move(message: StoredMessage, queueName: string, deadLetterSourceArn?: string): void;
  list(queueName: string): StoredMessage[];
  purge(queueName: string): void;
  counts(queue: QueueRecord): QueueCounts;
  /** When the next hidden message shows itself; undefined if none is hidden. */
  nextVisibleAt(queueName: string): number | undefined;
}

export function createMessages(
  cloud: Cloud,
  queues: Queues,
  onArrival: (queueName: string) => void,
): Messages {
  const stored: Collection<StoredMessage> = cloud.collection('sqs', 'messages');
  const byQueue = new Map<string, Map<string, StoredMessage>>();
  for (const message of stored.values()) messagesOf(message.queueName).set(message.id, message);

  function messagesOf(queueName: string): Map<string, StoredMessage> {
    const known = byQueue.get(queueName);
    if (known) return known;
    const made = new Map<string, StoredMessage>();
    byQueue.set(queueName, made);
    return made;
  }

  function save(message: StoredMessage): void {
    messagesOf(message.queueName).set(message.id, message);
    stored.put(message.id, message);
  }

  function remove(message: StoredMessage): void {
    messagesOf(message.queueName).delete(message.id);
    stored.delete(message.id);
  }

  function dropExpired(queue: QueueRecord): void {
    const oldest = cloud.clock.now() - numberAttribute(queue, 'MessageRetentionPeriod') * 1000;
    for (const message of messagesOf(queue.name).values()) {
      if (message.sentAtEpochMs < oldest) remove(message);
    }
  }

  /** A dead letter keeps its receive count; what comes back by a move task begins anew. */
  function move(message: StoredMessage, queueName: string, deadLetterSourceArn?: string): void {
    remove(message);
    const { deadLetterSourceArn: _, firstReceivedAtEpochMs: __, ...rest } = message;
    const now = cloud.clock.now();
    save({
      ...rest,
      queueName,
      enteredAtEpochMs: now,
      visibleAtEpochMs: now,
      isDelayed: false,
      receiveCount: deadLetterSourceArn === undefined ? 0 : message.receiveCount,
      ...(deadLetterSourceArn !== undefined && { deadLetterSourceArn }),
    });
    onArrival(queueName);
  }

  /** Whether the dead-letter queue is there and lets this queue use it. */
  function takesDeadLetters(queue: QueueRecord): boolean {
    const target = queues.get(redrivePolicyOf(queue)?.deadLetterTargetArn.split(':').at(-1) ?? '');
    return target !== undefined && allowsRedrive(target, queue.arn);
  }

  function requireFlightSpace(queue: QueueRecord, now: number): void {
    const all = messagesOf(queue.name);
    if (all.size < MOST_IN_FLIGHT) return;
    let inFlight = 0;
    for (const { visibleAtEpochMs, isDelayed } of all.values()) {
      if (visibleAtEpochMs > now && !isDelayed) inFlight += 1;
    }
    if (inFlight >= MOST_IN_FLIGHT) throw new AwsError('OverLimit', 'Too many messages in flight.');
  }

  /** The message of a receipt, or undefined when it is gone. @throws AwsError ReceiptHandleIsInvalid */
  function find(queue: QueueRecord, receipt: string): StoredMessage | undefined {
    const [queueName, id] = Buffer.from(receipt, 'base64').toString().split(' ');
    if (!id) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${receipt}" is not a valid receipt handle.`,
      );
    }
    if (queueName !== queue.name) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The receipt handle "${receipt}" is not valid for this queue.`,
      );
    }
    return messagesOf(queue.name).get(id);
  }

  return {
    add(message) {
      const added = { ...message, id: message.id ?? randomUUID() };
      save(added);
      onArrival(added.queueName);
      return added;
    },

    receive(queue, most, visibilitySeconds) {
      dropExpired(queue);
      const now = cloud.clock.now();
      requireFlightSpace(queue, now);
      const redrive = redrivePolicyOf(queue);
      const deadLetters = redrive?.deadLetterTargetArn.split(':').at(-1) ?? '';
      const received: { message: StoredMessage; receipt: string }[] = [];
      for (const message of messagesOf(queue.name).values()) {
        if (received.length >= most) break;
        if (message.visibleAtEpochMs > now) continue;
        if (redrive && message.receiveCount >= redrive.maxReceiveCount && takesDeadLetters(queue)) {
          move(message, deadLetters, queue.arn);
          continue;
        }
        const taken: StoredMessage = {
          ...message,
          receiveCount: message.receiveCount + 1,
          firstReceivedAtEpochMs: message.firstReceivedAtEpochMs ?? now,
          visibleAtEpochMs: now + visibilitySeconds * 1000,
          isDelayed: false,
        };
        save(taken);
        const receipt = Buffer.from(`${queue.name} ${message.id} ${randomUUID()}`).toString('base64');
        received.push({ message: taken, receipt });
      }
      return received;
    },

    delete(queue, receipt) {
      const message = find(queue, receipt);
      if (message) remove(message);
    },

    changeVisibility(queue, receipt, seconds) {
      const message = find(queue, receipt);
      const now = cloud.clock.now();
      // on AWS this still works when the time-out is over and nobody else has received the message
      if (!message || message.receiveCount === 0) {
        throw new AwsError(
          'InvalidParameterValue',
          `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
        );
      }
      save({ ...message, visibleAtEpochMs: now + seconds * 1000 });
      if (seconds === 0) onArrival(queue.name);
    },

    move,
    list: (queueName) => [...messagesOf(queueName).values()],
    purge(queueName) {
      for (const message of messagesOf(queueName).values()) remove(message);
    },

    counts(queue) {
      dropExpired(queue);
      const now = cloud.clock.now();
      let visible = 0;
      let delayed = 0;
      let oldest = now;
      for (const message of messagesOf(queue.name).values()) {
        if (message.visibleAtEpochMs <= now) visible += 1;
        else if (message.isDelayed) delayed += 1;
        oldest = Math.min(oldest, message.enteredAtEpochMs);
      }
      const inFlight = messagesOf(queue.name).size - visible - delayed;
      return { visible, inFlight, delayed, oldestAgeSeconds: Math.floor((now - oldest) / 1000) };
    },

    nextVisibleAt(queueName) {
      let next: number | undefined;
      const now = cloud.clock.now();
      for (const { visibleAtEpochMs } of messagesOf(queueName).values()) {
        if (visibleAtEpochMs > now) next = Math.min(next ?? visibleAtEpochMs, visibleAtEpochMs);
      }
      return next;
    },
  };
}
