/** The CreateTransformJob request that scores a holdout. */
import type { CreateTransformJobRequest } from '@aws-sdk/client-sagemaker';
import { runPrefix, s3Uri } from '../shared/keys.ts';
import type { OutputSettings } from '../shared/settings.ts';
import type { SplitResult } from './contract.ts';
import { transformJobName } from './job-names.ts';
import { type RunContext, runTags } from './training-job.ts';
import { volumeKey } from './volume-key.ts';

/** SageMaker's default; a request of this size holds tens of thousands of rows. */
const LARGEST_REQUEST_MB = 6;

/**
 * Scores the holdout with one model. The answers keep the order of the rows; a container that ends its answer with a
 * line break may leave empty lines between requests, which whoever reads the scores skips.
 */
export function transformJob(
  context: RunContext,
  split: SplitResult,
  model: {
    readonly name: string;
    readonly by: 'challenger' | 'champion';
    /** Form of this model's answers. @default - the settings' */
    readonly output?: OutputSettings;
  },
): CreateTransformJobRequest {
  const { settings, run } = context;
  const { instanceType } = settings.trainer;
  return {
    TransformJobName: transformJobName(settings.stage, run.run, model.by),
    ModelName: model.name,
    BatchStrategy: 'MultiRecord',
    MaxPayloadInMB: LARGEST_REQUEST_MB,
    TransformInput: {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: split.holdout } },
    },
    TransformOutput: {
      S3OutputPath: s3Uri(settings.dataBucket, `${runPrefix(run.run)}scores/${model.by}/`),
      Accept: (model.output ?? settings.trainer.output)?.contentType ?? 'text/csv',
      // answers of JSON are one document a request: a line each, too
      AssembleWith: 'Line',
      KmsKeyId: settings.kmsKeyArn,
    },
    TransformResources: {
      // the trainer's: not every type that serves can run a transform job
      InstanceType: instanceType as never,
      InstanceCount: 1,
      ...volumeKey('VolumeKmsKeyId', instanceType, settings.kmsKeyArn),
    },
    Tags: runTags(context),
  };
}
