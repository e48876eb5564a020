/** The requests of a rollout: model, endpoint configuration, endpoint. Pure. */
import type {
  CreateEndpointConfigInput,
  CreateEndpointInput,
  CreateModelInput,
  ModelPackageContainerDefinition,
  UpdateEndpointInput,
} from '@aws-sdk/client-sagemaker';
import { capturePrefix, s3Uri } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { volumeKey } from '../training/volume-key.ts';
import type { RolloutInput } from './contract.ts';

/** SageMaker allows 600 to 28800 seconds for a deployment; this is for starting instances and pulling images. */
const START_ALLOWANCE_SECONDS = 3600;

/**
 * Name of a rollout's model and of its endpoint configuration: `driftless-<stage>-<project>-v<version>-a<attempt>`, at
 * most 10 + 8 + 1 + 20 + 2 + 6 + 2 + 3 = 52 of SageMaker's 63 characters.
 */
export const rolloutResourceName = (settings: ProjectSettings, { modelVersion, attempt }: RolloutInput) =>
  `driftless-${settings.stage}-${settings.project}-v${modelVersion}-a${attempt}`;

const rolloutTags = (settings: ProjectSettings, { modelVersion, modelPackageArn }: RolloutInput) => [
  { Key: 'driftless:stage', Value: settings.stage },
  { Key: 'driftless:project', Value: settings.project },
  { Key: 'driftless:model-version', Value: String(modelVersion) },
  { Key: 'driftless:model-package', Value: modelPackageArn },
];

/** The registered container, spelled out: a model made from the package's ARN would need further permissions. */
export function rolloutModel(
  settings: ProjectSettings,
  rollout: RolloutInput,
  container: ModelPackageContainerDefinition,
): CreateModelInput {
  return {
    ModelName: rolloutResourceName(settings, rollout),
    ExecutionRoleArn: settings.executionRoleArn,
    PrimaryContainer: {
      Image: container.Image,
      ModelDataUrl: container.ModelDataUrl,
      ...(container.Environment && { Environment: container.Environment }),
    },
    Tags: rolloutTags(settings, rollout),
  };
}

/** Captures go to a prefix of this configuration alone: capture records do not say which model answered. */
export function endpointConfig(settings: ProjectSettings, rollout: RolloutInput): CreateEndpointConfigInput {
  const { serving, dataBucket, kmsKeyArn } = settings;
  const name = rolloutResourceName(settings, rollout);
  return {
    EndpointConfigName: name,
    ProductionVariants: [
      {
        VariantName: serving.variantName,
        ModelName: name,
        InitialInstanceCount: serving.instanceCount,
        InstanceType: serving.instanceType as never,
        InitialVariantWeight: 1,
      },
    ],
    ...volumeKey('KmsKeyId', serving.instanceType, kmsKeyArn),
    DataCaptureConfig: {
      EnableCapture: serving.capturePercentage > 0,
      InitialSamplingPercentage: serving.capturePercentage,
      DestinationS3Uri: s3Uri(dataBucket, capturePrefix(rollout.modelVersion, name)),
      KmsKeyId: kmsKeyArn,
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
      // without these headers the records are base64
      CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/json'] },
    },
    Tags: rolloutTags(settings, rollout),
  };
}

/**
 * All traffic at once, then a bake in which the old fleet still stands; an alarm in it takes the traffic back. The
 * first creation has no old fleet and so nothing to deploy between.
 */
export function endpointRequest(
  settings: ProjectSettings,
  rollout: RolloutInput,
  exists: boolean,
): CreateEndpointInput | UpdateEndpointInput {
  const { serving } = settings;
  const names = {
    EndpointName: serving.endpointName,
    EndpointConfigName: rolloutResourceName(settings, rollout),
  };
  if (!exists) {
    const [stage, project] = rolloutTags(settings, rollout);
    return { ...names, Tags: [stage!, project!] };
  }
  return {
    ...names,
    RetainAllVariantProperties: false,
    DeploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
        TerminationWaitInSeconds: serving.bakeSeconds,
        MaximumExecutionTimeoutInSeconds: START_ALLOWANCE_SECONDS + serving.bakeSeconds,
      },
      ...(serving.rollbackAlarms.length > 0 && {
        AutoRollbackConfiguration: {
          Alarms: serving.rollbackAlarms.map((AlarmName) => ({ AlarmName })),
        },
      }),
    },
  };
}
