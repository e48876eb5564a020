/** SNS: standard topics to queues, functions and (kept, never sent) mail. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { snsAccess } from './iam.ts';
import { publishOperations } from './publish.ts';
import { openTopicStore } from './store.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { topicOperations } from './topics.ts';

/** Creates SNS. */
export function createSnsService(cloud: Cloud): Service {
  const store = openTopicStore(cloud);
  const access = snsAccess(cloud, store);
  return {
    name: 'sns',
    operations: {
      ...topicOperations(cloud, store),
      ...subscriptionOperations(cloud, store),
      ...publishOperations(cloud, store),
    },
    authorize: (operation, input, call) => access(operation, input, call),
  };
}
