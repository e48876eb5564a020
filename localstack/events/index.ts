/** EventBridge: buses, rules, targets, archives. */
import type { AwsEvent, Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { archiveOperations } from './archive-operations.ts';
import { createArchives } from './archives.ts';
import { busOperations } from './buses.ts';
import { eventsAccess } from './iam.ts';
import { createPutEvents } from './put-events.ts';
import { failUnfinishedReplays, replayOperations } from './replay-operations.ts';
import { createRouter } from './router.ts';
import { ruleOperations } from './rules.ts';
import { createScheduledRules } from './scheduled-rules.ts';
import { openEventStore } from './store.ts';

export interface EventBridgeService extends Service {
  /** Puts an event of an AWS service on the default bus; returns before it is delivered. */
  publishServiceEvent(event: AwsEvent): void;
}

/** Creates EventBridge. */
export function createEventBridgeService(cloud: Cloud): EventBridgeService {
  const store = openEventStore(cloud);
  const archives = createArchives(cloud, store);
  const router = createRouter(cloud, store, archives);
  const schedules = createScheduledRules(cloud, store, router);
  const { putEvents, publishServiceEvent } = createPutEvents(cloud, store, router);
  const access = eventsAccess(cloud, store);
  return {
    name: 'events',
    operations: {
      PutEvents: putEvents,
      ...busOperations(cloud, store),
      ...ruleOperations(cloud, store, schedules),
      ...archiveOperations(cloud, store, archives),
      ...replayOperations(cloud, store, archives, router),
    },
    authorize: (operation, input) => access(operation, input),
    publishServiceEvent,
    async start() {
      failUnfinishedReplays(store, cloud.clock.now());
      for (const arn of store.rules.keys()) schedules.reschedule(arn);
    },
    async stop() {
      schedules.stop();
    },
  };
}
