/**
 * What `driftless.config.ts` may say. Every field has its unit in the name, its range in the schema and a default
 * where one can exist; the smallest useful project is a target column and a trainer.
 */
import { z } from 'zod';
import { datasetMistakes } from './dataset-mistakes.ts';
import { datasetSchema } from './dataset-schema.ts';

const fraction = z.number().min(0).max(1);
const positive = z.number().int().min(1);

const NAME = /^[a-z][a-z0-9-]*[a-z0-9]$/;
const name = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .regex(NAME, { error: 'lower-case letters, digits and hyphens, starting with a letter' });

const instanceType = z
  .string()
  .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, { error: 'a SageMaker instance type such as ml.m5.large' });

export const splitSchema = z.strictObject({
  /** `key-hash`: a row keeps its side in every later version; `event-time`: the newest rows are held out. */
  by: z.enum(['key-hash', 'event-time']).default('key-hash'),
  holdoutFraction: fraction.default(0.2),
  validationFraction: fraction.default(0.1),
  /** Changing it moves rows between the sides. */
  salt: z.string().default('driftless'),
  /** Whether every class of the target, or every value of the column named, keeps the fractions. @default false */
  stratify: z
    .union([z.boolean(), z.string().min(1)], { error: 'true, false or the name of a column' })
    .optional(),
});

export const trainerSchema = z.strictObject({
  kind: z.literal('script').default('script'),
  framework: z.literal('xgboost').default('xgboost'),
  frameworkVersion: z.enum(['1.7-1']).default('1.7-1'),
  /** Folder with the script and its modules, relative to the config file. */
  source: z.string().min(1),
  entryPoint: z.string().default('train.py'),
  hyperparameters: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], { error: 'a string, a number or a boolean' }),
    )
    .default({}),
  instanceType: instanceType.default('ml.m5.large'),
  instanceCount: positive.max(1).default(1),
  volumeSizeGb: positive.max(16384).default(30),
  /** 28 days at most. */
  maxRuntimeMinutes: positive.max(40320).default(60),
});

export const gatesSchema = z.strictObject({
  primaryMetric: z.enum(['auc', 'logLoss', 'brier']).default('auc'),
  /** What the confidence bound has to reach: at least for `auc`, at most for losses. */
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
});

export const servingSchema = z.strictObject({
  instanceType: instanceType.default('ml.m5.large'),
  instanceCount: positive.default(1),
  /** Minutes that the old fleet is kept after the shift, while alarms and the smoke test watch. At most 60. */
  bakeMinutes: z.number().min(3).max(60).default(5),
  smokeTest: z
    .strictObject({
      rows: positive.max(1000).default(50),
      /** Absolute difference of probabilities. */
      tolerance: z.number().positive().default(1e-4),
    })
    .prefault({}),
  capturePercentage: z.number().int().min(0).max(100).default(100),
  /** Alarm on the model's p90 latency. */
  maximumLatencyMs: positive.default(1000),
});

export const monitorsSchema = z.strictObject({
  /** How often the monitor looks for complete windows: every so many hours of the day, at half past, UTC. */
  everyHours: z.literal([1, 2, 3, 4, 6, 8, 12, 24]).default(24),
  /** Length of a window; 168 aligns it to weeks that start on Monday, UTC. */
  windowHours: positive.max(744).default(168),
  minimumSamples: positive.default(200),
  psi: z
    .strictObject({ warn: z.number().positive().default(0.1), alert: z.number().positive().default(0.2) })
    .prefault({}),
  predictionPsi: z
    .strictObject({ warn: z.number().positive().default(0.1), alert: z.number().positive().default(0.15) })
    .prefault({}),
  quality: z
    .strictObject({
      metric: z.enum(['auc', 'logLoss', 'brier']).default('auc'),
      /** How far the metric may fall below its holdout value. */
      maximumDrop: z.number().min(0).default(0.05),
      minimumLabels: positive.default(200),
    })
    .prefault({}),
});

export const retrainingSchema = z.strictObject({
  onDataset: z.boolean().default(true),
  onCodeChange: z.boolean().default(true),
  onAlarm: z.boolean().default(true),
  /** Holds back alarms only; an upload or a person is not held back. */
  cooldownHours: z.number().min(0).default(24),
  minimumNewLabels: positive.default(1000),
  maximumRunsPerDay: positive.default(10),
});

