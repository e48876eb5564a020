/** The schedule of a project's monitor. */
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';
import type { ProjectConfig } from '../config/schema.ts';
import { projectSchedule } from '../shared/project-schedule.ts';

export interface MonitorScheduleProps {
  readonly project: string;
  readonly names: Names;
  readonly config: Pick<ProjectConfig, 'monitors'>;
}

export function monitorSchedule(scope: Construct, { project, names, config }: MonitorScheduleProps): void {
  projectSchedule(scope, 'Monitor', names, {
    name: names.monitorSchedule(project),
    description: `Judges complete windows of ${project}`,
    scheduleExpression: monitorCron(config.monitors.everyHours),
    handler: 'run-monitor',
    input: { project, scheduled: true },
  });
}

/** Half past the hour: what closed on the hour has been flushed and labelled by then. UTC. */
function monitorCron(everyHours: number): string {
  return `cron(30 ${everyHours === 24 ? '0' : `0/${everyHours}`} * * ? *)`;
}
