/** `AWS/SQS` metrics: each minute for queues that are active, as AWS does. */

import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Timer } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import type { Messages } from './messages.ts';
import type { Queues } from './queues.ts';

const MINUTE_MS = 60_000;
/** A queue stays active for six hours after it was last used or held a message. */
const ACTIVE_MS = 6 * 3_600_000;

export type QueueActivity =
  | 'NumberOfMessagesSent'
  | 'NumberOfMessagesReceived'
  | 'NumberOfMessagesDeleted'
  | 'NumberOfEmptyReceives';

export interface QueueMetrics {
  /** Counts what happened in a queue and keeps its metrics coming. */
  count(queueName: string, activity?: QueueActivity, by?: number): void;
  start(): void;
  stop(): void;
}

export function createQueueMetrics(cloud: Cloud, queues: Queues, messages: () => Messages): QueueMetrics {
  const activeUntil = new Map<string, number>();
  const counts = new Map<string, Map<QueueActivity, number>>();
  let timer: Timer | undefined;

  function arm(): void {
    const next = (Math.floor(cloud.clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
    timer ??= cloud.clock.at(next, 'metrics of queues', () => publish(next));
  }

  function publish(minuteEnd: number): void {
    timer = undefined;
    const Timestamp = new Date(minuteEnd - MINUTE_MS);
    const data = [...activeUntil.keys()].flatMap((queueName) =>
      dataOf(queueName).map(([MetricName, Value, Unit]) => ({
        MetricName,
        Value,
        Unit,
        Timestamp,
        Dimensions: [{ Name: 'QueueName', Value: queueName }],
      })),
    );
    counts.clear();
    publishMetrics(cloud, 'AWS/SQS', data);
    for (const [queueName, until] of activeUntil) if (until <= minuteEnd) activeUntil.delete(queueName);
    if (activeUntil.size > 0) arm();
  }

  function dataOf(queueName: string): [string, number, 'Count' | 'Seconds'][] {
    const queue = queues.get(queueName);
    if (!queue) return [];
    const { visible, inFlight, delayed, oldestAgeSeconds } = messages().counts(queue);
    if (visible + inFlight + delayed > 0) activeUntil.set(queueName, cloud.clock.now() + ACTIVE_MS);
    const counted = counts.get(queueName);
    const countOf = (activity: QueueActivity) => counted?.get(activity) ?? 0;
    return [
      ['ApproximateNumberOfMessagesVisible', visible, 'Count'],
      ['ApproximateNumberOfMessagesNotVisible', inFlight, 'Count'],
      ['ApproximateNumberOfMessagesDelayed', delayed, 'Count'],
      ['ApproximateAgeOfOldestMessage', oldestAgeSeconds, 'Seconds'],
      ['NumberOfMessagesSent', countOf('NumberOfMessagesSent'), 'Count'],
      ['NumberOfMessagesReceived', countOf('NumberOfMessagesReceived'), 'Count'],
      ['NumberOfMessagesDeleted', countOf('NumberOfMessagesDeleted'), 'Count'],
      ['NumberOfEmptyReceives', countOf('NumberOfEmptyReceives'), 'Count'],
    ];
  }

  return {
    count(queueName, activity, by = 1) {
      activeUntil.set(queueName, cloud.clock.now() + ACTIVE_MS);
      if (activity) {
        const counted = counts.get(queueName) ?? new Map<QueueActivity, number>();
        counts.set(queueName, counted.set(activity, (counted.get(activity) ?? 0) + by));
      }
      arm();
    },
    start() {
      for (const queue of queues.values()) {
        if (messages().list(queue.name).length > 0) this.count(queue.name);
      }
    },
    stop: () => timer?.cancel(),
  };
}
