/** What in a project's search for hyperparameters contradicts its trainer. */
import type { z } from 'zod';
import type { Mistake } from './dataset-mistakes.ts';
import type { projectSchema } from './schema.ts';
import { XGBOOST_METRICS, xgboostHyperparameters } from './xgboost-hyperparameters.ts';

type Project = z.output<typeof projectSchema>;

/**
 * Hyperparameters from which SageMaker takes the longest training that Hyperband gives.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html
 */
const EPOCHS = ['epochs', 'numepochs', 'n-epochs', 'n_epochs', 'num_epochs'];

/** Every contradiction, each with its path below the project. */
export function tuningMistakes({ tuning, trainer }: Project): Mistake[] {
  if (!tuning) return [];
  const mistakes: Mistake[] = [];
  const add = (path: string[], input: unknown, message: string) =>
    mistakes.push({ path: ['tuning', ...path], input, message });
  const { metric, goal } = tuning.objective;
  if (trainer.kind === 'built-in') {
    const known = XGBOOST_METRICS[goal].map((name) => `validation:${name}`);
    if (!known.includes(metric)) {
      const message = `one of the metrics to ${goal.toLowerCase()} (${known.join(', ')}); choose one or change goal`;
      add(['objective', 'metric'], metric, message);
    }
    for (const [name, range] of Object.entries(tuning.ranges)) {
      const shape = xgboostHyperparameters.shape as Record<string, z.ZodType>;
      if (!shape[name]) {
        add(
          ['ranges', name],
          range,
          'a hyperparameter of the built-in algorithm; remove it or correct its name',
        );
        continue;
      }
      if (range.type === 'categorical') continue;
      for (const bound of ['minimum', 'maximum'] as const) {
        if (shape[name].safeParse(range[bound]).success) continue;
        const message = 'a value that the algorithm takes for this hyperparameter; change the bound';
        add(['ranges', name, bound], range[bound], message);
      }
    }
  } else if (!trainer.metrics?.some(({ name }) => name === metric)) {
    add(
      ['objective', 'metric'],
      metric,
      'a metric of trainer.metrics; add it there with its regular expression',
    );
  }
  const fixed = Object.keys(trainer.hyperparameters);
  if (tuning.strategy === 'Hyperband' && !fixed.some((name) => EPOCHS.includes(name))) {
    const message = `"Hyperband" only with a hyperparameter that says the number of epochs (${EPOCHS.join(', ')}); set one or change the strategy`;
    add(['strategy'], tuning.strategy, message);
  }
  return mistakes;
}
