/** The CreateTrainingJob request of a run. */
import type {
  CreateTrainingJobRequest,
  HyperParameterAlgorithmSpecification,
} from '@aws-sdk/client-sagemaker';
import { codeKey, runPrefix, s3Uri } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { SplitResult, TrainingRunInput } from './contract.ts';
import { scriptHyperparameters, xgboostHyperparameters } from './hyperparameters.ts';
import { trainingJobName } from './job-names.ts';
import { volumeKey } from './volume-key.ts';

export interface RunContext {
  readonly settings: ProjectSettings;
  readonly run: Pick<TrainingRunInput, 'run' | 'codeDigest'>;
  readonly region: string;
}

/** Tags of everything that a run makes; cost reports group by them. The project's own come last and cannot replace these. */
export const runTags = ({ settings, run }: Pick<RunContext, 'settings' | 'run'>) => {
  const ours = [
    { Key: 'driftless:stage', Value: settings.stage },
    { Key: 'driftless:project', Value: settings.project },
    { Key: 'driftless:run', Value: run.run },
  ];
  const own = Object.entries(settings.trainer.tags ?? {}).filter(
    ([key]) => !ours.some((our) => our.Key === key),
  );
  return [...ours, ...own.map(([Key, Value]) => ({ Key, Value }))];
};

const channel = (ChannelName: string, S3Uri: string, ContentType: string) => ({
  ChannelName,
  ContentType,
  InputMode: 'File' as const,
  DataSource: {
    S3DataSource: {
      S3DataType: 'S3Prefix' as const,
      S3DataDistributionType: 'FullyReplicated' as const,
      S3Uri,
    },
  },
});

/** The whole request. Only its name changes with the attempt: checkpoints are the run's, so that an attempt goes on. */
export function trainingJob(context: RunContext, split: SplitResult): CreateTrainingJobRequest {
  const { settings, run } = context;
  const { trainer } = settings;
  const { keepAliveSeconds = 0, environment = {} } = trainer;
  return {
    TrainingJobName: trainingJobName(settings.stage, run.run),
    ...jobBasics(context, split),
    AlgorithmSpecification: algorithm(settings),
    HyperParameters: hyperparametersOf(context),
    ...(Object.keys(environment).length > 0 ? { Environment: { ...environment } } : {}),
    ResourceConfig: {
      ...resources(settings),
      ...(keepAliveSeconds > 0 ? { KeepAlivePeriodInSeconds: keepAliveSeconds } : {}),
    },
    Tags: runTags(context),
  };
}

/** What a training job and a tuning job's definition have in common. */
export function jobBasics({ settings, run }: RunContext, split: SplitResult) {
  const { trainer, dataBucket, kmsKeyArn } = settings;
  const output = `${runPrefix(run.run)}training`;
  return {
    RoleArn: settings.executionRoleArn,
    InputDataConfig: channels(settings, split),
    OutputDataConfig: { S3OutputPath: s3Uri(dataBucket, output), KmsKeyId: kmsKeyArn },
    StoppingCondition: {
      MaxRuntimeInSeconds: trainer.maxRuntimeSeconds,
      ...(trainer.spot ? { MaxWaitTimeInSeconds: trainer.spot.maxWaitSeconds } : {}),
    },
    ...(trainer.spot ? { EnableManagedSpotTraining: true } : {}),
    ...(trainer.spot?.checkpoints
      ? { CheckpointConfig: { S3Uri: s3Uri(dataBucket, `${output}/checkpoints/`) } }
      : {}),
    ...(trainer.networkIsolation ? { EnableNetworkIsolation: true } : {}),
    ...(trainer.encryptTraffic ? { EnableInterContainerTrafficEncryption: true } : {}),
    ...vpcConfig(settings),
  };
}

/** The subnets and security groups of jobs and models, when the project has any. */
export function vpcConfig({ trainer: { vpc } }: Pick<ProjectSettings, 'trainer'>) {
  if (!vpc) return {};
  return { VpcConfig: { Subnets: [...vpc.subnets], SecurityGroupIds: [...vpc.securityGroupIds] } };
}

/** Image, input mode and the metrics that are read from the log. */
export function algorithm({ trainer }: ProjectSettings) {
  const metrics = trainer.metrics?.map(({ name, regex }) => ({ Name: name, Regex: regex }));
  return {
    TrainingImage: trainer.imageUri,
    TrainingInputMode: 'File' as const,
    ...(metrics?.length ? { MetricDefinitions: metrics } : {}),
  } satisfies HyperParameterAlgorithmSpecification;
}

/** Instances and their encrypted volumes. */
export function resources({ trainer, kmsKeyArn }: ProjectSettings) {
  return {
    InstanceType: trainer.instanceType as never,
    InstanceCount: trainer.instanceCount,
    VolumeSizeInGB: trainer.volumeSizeGb,
    ...volumeKey('VolumeKmsKeyId', trainer.instanceType, kmsKeyArn),
  };
}

/** As the container of this kind reads them. */
export function hyperparametersOf({ settings, run, region }: RunContext): Record<string, string> {
  const { trainer, problem, dataBucket, stage } = settings;
  switch (trainer.kind) {
    case 'script':
      return scriptHyperparameters({
        hyperparameters: trainer.hyperparameters,
        entryPoint: trainer.entryPoint,
        source: s3Uri(dataBucket, codeKey(run.codeDigest)),
        jobName: trainingJobName(stage, run.run),
        region,
      });
    case 'built-in':
      return xgboostHyperparameters(trainer.hyperparameters, problem);
    case 'image':
      return { ...trainer.hyperparameters };
  }
}

/** The built-in algorithm refuses channels that it does not know, so `schema` is for the others. */
function channels({ trainer }: ProjectSettings, split: SplitResult) {
  const data = [
    channel('train', split.train, 'text/csv'),
    channel('validation', split.validation, 'text/csv'),
  ];
  return trainer.kind === 'built-in' ? data : [...data, channel('schema', split.schema, 'application/json')];
}
