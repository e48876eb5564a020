/**
 * What `driftless.config.ts` may say. Every field has its unit in the name, its range in the schema and a default
 * where one can exist; the smallest useful project is a target column and a trainer.
 */
import { z } from 'zod';
import { datasetMistakes } from './dataset-mistakes.ts';
import { datasetSchema } from './dataset-schema.ts';
import { fraction, name, positive } from './fields.ts';
import { gatesSchema } from './gates-schema.ts';
import { monitorsSchema } from './monitors-schema.ts';
import { problemSchema } from './problem.ts';
import { retrainingSchema } from './retraining-schema.ts';
import { servingSchema } from './serving-schema.ts';
import { stageSchema } from './stage-schema.ts';
import { trainerSchema } from './trainer-schema.ts';
import { trainingMistakes } from './training-mistakes.ts';
import { tuningSchema } from './tuning-schema.ts';

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

const mlflowSchema = z.strictObject({
  /** A tracking server's URI, or the ARN of a managed one of SageMaker. */
  tracking: z
    .string()
    .regex(/^(https?:\/\/\S+|arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:mlflow-tracking-server\/[\w-]+)$/, {
      error: 'a URI such as https://mlflow.example.com or the ARN of a managed tracking server',
    }),
  /** @default - the project's name */
  experiment: z.string().min(1).optional(),
});

export const projectSchema = z
  .strictObject({
    dataset: datasetSchema,
    split: splitSchema.prefault({}),
    trainer: trainerSchema,
    /** What is predicted. @default - classes by the target's `allowedValues`, else two: 0 and 1 (or false and true) */
    problem: problemSchema.optional(),
    /** Search for hyperparameters. @default - one training job */
    tuning: tuningSchema.optional(),
    gates: gatesSchema,
    /** @default - the stage's policy. */
    approval: z.enum(['automatic', 'manual']).optional(),
    /** Days after which a version that nobody approved is rejected. */
    approvalExpiresAfterDays: positive.max(365).default(14),
    /** Where runs are logged beside our own records. @default - nowhere */
    mlflow: mlflowSchema.optional(),
    serving: servingSchema.prefault({}),
    monitors: monitorsSchema.prefault({}),
    retraining: retrainingSchema.prefault({}),
  })
  .superRefine((project, context) => {
    for (const mistake of datasetMistakes(project)) context.addIssue({ code: 'custom', ...mistake });
    for (const mistake of trainingMistakes(project)) context.addIssue({ code: 'custom', ...mistake });
    if (project.split.holdoutFraction + project.split.validationFraction >= 1) {
      context.addIssue({
        code: 'custom',
        path: ['split'],
        input: project.split,
        message: 'holdoutFraction + validationFraction below 1, so that rows are left to train on',
      });
    }
    const known = Object.keys(project.dataset.columns);
    for (const name of Object.keys(project.monitors.columns ?? {})) {
      if (known.length === 0 || known.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['monitors', 'columns', name],
        input: name,
        message: `a column of the dataset: ${known.join(', ')}`,
      });
    }
  });

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
