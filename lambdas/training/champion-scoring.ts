/** Whether the champion can score a challenger's holdout. */
import type { DatasetSchema } from '../datasets/contract.ts';

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
