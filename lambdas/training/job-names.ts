/**
 * Names of what a run makes in SageMaker. They hold the stage, because two stages of one account may train the same
 * version with the same code.
 *
 * Lengths: stage at most 8, run at most 35 (project 20, digest 10, attempt), so the longest here is
 * `driftless-` 10 + 8 + 1 + 35 = 54, or 8 + 1 + 35 + `-challenger` 11 = 55; SageMaker allows 63.
 */

/** Name of the run's training job. */
export const trainingJobName = (stage: string, run: string) => `${stage}-${run}`;

/** Name of the transform job that scores the holdout. */
export const transformJobName = (stage: string, run: string, by: 'challenger' | 'champion') =>
  `${stage}-${run}-${by}`;

/** Name of the model that the challenger is scored with; its prefix is what a stage may remove. */
export const challengerModelName = (stage: string, run: string) => `driftless-${stage}-${run}`;
