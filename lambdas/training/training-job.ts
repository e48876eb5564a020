/** The CreateTrainingJob request of a run. */
import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { codeKey, runPrefix, s3Uri } from '../shared/keys.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { SplitResult, TrainingRunInput } from './contract.ts';
import { scriptHyperparameters } from './hyperparameters.ts';
import { trainingJobName } from './job-names.ts';
import { volumeKey } from './volume-key.ts';

export interface RunContext {
  readonly settings: ProjectSettings;
  readonly run: Pick<TrainingRunInput, 'run' | 'codeDigest'>;
  readonly region: string;
}

/** Tags of everything that a run makes; cost reports group by them. */
export const runTags = ({ settings, run }: Pick<RunContext, 'settings' | 'run'>) => [
  { Key: 'driftless:stage', Value: settings.stage },
  { Key: 'driftless:project', Value: settings.project },
  { Key: 'driftless:run', Value: run.run },
];

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

/** Script mode of AWS's framework container: channels `train`, `validation` and `schema`. */
export function trainingJob(context: RunContext, split: SplitResult): CreateTrainingJobRequest {
  const { settings, run, region } = context;
  const { trainer, dataBucket, kmsKeyArn } = settings;
  const name = trainingJobName(settings.stage, run.run);
  return {
    TrainingJobName: name,
    RoleArn: settings.executionRoleArn,
    AlgorithmSpecification: { TrainingImage: trainer.imageUri, TrainingInputMode: 'File' },
    HyperParameters: scriptHyperparameters({
      hyperparameters: trainer.hyperparameters,
      entryPoint: trainer.entryPoint,
      source: s3Uri(dataBucket, codeKey(run.codeDigest)),
      jobName: name,
      region,
    }),
    InputDataConfig: [
      channel('train', split.train, 'text/csv'),
      channel('validation', split.validation, 'text/csv'),
      channel('schema', split.schema, 'application/json'),
    ],
    OutputDataConfig: {
      S3OutputPath: s3Uri(dataBucket, `${runPrefix(run.run)}training`),
      KmsKeyId: kmsKeyArn,
    },
    ResourceConfig: {
      InstanceType: trainer.instanceType as never,
      InstanceCount: trainer.instanceCount,
      VolumeSizeInGB: trainer.volumeSizeGb,
      ...volumeKey('VolumeKmsKeyId', trainer.instanceType, kmsKeyArn),
    },
    StoppingCondition: { MaxRuntimeInSeconds: trainer.maxRuntimeSeconds },
    Tags: runTags(context),
  };
}
