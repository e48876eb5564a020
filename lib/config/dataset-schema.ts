/** What `driftless.config.ts` may say about a project's dataset and its columns. */
import { z } from 'zod';
import {
  checksSchema,
  columnChecksSchema,
  evolutionPolicy,
  pattern,
  predicateSchema,
} from './checks-schema.ts';

const positive = z.number().int().min(1);

export const columnSchema = z
  .strictObject({
    type: z.enum(['string', 'integer', 'double', 'boolean', 'timestamp']),
    /** @default - `target`, `key` and `event-time` as the dataset names them, otherwise `feature`. */
    role: z.enum(['feature', 'sensitive', 'ignored']).default('feature'),
    /** Other names of the column in files, for a renaming. */
    aliases: z.array(z.string().min(1)).min(1).optional(),
    allowedValues: z.array(z.string()).min(1).optional(),
    /** Inclusive bounds of a number. */
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    /** Regular expression (RE2: no look-around, no back-references) that a whole text has to match. */
    pattern: pattern.optional(),
    /** Inclusive bounds of a text, in characters. */
    minimumLength: z.number().int().min(0).optional(),
    maximumLength: z.number().int().min(0).optional(),
    /** No value occurs twice in an upload. */
    unique: z.boolean().optional(),
    /** @default - true, but false for the target and the key. */
    nullable: z.boolean().optional(),
    /** Changes the dataset's checks for this column. */
    checks: columnChecksSchema.optional(),
  })
  .superRefine((column, context) => {
    for (const [low, high] of [
      ['minimum', 'maximum'],
      ['minimumLength', 'maximumLength'],
    ] as const) {
      const [from, to] = [column[low], column[high]];
      if (from === undefined || to === undefined || from <= to) continue;
      context.addIssue({
        code: 'custom',
        path: [low],
        input: from,
        message: `at most ${high} (${to}); exchange them`,
      });
    }
    const numeric = column.type === 'integer' || column.type === 'double';
    const only: readonly [keyof typeof column, boolean, string][] = [
      ['minimum', numeric, 'an integer or double column'],
      ['maximum', numeric, 'an integer or double column'],
      ['pattern', column.type === 'string', 'a string column'],
      ['minimumLength', column.type === 'string', 'a string column'],
      ['maximumLength', column.type === 'string', 'a string column'],
    ];
    for (const [field, fits, where] of only) {
      if (column[field] === undefined || fits) continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        input: column[field],
        message: `only on ${where}, and this one is ${column.type}; remove it or change the type`,
      });
    }
  });

export const datasetSchema = z.strictObject({
  /** The only format that is taken. @default - any that is read (CSV, JSON Lines, Parquet), told by each file's ending. */
  format: z.enum(['csv', 'jsonl', 'parquet']).optional(),
  /** Column to predict: 0 or 1 (or false or true). */
  target: z.string().min(1),
  /** Column that identifies a row. @default - the whole row is hashed where a key is needed. */
  key: z.string().min(1).optional(),
  /** Column with the time of the event. */
  eventTime: z.string().min(1).optional(),
  /** @default - inferred from the first version, then frozen. */
  columns: z.record(z.string().min(1), columnSchema).default({}),
  /** `snapshot`: an upload replaces; `append`: it adds to the last version. */
  uploads: z.enum(['snapshot', 'append']).default('snapshot'),
  /** Rows that a version needs to be trained on. */
  minimumRows: positive.default(100),
  /** Texts that mean a missing value in CSV, such as NA, beside the empty field. @default - none. */
  nullValues: z.array(z.string().min(1)).optional(),
  /** Severity and limits of the checks of contents. @default - docs/datasets.md lists them. */
  checks: checksSchema.optional(),
  /** Conditions over several columns. @default - none. */
  predicates: z.array(predicateSchema).optional(),
  /** Rows of an upload, and of a snapshot in proportion to the version before. */
  expectedRows: z
    .strictObject({
      minimum: z.number().int().min(0).optional(),
      maximum: positive.optional(),
      ratioToPrevious: z
        .strictObject({ minimum: z.number().min(0).optional(), maximum: z.number().positive().optional() })
        .optional(),
    })
    .optional(),
  /** Hours by which the newest event may be older than the upload. Needs `eventTime`. @default - any age. */
  freshness: z.strictObject({ maximumAgeHours: z.number().positive() }).optional(),
  /** What becomes of an upload that changes the schema. */
  evolution: z
    .strictObject({
      /** A new column. @default 'warn' */
      added: evolutionPolicy.optional(),
      /** Integer to double. @default 'allow' */
      widened: evolutionPolicy.optional(),
      /** Any other change of type. @default 'block' */
      narrowed: evolutionPolicy.optional(),
      /** A column that models, keys or fairness checks use is gone. @default 'block' */
      dropped: evolutionPolicy.optional(),
    })
    .optional(),
  /** Whether one function reads an upload or many do. @default - by its bytes and number of files. */
  scan: z.strictObject({ route: z.enum(['auto', 'one-function', 'distributed']) }).optional(),
  /** Days (1 to 365) after which a folder that was never committed is removed. @default 7 */
  incoming: z.strictObject({ expireAfterDays: positive.max(365) }).optional(),
});
