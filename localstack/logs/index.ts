/** CloudWatch Logs: groups, streams, events, metrics out of events. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { createEventFiles } from './event-files.ts';
import { groupOperations } from './group-operations.ts';
import { openLogStore } from './groups.ts';
import { logsAccess } from './iam.ts';
import { metricFilterOperations } from './metric-filters.ts';
import { createPutLogEvents } from './put-log-events.ts';
import { readEventOperations } from './read-events.ts';

/** Creates CloudWatch Logs, signing name `logs`. */
export function createLogsService(cloud: Cloud): Service {
  const store = openLogStore(cloud);
  const files = createEventFiles(cloud);
  const access = logsAccess(cloud, store);
  return {
    name: 'logs',
    operations: {
      ...groupOperations(cloud, store, files),
      PutLogEvents: createPutLogEvents(cloud, store, files),
      ...readEventOperations(cloud, store, files),
      ...metricFilterOperations(cloud, store),
    },
    authorize: (operation, input) => access(operation, input),
  };
}
