/** What `driftless.config.ts` may say about the gates of a run. */
import { z } from 'zod';
import type { BiasMetric } from '../../lambdas/shared/settings.ts';
import { metric, positive } from './fields.ts';

const BIAS_METRICS: readonly BiasMetric[] = [
  ...(['CI', 'DPL', 'KL', 'JS', 'LP', 'TVD', 'KS', 'CDDL'] as const),
  ...(['DPPL', 'DI', 'DCA', 'DCR', 'RD', 'SD', 'DAR', 'DRR', 'AD', 'TE', 'CDDPL', 'FT', 'GE'] as const),
];

const bound = z
  .strictObject({ minimum: z.number().optional(), maximum: z.number().optional() })
  .refine(({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum, {
    error: 'a minimum that is at most the maximum; exchange them',
  });

const slicesSchema = z.strictObject({
  /** Features or sensitive columns by whose values the metrics are told. */
  columns: z.array(z.string().min(1)).min(1),
  /** What the primary metric has to reach in every slice, by its confidence bound. @default - told, not judged */
  minimum: z.number().optional(),
  /** Slices with fewer rows are told, not judged. */
  minimumRows: positive.default(100),
});

/** Bounds of the four-fifths rule, and a tenth for differences of shares. */
const FAIRNESS_BOUNDS = {
  DI: { minimum: 0.8, maximum: 1.25 },
  DPPL: { minimum: -0.1, maximum: 0.1 },
};

const fairnessSchema = z.strictObject({
  /** @default - every declared column of role `sensitive` */
  facets: z
    .array(
      z.strictObject({
        column: z.string().min(1),
        /** Values that are looked at, each against all other rows. @default - every value */
        values: z.array(z.string()).min(1).optional(),
        /** For numbers: rows above it are the facet. */
        threshold: z.number().optional(),
      }),
    )
    .min(1)
    .optional(),
  /** Classes that are the favourable outcome. @default - binary: the second class; more classes have to name them */
  positiveClasses: z.array(z.string()).min(1).optional(),
  /** Metrics that are judged, with the range that is allowed; the others are reported. */
  bounds: z
    .strictObject(Object.fromEntries(BIAS_METRICS.map((one) => [one, bound.optional()])) as BoundFields)
    .default(FAIRNESS_BOUNDS),
  /** Rows that each cell of facet by label needs. */
  minimumCellRows: positive.default(30),
  /** What becomes of a run in which a cell is too small or an interval does not tell. */
  onInsufficientData: z.enum(['block', 'warn']).default('block'),
  /** Column whose values are conditioned on in CDDL and CDDPL. */
  group: z.string().min(1).optional(),
  /** Whether pairs of two sensitive columns are looked at too. */
  intersections: z.boolean().default(true),
  /** Flip test: neighbours among numeric features, sampled. */
  flipTest: z.boolean().default(false),
});

type BoundFields = Record<BiasMetric, z.ZodOptional<typeof bound>>;

const customGateSchema = z.strictObject({
  /** Rule under which its judgement is told. */
  name: z
    .string()
    .max(40)
    .regex(/^[a-z][a-z0-9-]*$/, { error: 'lower-case letters, digits and hyphens, starting with a letter' }),
  /** Function that answers a judgement. */
  functionArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w-]+|:\$LATEST)?$/, {
      error: 'the ARN of a Lambda function such as arn:aws:lambda:eu-west-1:111122223333:function:name',
    }),
});

export const gatesSchema = z.strictObject({
  /** @default - auc, accuracy or rmse, by the problem */
  primaryMetric: metric.optional(),
  /** What the confidence bound has to reach: at least, for losses and errors at most. */
  minimum: z.number(),
  minimumHoldoutRows: positive.default(500),
  confidence: z.number().min(0.5).max(0.999).default(0.95),
  champion: z
    .strictObject({
      /** How much worse a challenger on newer data may be, in units of the metric. */
      margin: z.number().min(0).default(0.005),
      rule: z.enum(['better', 'better-or-newer-within-margin']).default('better-or-newer-within-margin'),
    })
    .prefault({}),
  /** @default - no slices */
  slices: slicesSchema.optional(),
  /** @default - no fairness gate */
  fairness: fairnessSchema.optional(),
  /** @default - none */
  custom: z.array(customGateSchema).min(1).optional(),
});
