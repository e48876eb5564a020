/** EventBridge Scheduler: one-time and recurring schedules in any time zone. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { groupOperations } from './group-operations.ts';
import { schedulerAccess } from './iam.ts';
import { scheduleOperations } from './schedule-operations.ts';
import { openScheduleStore } from './store.ts';
import { createScheduleTimers } from './timers.ts';

/** Creates EventBridge Scheduler. */
export function createSchedulerService(cloud: Cloud): Service {
  const store = openScheduleStore(cloud);
  const timers = createScheduleTimers(cloud, store);
  const access = schedulerAccess(cloud);
  return {
    name: 'scheduler',
    operations: {
      ...scheduleOperations(cloud, store, timers),
      ...groupOperations(cloud, store, timers),
    },
    authorize: (operation, input) => access(operation, input),
    async start() {
      for (const arn of store.schedules.keys()) timers.reschedule(arn);
    },
    async stop() {
      timers.stop();
    },
  };
}
