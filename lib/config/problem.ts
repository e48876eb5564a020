/** What a project predicts. */
import { z } from 'zod';
import type { ProblemSettings } from '../../lambdas/shared/settings.ts';
import type { datasetSchema } from './dataset-schema.ts';

const classes = z.array(z.string().min(1)).refine((values) => new Set(values).size === values.length, {
  error: 'classes that differ; remove what is there twice',
});

export const problemSchema = z.discriminatedUnion(
  'type',
  [
    /** The second class is the positive one. */
    z.strictObject({ type: z.literal('binary'), classes: classes.length(2).optional() }),
    /** In the order of the model's probabilities. */
    z.strictObject({ type: z.literal('multiclass'), classes: classes.min(3).max(1000).optional() }),
    z.strictObject({ type: z.literal('regression') }),
  ],
  { error: '"binary", "multiclass" or "regression"' },
);

interface Predicting {
  readonly dataset: z.output<typeof datasetSchema>;
  readonly problem?: z.output<typeof problemSchema>;
}

/** The problem with its classes, which the target's `allowedValues` or type tell when nobody said them. */
export function problemOf({ dataset, problem }: Predicting): ProblemSettings {
  if (problem?.type === 'regression') return { type: 'regression' };
  const target = dataset.columns[dataset.target];
  const classes =
    problem?.classes ??
    target?.allowedValues ??
    (target?.type === 'boolean' ? ['false', 'true'] : ['0', '1']);
  return { type: problem?.type ?? (classes.length > 2 ? 'multiclass' : 'binary'), classes };
}
