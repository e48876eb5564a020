/** Whether the champion can score a challenger's holdout, and be compared on it. */
import type { DatasetSchema } from '../datasets/contract.ts';
import type { ProblemSettings, ProjectSettings } from '../shared/settings.ts';

const featuresOf = (schema: DatasetSchema) =>
  schema.columns.filter(({ role }) => role === 'feature').map(({ name, type }) => `${name}: ${type}`);

/**
 * Why the champion cannot score rows of the new schema: a model takes features by position, so they have to be the
 * same ones in the same order. Undefined when it can.
 */
export function championObstacle(ofChampion: DatasetSchema, ofChallenger: DatasetSchema): string | undefined {
  const before = featuresOf(ofChampion);
  const after = featuresOf(ofChallenger);
  const missing = before.filter((feature) => !after.includes(feature));
  const added = after.filter((feature) => !before.includes(feature));
  if (missing.length > 0 || added.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
      ...(added.length > 0 ? [`with ${added.join(', ')}`] : []),
    ];
    return `the features changed since the champion was trained: ${parts.join(' and ')}`;
  }
  if (before.join() !== after.join())
    return 'the order of the features changed since the champion was trained';
  return undefined;
}

type Predicted = Pick<ProjectSettings, 'dataset' | 'problem'>;

const ZERO_ONE: ProblemSettings = { type: 'binary', classes: ['0', '1'] };

/** Why two models do not predict the same thing, by the settings of their runs. Undefined when they do. */
export function problemObstacle(ofChampion: Predicted, ofChallenger: Predicted): string | undefined {
  const [before, after] = [ofChampion, ofChallenger].map(({ problem = ZERO_ONE }) => problem);
  if (ofChampion.dataset.target !== ofChallenger.dataset.target) {
    return `the target changed since the champion was trained: from ${ofChampion.dataset.target} to ${ofChallenger.dataset.target}`;
  }
  if (before!.type !== after!.type) {
    return `the problem changed since the champion was trained: from ${before!.type} to ${after!.type}`;
  }
  const [old, now] = [before!, after!].map((one) => (one.type === 'regression' ? [] : one.classes));
  if (old!.join('\0') !== now!.join('\0')) {
    return `the classes changed since the champion was trained: from ${old!.join(', ')} to ${now!.join(', ')}`;
  }
  return undefined;
}