export const projectSchema = z
  .strictObject({
    dataset: datasetSchema,
    split: splitSchema.prefault({}),
    trainer: trainerSchema,
    gates: gatesSchema,
    /** @default - the stage's policy. */
    approval: z.enum(['automatic', 'manual']).optional(),
    serving: servingSchema.prefault({}),
    monitors: monitorsSchema.prefault({}),
    retraining: retrainingSchema.prefault({}),
  })
  .superRefine((project, context) => {
    for (const mistake of datasetMistakes(project)) context.addIssue({ code: 'custom', ...mistake });
    if (project.split.holdoutFraction + project.split.validationFraction >= 1) {
      context.addIssue({
        code: 'custom',
        path: ['split'],
        input: project.split,
        message: 'holdoutFraction + validationFraction below 1, so that rows are left to train on',
      });
    }
    for (const monitor of ['psi', 'predictionPsi'] as const) {
      const { warn, alert } = project.monitors[monitor];
      if (warn > alert) {
        context.addIssue({
          code: 'custom',
          path: ['monitors', monitor, 'warn'],
          input: warn,
          message: `at most alert (${alert}); lower warn or raise alert`,
        });
      }
    }
  });

export const stageSchema = z
  .strictObject({
    /** @default - the account of the credentials that deploy. */
    account: z
      .string()
      .regex(/^\d{12}$/, { error: 'twelve digits' })
      .optional(),
    region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'an AWS region such as eu-west-1' }),
    /** Whether a registered model is approved by the gates alone or by a person. */
    approval: z.enum(['automatic', 'manual']).default('manual'),
    /** What happens to data, catalog and keys when the stack is deleted. */
    removal: z.enum(['retain', 'destroy']).default('retain'),
    /** Days that audit records cannot be deleted (Object Lock, governance mode). @default 365, or 0 where data is destroyed */
    auditRetentionDays: z.number().int().min(0).max(3650).optional(),
    /** E-mail addresses that get notifications. */
    notify: z.array(z.email({ error: 'an e-mail address' })).default([]),
    /** Architecture of the functions and of the DuckDB layer; `host` is this machine, for the local cloud. */
    architecture: z.enum(['x86_64', 'arm64', 'host']).default('x86_64'),
  })
  .superRefine(({ removal, auditRetentionDays = 0 }, context) => {
    if (removal !== 'destroy' || auditRetentionDays === 0) return;
    context.addIssue({
      code: 'custom',
      path: ['auditRetentionDays'],
      input: auditRetentionDays,
      message:
        "0 with removal 'destroy': locked records cannot be deleted; leave it out, or set removal to 'retain'",
    });
  })
  .transform((stage) => ({
    ...stage,
    auditRetentionDays: stage.auditRetentionDays ?? (stage.removal === 'destroy' ? 0 : 365),
  }));

/** The longest project name: `driftless-<stage>-<project>-data-<account>-<region>` has to fit a bucket's 63 characters. */
const MAXIMUM_PROJECT_NAME = 20;
const MAXIMUM_STAGE_NAME = 8;

/**
 * Without hyphens: permissions and rules of stage `dev` are on `driftless-dev-*`, which must not mean what belongs to a
 * stage `dev-b`.
 */
const stageName = z
  .string()
  .max(MAXIMUM_STAGE_NAME)
  .regex(/^[a-z][a-z0-9]*$/, { error: 'lower-case letters and digits, starting with a letter' });

/** `platform` would be the name of the platform's own stack. */
const projectName = name(MAXIMUM_PROJECT_NAME).refine((project) => project !== 'platform', {
  error: 'any other name: the stack of the platform itself is called so',
});

export const configSchema = z.strictObject({
  stages: z.record(stageName, stageSchema).refine((stages) => Object.keys(stages).length > 0, {
    error: 'at least one stage',
  }),
  projects: z
    .record(projectName, projectSchema)
    .refine((projects) => Object.keys(projects).length > 0, { error: 'at least one project' }),
});

/** What a person writes. */
export type DriftlessConfig = z.input<typeof configSchema>;
/** The same with every default filled in. */
export type ResolvedConfig = z.output<typeof configSchema>;
export type StageConfig = z.output<typeof stageSchema>;
export type ProjectConfig = z.output<typeof projectSchema>;
