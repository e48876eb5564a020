/** What `driftless.config.ts` may say about a search for hyperparameters. */
import { z } from 'zod';
import { positive } from './fields.ts';

const scale = z.enum(['auto', 'linear', 'logarithmic', 'reverse-logarithmic']).optional();

const rangeSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('integer'),
      minimum: z.number().int(),
      maximum: z.number().int(),
      scale: z.enum(['auto', 'linear', 'logarithmic']).optional(),
    }),
    z.strictObject({ type: z.literal('continuous'), minimum: z.number(), maximum: z.number(), scale }),
    z.strictObject({ type: z.literal('categorical'), values: z.array(z.string().min(1)).min(1).max(30) }),
  ],
  { error: '"integer", "continuous" or "categorical"' },
);

/**
 * Limits of SageMaker's tuning jobs.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html
 */
export const tuningSchema = z
  .strictObject({
    strategy: z.enum(['Bayesian', 'Random', 'Hyperband', 'Grid']).default('Bayesian'),
    objective: z.strictObject({
      /** Name of a metric that the container emits, for example `validation:auc`. */
      metric: z.string().min(1).max(255),
      goal: z.enum(['Maximize', 'Minimize']),
    }),
    ranges: z
      .record(z.string().min(1).max(256), rangeSchema)
      .refine((ranges) => Object.keys(ranges).length >= 1 && Object.keys(ranges).length <= 30, {
        error: '1 to 30 hyperparameters',
      }),
    maximumJobs: positive.max(750).default(20),
    maximumParallelJobs: positive.max(100).default(2),
    /** Whether jobs that fall behind are stopped. */
    earlyStopping: z.boolean().default(true),
    /** Whether the search starts from what the last run's found. */
    warmStart: z.boolean().default(false),
    seed: z.number().int().min(0).max(4_294_967_295).optional(),
  })
  .superRefine((tuning, context) => {
    const add = (path: string[], input: unknown, message: string) =>
      context.addIssue({ code: 'custom', path, input, message });
    if (tuning.maximumParallelJobs > tuning.maximumJobs) {
      add(
        ['maximumParallelJobs'],
        tuning.maximumParallelJobs,
        `at most maximumJobs (${tuning.maximumJobs}); lower it or raise maximumJobs`,
      );
    }
    for (const [name, range] of Object.entries(tuning.ranges)) {
      if (range.type === 'categorical') continue;
      const path = ['ranges', name];
      if (range.minimum >= range.maximum) {
        add([...path, 'minimum'], range.minimum, `less than maximum (${range.maximum}); exchange them`);
      }
      if (range.scale === 'logarithmic' && range.minimum <= 0) {
        add(
          [...path, 'minimum'],
          range.minimum,
          'more than 0 on a logarithmic scale; raise it or change scale',
        );
      }
      if (range.scale === 'reverse-logarithmic' && (range.minimum < 0 || range.maximum >= 1)) {
        add([...path, 'scale'], range.scale, 'only for a range within [0, 1); change the range or the scale');
      }
      if (tuning.strategy === 'Grid') {
        add(
          [...path, 'type'],
          range.type,
          '"categorical" with strategy "Grid"; list the values or change the strategy',
        );
      }
    }
  });
