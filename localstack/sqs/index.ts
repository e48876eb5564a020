/** SQS: standard queues with dead letters, long polling and encryption checks. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { createArrivals } from './arrivals.ts';
import { sqsAccess } from './iam.ts';
import { createMessages, type Messages } from './messages.ts';
import { moveTaskOperations } from './move-tasks.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { queueOperations } from './queue-operations.ts';
import type { Queues } from './queues.ts';
import { receiveOperations } from './receive.ts';
import { sendOperations } from './send.ts';

/** Creates SQS. */
export function createSqsService(cloud: Cloud): Service {
  const queues: Queues = cloud.collection('sqs', 'queues');
  const arrivals = createArrivals(cloud);
  const metrics = createQueueMetrics(cloud, queues, () => messages);
  const messages: Messages = createMessages(cloud, queues, (queueName) => {
    // a dead letter makes its queue active without a call
    metrics.count(queueName);
    arrivals.announce(queueName);
  });
  const access = sqsAccess(cloud, queues);
  return {
    name: 'sqs',
    operations: {
      ...queueOperations(cloud, queues, messages, metrics),
      ...sendOperations(cloud, queues, messages, metrics),
      ...receiveOperations(cloud, queues, messages, arrivals, metrics),
      ...moveTaskOperations(cloud, queues, messages),
    },
    authorize: (operation, input) => access(operation, input),
    async start() {
      metrics.start();
    },
    async stop() {
      metrics.stop();
    },
  };
}
