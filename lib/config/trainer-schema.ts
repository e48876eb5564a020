/** What `driftless.config.ts` may say about how a model is trained. */
import { z } from 'zod';
import { imageUri, instanceType, positive } from './fields.ts';
import { xgboostHyperparameters } from './xgboost-hyperparameters.ts';

const texts = z
  .record(
    z.string().min(1).max(256),
    z.union([z.string().max(2500), z.number(), z.boolean()], { error: 'a string, a number or a boolean' }),
  )
  .refine((values) => Object.keys(values).length <= 95, { error: 'at most 95 hyperparameters' });

const environment = z.record(
  z
    .string()
    .max(512)
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: 'letters, digits and underscores, not first a digit' }),
  z.string().max(512),
);

const outputSchema = z.strictObject({
  contentType: z.enum(['text/csv', 'application/json', 'application/jsonlines']).default('text/csv'),
  /** `score`: grows with the positive class, without a scale. @default - probability, for a regression value */
  kind: z.enum(['probability', 'score', 'value']).optional(),
  /** JSON only: names, joined by dots, of the list with one entry a row. */
  list: z.string().min(1).optional(),
  /** JSON and JSON Lines: names, joined by dots, of the answer in a row's entry. */
  value: z.string().min(1).optional(),
  /** From here on a row is predicted positive (binary only). @default 0.5, for scores 0 */
  threshold: z.number().optional(),
});

const common = {
  environment: environment.optional(),
  instanceType: instanceType.default('ml.m5.large'),
  instanceCount: positive.max(100).default(1),
  volumeSizeGb: positive.max(16384).default(30),
  /** 28 days at most. */
  maxRuntimeMinutes: positive.max(40320).default(60),
  /** Spot instances. `maxWaitMinutes` holds the training too. */
  spot: z
    .strictObject({ maxWaitMinutes: positive.max(40320), checkpoints: z.boolean().default(true) })
    .optional(),
  /** No network for the container: data and model pass by SageMaker. */
  networkIsolation: z.boolean().optional(),
  /** Encrypts what the instances of one job tell each other. */
  encryptTraffic: z.boolean().optional(),
  vpc: z
    .strictObject({
      subnets: z
        .array(z.string().regex(/^subnet-[0-9a-f]+$/, { error: 'a subnet such as subnet-0123456789abcdef0' }))
        .min(1)
        .max(16),
      securityGroupIds: z
        .array(z.string().regex(/^sg-[0-9a-f]+$/, { error: 'a security group such as sg-0123456789abcdef0' }))
        .min(1)
        .max(5),
    })
    .optional(),
  /** Minutes that the instances are kept warm after the job. */
  keepAliveMinutes: positive.max(60).optional(),
  tags: z
    .record(z.string().min(1).max(128), z.string().max(256))
    .refine((tags) => Object.keys(tags).length <= 40, { error: 'at most 40 tags' })
    .optional(),
  /** Whether a run takes over the model of an earlier one that trained on the same. @default true, false with tuning */
  reuse: z.boolean().optional(),
  /** Metrics that are read from the log by a regular expression with one group. */
  metrics: z
    .array(z.strictObject({ name: z.string().min(1).max(255), regex: z.string().min(1).max(500) }))
    .min(1)
    .max(40)
    .optional(),
  output: outputSchema.optional(),
};

/** A folder of the project, run in a framework's container. */
export const scriptTrainer = z.strictObject({
  kind: z.literal('script').optional(),
  framework: z.enum(['xgboost', 'sklearn', 'pytorch']).default('xgboost'),
  /** @default - 1.7-1 of XGBoost, 1.2-1 of scikit-learn */
  frameworkVersion: z.string().min(1).optional(),
  /** Image that trains. @default - AWS's for the framework and the stage's region; PyTorch has none by default */
  image: imageUri.optional(),
  /** Image that scores and serves. @default - the one that trains */
  servingImage: imageUri.optional(),
  /** Folder with the script and its modules, relative to the config file. */
  source: z.string().min(1),
  entryPoint: z.string().default('train.py'),
  hyperparameters: texts.default({}),
  ...common,
});

/** An algorithm of SageMaker's own: numeric features only. */
const builtInTrainer = z.strictObject({
  kind: z.literal('built-in'),
  algorithm: z.literal('xgboost').default('xgboost'),
  algorithmVersion: z.enum(['1.7-1', '3.0-5']).default('1.7-1'),
  hyperparameters: xgboostHyperparameters,
  ...common,
});

/** Any image that keeps SageMaker's contract for training and for serving. */
const imageTrainer = z.strictObject({
  kind: z.literal('image'),
  /** An image in ECR. */
  image: imageUri.optional(),
  /** Or a folder with a `Dockerfile`, relative to the config file, that is built when the project is deployed. */
  dockerfile: z.string().min(1).optional(),
  hyperparameters: texts.default({}),
  ...common,
});

/** Versions of the frameworks whose images are known; the first is the default. */
export const FRAMEWORK_VERSIONS = {
  xgboost: ['1.7-1', '3.0-5'],
  sklearn: ['1.2-1'],
} as const;

export const trainerSchema = z
  .discriminatedUnion('kind', [scriptTrainer, builtInTrainer, imageTrainer], {
    error: '"script", "built-in" or "image"',
  })
  .transform((trainer) => {
    if (trainer.kind === 'built-in' || trainer.kind === 'image') return trainer;
    const { framework, frameworkVersion } = trainer;
    const known = framework === 'pytorch' ? undefined : FRAMEWORK_VERSIONS[framework][0];
    return { ...trainer, kind: 'script' as const, frameworkVersion: frameworkVersion ?? known };
  });
