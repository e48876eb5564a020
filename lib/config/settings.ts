/** From the config to the settings that handlers see: names, images and units filled in. */

import type { Names } from '../../lambdas/shared/names.ts';
import type { ColumnSettings, ProjectSettings } from '../../lambdas/shared/settings.ts';
import { METRICS } from './fields.ts';
import { problemOf } from './problem.ts';
import type { ProjectConfig, StageConfig } from './schema.ts';
import { fairnessSettings, trainerSettings } from './trainer-settings.ts';

/** Values may be CloudFormation tokens (account, region, key): render with `Stack.toJsonString`. */
export function projectSettings(
  project: string,
  config: ProjectConfig,
  context: {
    readonly names: Names;
    readonly stage: StageConfig;
    readonly keyArn: string;
    /** URI of the image built from the trainer's `dockerfile`. */
    readonly builtImage?: string;
  },
): ProjectSettings {
  const { names, stage } = context;
  const problem = problemOf(config);
  return {
    project,
    stage: names.stage,
    dataBucket: names.dataBucket(project),
    modelPackageGroup: names.modelPackageGroup(project),
    executionRoleArn: names.roleArn(names.executionRole(project)),
    kmsKeyArn: context.keyArn,
    dataset: { ...config.dataset, columns: columnSettings(config), problem },
    split: config.split,
    problem,
    trainer: trainerSettings(config.trainer, problem, stage.region, context.builtImage),
    ...(config.tuning && { tuning: config.tuning }),
    gates: {
      ...config.gates,
      primaryMetric: config.gates.primaryMetric ?? METRICS[problem.type][0]!,
      fairness: fairnessSettings(config),
    },
    approval: config.approval ?? stage.approval,
    approvalExpiresAfterDays: config.approvalExpiresAfterDays,
    ...(config.mlflow && { mlflow: config.mlflow }),
    serving: {
      endpointName: names.endpoint(project),
      variantName: VARIANT_NAME,
      instanceType: config.serving.instanceType,
      instanceCount: config.serving.instanceCount,
      bakeSeconds: config.serving.bakeMinutes * 60,
      smokeTest: config.serving.smokeTest,
      capturePercentage: config.serving.capturePercentage,
      rollbackAlarms: [names.alarm(project, 'smoke-test'), names.alarm(project, '5xx')],
    },
    monitors: {
      ...config.monitors,
      quality: {
        ...config.monitors.quality,
        metric: config.monitors.quality.metric ?? METRICS[problem.type][0]!,
      },
    },
    retraining: config.retraining,
  };
}

/** The only variant; SageMaker's own SDK uses the same name, and alarms are declared on it. */
export const VARIANT_NAME = 'AllTraffic';

/** Declared columns with their roles, in order. */
export function columnSettings({ dataset }: ProjectConfig): ColumnSettings[] {
  return Object.entries(dataset.columns).map(([name, column]) => ({
    name,
    ...column,
    role:
      name === dataset.target
        ? 'target'
        : name === dataset.key
          ? 'key'
          : name === dataset.eventTime
            ? 'event-time'
            : column.role,
  }));
}
