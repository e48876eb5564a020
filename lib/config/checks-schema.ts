/** What `driftless.config.ts` may say about the checks of an upload's contents. Defaults: lambdas/datasets/checks/rules/. */
import { z } from 'zod';

const fraction = z.number().min(0).max(1);

const severity = z.enum(['block', 'warn', 'info', 'off']).optional();
/** Share of the present values that has to hold. */
const mostly = fraction.optional();

const check = z.strictObject({ severity });
const rowCheck = z.strictObject({ severity, mostly });

/** Checks that are made column by column, so that a column may say something else than the dataset. */
const columnChecks = {
  'columns-present': check.optional(),
  'column-types': rowCheck.optional(),
  'null-rate': z
    .strictObject({
      severity,
      /** Share of missing values that is too much whatever came before. */
      maximum: fraction.optional(),
      /** The least rise above the version before that is told. @default 0.01 */
      minimumIncrease: fraction.optional(),
      /** Of both Wilson intervals, two-sided. @default 0.999 */
      confidence: z.number().min(0.5).max(0.9999).optional(),
    })
    .optional(),
  'finite-values': rowCheck.optional(),
  'value-ranges': rowCheck.optional(),
  'soft-ranges': z
    .strictObject({
      severity,
      mostly,
      /** Interquartile ranges beyond the version before. @default 3 */
      iqrs: z.number().min(0).optional(),
    })
    .optional(),
  'allowed-values': rowCheck.optional(),
  'new-categories': z
    .strictObject({
      severity,
      /** Share of values that the version before did not have. @default 0.01 */
      maximumMass: fraction.optional(),
    })
    .optional(),
  'text-shape': rowCheck.optional(),
  'unique-values': rowCheck.optional(),
  'constant-columns': check.optional(),
  'leakage-hints': z
    .strictObject({
      severity,
      /** Of a single feature. @default 0.99 */
      auc: z.number().min(0.5).max(1).optional(),
    })
    .optional(),
};

export const columnChecksSchema = z.strictObject(columnChecks);

export const checksSchema = z.strictObject({
  ...columnChecks,
  'columns-extra': check.optional(),
  'columns-order': check.optional(),
  'keys-unique': check.optional(),
  'row-count': check.optional(),
  'duplicate-rows': z
    .strictObject({
      severity,
      /** Share of rows that repeat another one. @default 0.01 */
      maximumRate: fraction.optional(),
    })
    .optional(),
  'event-times': z
    .strictObject({
      severity,
      /** Whether event times may not fall from one row of a file to the next. @default false */
      monotonic: z.boolean().optional(),
    })
    .optional(),
  predicates: rowCheck.optional(),
  'class-balance': z
    .strictObject({
      severity,
      /** Of the rarest class. @default 0.01 */
      minimumShare: z.number().min(0).max(0.5).optional(),
    })
    .optional(),
});

export const predicateSchema = z.strictObject({
  /** Names the finding. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower-case letters, digits and hyphens' }),
  /** One SQL expression over the columns, such as `arrived_at >= departed_at`; NULL passes. */
  sql: z
    .string()
    .min(1)
    .refine((sql) => !sql.includes(';'), { error: 'one SQL expression without a semicolon' }),
  severity,
  mostly,
});

export const evolutionPolicy = z.enum(['allow', 'warn', 'block']);

/** A regular expression as RE2 takes it: what only JavaScript knows would fail at the first upload. */
export const pattern = z.string().superRefine((text, context) => {
  const unknown = text.match(/\(\?<?[=!]|\\[1-9]|\\k</)?.[0];
  if (unknown !== undefined) {
    context.addIssue({
      code: 'custom',
      input: text,
      message: `a regular expression of RE2, which has no "${unknown}"; write it without`,
    });
    return;
  }
  try {
    new RegExp(text, 'u');
  } catch (error) {
    context.addIssue({
      code: 'custom',
      input: text,
      message: `a regular expression (${(error as Error).message}); correct it`,
    });
  }
});
