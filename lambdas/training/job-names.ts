/**
 * Names of what a run makes in SageMaker. They hold the stage, because two stages of one account may train the same
 * version with the same code. Names of jobs are bases: an attempt's job is called `<base>-a<attempt>`.
 *
 * Lengths: stage at most 8, run at most 35 (project 20, digest 10, attempt), so the longest here is
 * `driftless-` 10 + 8 + 1 + 35 = 54, or 8 + 1 + 35 + `-challenger` 11 + `-a99` 4 = 59; SageMaker allows 63. A tuning job
 * is allowed 32: 8 + 1 + 16 + 4 = 29; its training jobs add 13.
 */
import { sha256 } from '../shared/digest.ts';

/** Base name of the run's training job. */
export const trainingJobName = (stage: string, run: string) => `${stage}-${run}`;

/** Base name of the run's tuning job: too short for the run's own, so a digest of it. */
export const tuningJobName = (stage: string, run: string) => `${stage}-${sha256(run).slice(0, 16)}`;

/** Base name of the transform job that scores the holdout. */
export const transformJobName = (stage: string, run: string, by: 'challenger' | 'champion') =>
  `${stage}-${run}-${by}`;

/** The name of one attempt's job. @param attempt from 1 to 99. */
export const attemptName = (base: string, attempt: number) => `${base}-a${attempt}`;

/** Name of the model that the challenger is scored with; its prefix is what a stage may remove. */
export const challengerModelName = (stage: string, run: string) => `driftless-${stage}-${run}`;
