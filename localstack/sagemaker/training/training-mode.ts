/** How a training job's image is run here. */
import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { findRunner } from '../runners/images.ts';

/**
 * `script`: the framework image runs the user's script; `algorithm`: the same image trains by itself; `container`: an
 * image of which nothing is known, which needs Docker.
 */
export type TrainingMode = 'script' | 'algorithm' | 'container';

type Job = Pick<CreateTrainingJobRequest, 'AlgorithmSpecification' | 'HyperParameters' | 'Environment'>;

/**
 * Decided as the image decides: by a script's name among the hyperparameters or in the environment. scikit-learn's image
 * has no algorithm to fall back to.
 */
export function trainingModeOf(job: Job): TrainingMode {
  const runner = findRunner(job.AlgorithmSpecification?.TrainingImage ?? '', 'training');
  if (!runner) return 'container';
  return programOf(job) === undefined && runner.framework === 'xgboost' ? 'algorithm' : 'script';
}

/** Whether the job's image runs a script and the job names none. */
export function lacksScript(job: Job): boolean {
  return trainingModeOf(job) === 'script' && programOf(job) === undefined;
}

function programOf({ HyperParameters, Environment }: Job): string | undefined {
  return HyperParameters?.sagemaker_program ?? Environment?.SAGEMAKER_PROGRAM;
}
