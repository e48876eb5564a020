/** CloudWatch: metrics, metric math, alarms, dashboards. */
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import type { Service } from '../core/service.ts';
import { createAlarmEngine } from './alarm-engine.ts';
import { createAlarmHistory } from './alarm-history.ts';
import type { AlarmRecord } from './alarm-record.ts';
import { alarmOperations } from './alarms.ts';
import { dashboardOperations } from './dashboards.ts';
import { cloudWatchAccess } from './iam.ts';
import { openMetricStore } from './metric-store.ts';
import { createPutMetricData } from './put-metric-data.ts';
import { readMetricOperations } from './read-metrics.ts';

/** Creates CloudWatch, signing name `monitoring`. */
export function createCloudWatchService(cloud: Cloud): Service {
  const store = openMetricStore(cloud);
  const alarms: Collection<AlarmRecord> = cloud.collection('monitoring', 'alarms');
  const history = createAlarmHistory(cloud);
  const engine = createAlarmEngine(cloud, store, alarms, history);
  const access = cloudWatchAccess(cloud);
  return {
    name: 'monitoring',
    operations: {
      PutMetricData: createPutMetricData(cloud, store, (metrics) => engine.dataArrived(metrics)),
      ...readMetricOperations(cloud, store),
      ...alarmOperations(cloud, alarms, engine, history),
      ...dashboardOperations(cloud),
    },
    authorize: (operation, input, call) => access(operation, input, call),
    async start() {
      for (const name of alarms.keys()) engine.changed(name);
    },
    async stop() {
      engine.stop();
    },
  };
}
