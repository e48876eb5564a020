import { monitoringAlarmsCases } from './cases/monitoring-alarms.ts';
import { monitoringMetricsCases } from './cases/monitoring-metrics.ts';
import { runCases } from './run-cases.ts';

runCases(monitoringMetricsCases);
runCases(monitoringAlarmsCases);
