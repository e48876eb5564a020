/** StartMessageMoveTask: dead letters back to where they came from, or to another queue. */
import { randomUUID } from 'node:crypto';
import type { ListMessageMoveTasksCommandInput, StartMessageMoveTaskCommandInput } from '@aws-sdk/client-sqs';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Messages } from './messages.ts';
import { type QueueRecord, type Queues, sourceQueuesOf } from './queues.ts';

interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly startedAtEpochMs: number;
  readonly moved: number;
}

export function moveTaskOperations(cloud: Cloud, queues: Queues, messages: Messages) {
  const tasks: Collection<MoveTask> = cloud.collection('sqs', 'move-tasks');

  function requireByArn(arn: string | undefined, parameter: 'SourceArn' | 'DestinationArn'): QueueRecord {
    const queue = queues.values().find((each) => each.arn === arn);
    if (!queue) {
      throw new AwsError(
        'ResourceNotFoundException',
        `The resource that you specified for the ${parameter} parameter doesn't exist.`,
        { status: 404 },
      );
    }
    return queue;
  }

  return {
    /** Moves everything within the call: nothing here is large enough to need a task that runs. */
    StartMessageMoveTask(input: StartMessageMoveTaskCommandInput) {
      const source = requireByArn(input.SourceArn, 'SourceArn');
      if (sourceQueuesOf(queues, source.arn).length === 0) {
        throw new AwsError(
          'InvalidParameterValue',
          'Source queue must be configured as a Dead Letter Queue.',
        );
      }
      const destination =
        input.DestinationArn === undefined ? undefined : requireByArn(input.DestinationArn, 'DestinationArn');
      if (input.MaxNumberOfMessagesPerSecond !== undefined) {
        throw new NotImplementedByLocalCloud('sqs StartMessageMoveTask MaxNumberOfMessagesPerSecond');
      }
      let moved = 0;
      for (const message of messages.list(source.name)) {
        const arn = destination?.arn ?? message.deadLetterSourceArn;
        // what was sent to the dead-letter queue directly has no source to return to, and stays
        if (message.visibleAtEpochMs > cloud.clock.now() || arn === undefined) continue;
        messages.move(message, requireByArn(arn, 'DestinationArn').name);
        moved += 1;
      }
      const handle = Buffer.from(randomUUID()).toString('base64');
      tasks.put(handle, {
        handle,
        sourceArn: source.arn,
        ...(destination && { destinationArn: destination.arn }),
        startedAtEpochMs: cloud.clock.now(),
        moved,
      });
      return { TaskHandle: handle };
    },

    ListMessageMoveTasks({ SourceArn, MaxResults }: ListMessageMoveTasksCommandInput) {
      requireByArn(SourceArn, 'SourceArn');
      const found = tasks
        .values()
        .filter(({ sourceArn }) => sourceArn === SourceArn)
        .sort((a, b) => b.startedAtEpochMs - a.startedAtEpochMs)
        .slice(0, MaxResults ?? 1);
      return {
        Results: found.map((task) => ({
          Status: 'COMPLETED',
          SourceArn: task.sourceArn,
          DestinationArn: task.destinationArn,
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.moved,
          StartedTimestamp: task.startedAtEpochMs,
        })),
      };
    },
  };
}
