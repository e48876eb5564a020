/** From the config to the settings that handlers see: names, images and units filled in. */

import type { Names } from '../../lambdas/shared/names.ts';
import type { ColumnSettings, ProjectSettings } from '../../lambdas/shared/settings.ts';
import { xgboostImage } from './images.ts';
import type { ProjectConfig, StageConfig } from './schema.ts';

/** Values may be CloudFormation tokens (account, region, key): render with `Stack.toJsonString`. */
export function projectSettings(
  project: string,
  config: ProjectConfig,
  context: { readonly names: Names; readonly stage: StageConfig; readonly keyArn: string },
): ProjectSettings {
  const { names, stage } = context;
  return {
    project,
    stage: names.stage,
    dataBucket: names.dataBucket(project),
    modelPackageGroup: names.modelPackageGroup(project),
    executionRoleArn: names.roleArn(names.executionRole(project)),
    kmsKeyArn: context.keyArn,
    dataset: { ...config.dataset, columns: columnSettings(config) },
    split: config.split,
    trainer: {
      kind: config.trainer.kind,
      framework: config.trainer.framework,
      frameworkVersion: config.trainer.frameworkVersion,
      imageUri: xgboostImage(stage.region, config.trainer.frameworkVersion),
      entryPoint: config.trainer.entryPoint,
      hyperparameters: Object.fromEntries(
        Object.entries(config.trainer.hyperparameters).map(([name, value]) => [name, String(value)]),
      ),
      instanceType: config.trainer.instanceType,
      instanceCount: config.trainer.instanceCount,
      volumeSizeGb: config.trainer.volumeSizeGb,
      maxRuntimeSeconds: config.trainer.maxRuntimeMinutes * 60,
    },
    gates: config.gates,
    approval: config.approval ?? stage.approval,
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
    monitors: config.monitors,
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
