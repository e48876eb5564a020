/** The CreateModel request of a challenger, and the environment that its container serves with. */
import type { CreateModelInput } from '@aws-sdk/client-sagemaker';
import { codeKey, s3Uri } from '../shared/keys.ts';
import { LOG_LEVEL } from './hyperparameters.ts';
import { challengerModelName } from './job-names.ts';
import { type RunContext, runTags, vpcConfig } from './training-job.ts';

/**
 * Where PyTorch's serving images have their code: in the model, and nowhere else. Training puts it there.
 * @see https://sagemaker.readthedocs.io/en/stable/frameworks/pytorch/using_pytorch.html#model-directory-structure
 */
const CODE_IN_MODEL = '/opt/ml/model/code';

/** What the inference toolkit of a framework container reads, and the trainer's own environment. */
export function servingEnvironment({ settings, run, region }: RunContext): Record<string, string> {
  const { trainer } = settings;
  const own = { ...trainer.environment };
  if (trainer.kind !== 'script') return own;
  return {
    ...own,
    SAGEMAKER_PROGRAM: trainer.entryPoint,
    SAGEMAKER_SUBMIT_DIRECTORY:
      trainer.framework === 'pytorch' ? CODE_IN_MODEL : s3Uri(settings.dataBucket, codeKey(run.codeDigest)),
    SAGEMAKER_CONTAINER_LOG_LEVEL: LOG_LEVEL,
    SAGEMAKER_REGION: region,
  };
}

/** Without `ModelDataUrl`: the workflow takes it from the finished job. */
export function challengerModel(context: RunContext): CreateModelInput {
  const { settings, run } = context;
  const { trainer } = settings;
  return {
    ModelName: challengerModelName(settings.stage, run.run),
    ExecutionRoleArn: settings.executionRoleArn,
    PrimaryContainer: {
      Image: trainer.servingImageUri ?? trainer.imageUri,
      Environment: servingEnvironment(context),
    },
    ...(trainer.networkIsolation ? { EnableNetworkIsolation: true } : {}),
    ...vpcConfig(settings),
    Tags: runTags(context),
  };
}
