/** Hyperparameters as each kind of container reads them. */
import type { ProblemSettings } from '../shared/settings.ts';

/** A number or a boolean as it is written, so that `0.10` stays `0.10`; anything else as a JSON string. */
function encode(value: string): string {
  return /^(-?\d+(\.\d+)?([eE][-+]?\d+)?|true|false)$/.test(value) ? value : JSON.stringify(value);
}

export interface ScriptOptions {
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly entryPoint: string;
  /** S3 URI of `sourcedir.tar.gz`. */
  readonly source: string;
  readonly jobName: string;
  readonly region: string;
}

/** Python's `logging.INFO`. */
export const LOG_LEVEL = '20';

/**
 * As SageMaker's own SDK sends them to a framework container, every value JSON text: the script's own hyperparameters and those
 * that tell the container which script to run.
 */
export function scriptHyperparameters(options: ScriptOptions): Record<string, string> {
  const own = Object.entries(options.hyperparameters).map(([name, value]) => [name, encode(value)]);
  return {
    ...Object.fromEntries(own),
    sagemaker_program: JSON.stringify(options.entryPoint),
    sagemaker_submit_directory: JSON.stringify(options.source),
    sagemaker_container_log_level: LOG_LEVEL,
    sagemaker_job_name: JSON.stringify(options.jobName),
    sagemaker_region: JSON.stringify(options.region),
  };
}

/** Objectives of the built-in algorithm by problem; the answers are probabilities, or values. */
const XGBOOST_OBJECTIVE = {
  binary: 'binary:logistic',
  multiclass: 'multi:softprob',
  regression: 'reg:squarederror',
} as const;

/**
 * The built-in algorithm's, as plain text; what the problem decides is filled in where nobody chose otherwise. It writes
 * `objective` always, because the container compares metrics with it.
 */
export function xgboostHyperparameters(
  own: Readonly<Record<string, string>>,
  problem: ProblemSettings = { type: 'binary', classes: ['0', '1'] },
): Record<string, string> {
  return {
    objective: XGBOOST_OBJECTIVE[problem.type],
    ...(problem.type === 'multiclass' ? { num_class: String(problem.classes.length) } : {}),
    ...own,
  };
}
