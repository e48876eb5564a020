/** How a training job's image is run here. */
import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { findRunner } from '../runners/images.ts';

/**
 * `script`: the framework image runs the user's script; `algorithm`: the same image trains by itself; `container`: an
 * image of which nothing is known, which needs Docker.
 */
export type TrainingMode = 'script' | 'algorithm' | 'container';

/** Decided as the image decides: by a script's name among the hyperparameters or in the environment. */
export function trainingModeOf(
  job: Pick<CreateTrainingJobRequest, 'AlgorithmSpecification' | 'HyperParameters' | 'Environment'>,
): TrainingMode {
  if (!findRunner(job.AlgorithmSpecification?.TrainingImage ?? '', 'training')) return 'container';
  const program = job.HyperParameters?.sagemaker_program ?? job.Environment?.SAGEMAKER_PROGRAM;
  return program === undefined ? 'algorithm' : 'script';
}
