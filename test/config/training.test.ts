import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Names } from '../../lambdas/shared/names.ts';
import { ConfigError, parseConfig } from '../../lib/config/load.ts';
import { projectSettings } from '../../lib/config/settings.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'driftless-config-'));
  writeFileSync(join(directory, 'train.py'), 'print("hello")\n');
  for (const folder of ['empty', 'image']) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, 'image', 'Dockerfile'), 'FROM scratch\n');
});

type Parts = { dataset?: object; [part: string]: unknown };
const config = ({ dataset, ...parts }: Parts) => ({
  stages: { local: { region: 'eu-west-1' } },
  projects: {
    churn: {
      trainer: { source: '.' },
      gates: { minimum: 0.6 },
      ...parts,
      dataset: { target: 'churned', ...dataset },
    },
  },
});
const settingsOf = (parts: Parts) => {
  const parsed = parseConfig(config(parts), directory);
  const names = new Names('local', { account: '111122223333', region: 'eu-west-1', partition: 'aws' });
  return projectSettings('churn', parsed.projects.churn!, {
    names,
    stage: parsed.stages.local!,
    keyArn: 'key',
  });
};
function mistakesOf(parts: Parts): readonly string[] {
  try {
    parseConfig(config(parts), directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes.map((one) => one.replace('projects.churn.', ''));
    throw error;
  }
  throw new Error('the config was accepted');
}
const builtIn = (hyperparameters: object = {}, rest: object = {}) => ({
  kind: 'built-in',
  hyperparameters: { num_round: 10, ...hyperparameters },
  ...rest,
});
const SOFTPROB = { problem: { type: 'multiclass', classes: ['a', 'b', 'c'] } };

describe('problem', () => {
  test.each([
    [{}, { type: 'binary', classes: ['0', '1'] }],
    [{ type: 'boolean' }, { type: 'binary', classes: ['false', 'true'] }],
    [
      { type: 'string', allowedValues: ['no', 'yes'] },
      { type: 'binary', classes: ['no', 'yes'] },
    ],
    [
      { type: 'string', allowedValues: ['x', 'y', 'z'] },
      { type: 'multiclass', classes: ['x', 'y', 'z'] },
    ],
  ])('of a target %j is %j when nobody says it', (target, problem) => {
    const columns = Object.keys(target).length > 0 ? { churned: target } : {};
    expect(settingsOf({ dataset: { columns } }).problem).toEqual(problem);
  });

  test.each([
    [{}, 'auc'],
    [SOFTPROB, 'accuracy'],
    [{ problem: { type: 'regression' } }, 'rmse'],
  ])('%j is judged and monitored by %s', (parts, metric) => {
    const { gates, monitors } = settingsOf(parts);
    expect([gates.primaryMetric, monitors.quality.metric]).toEqual([metric, metric]);
  });
});

describe('trainers', () => {
  const registry = '141502667606.dkr.ecr.eu-west-1.amazonaws.com';
  test.each([
    [{ source: '.' }, 'sagemaker-xgboost:1.7-1'],
    [{ source: '.', frameworkVersion: '3.0-5' }, 'sagemaker-xgboost:3.0-5'],
    [{ source: '.', framework: 'sklearn' }, 'sagemaker-scikit-learn:1.2-1-cpu-py3'],
    [builtIn({}, { algorithmVersion: '3.0-5' }), 'sagemaker-xgboost:3.0-5'],
  ])('%j runs in %s', (trainer, image) => {
    expect(settingsOf({ trainer }).trainer.imageUri).toBe(`${registry}/${image}`);
  });

  test('PyTorch trains and serves in the images that are named', () => {
    const image = `763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.1-cpu-py310`;
    const servingImage = image.replace('training', 'inference');
    const { trainer } = settingsOf({ trainer: { source: '.', framework: 'pytorch', image, servingImage } });
    expect(trainer).toMatchObject({ imageUri: image, servingImageUri: servingImage });
  });

  test('hyperparameters of the built-in algorithm are written as its container parses them', () => {
    const trainer = builtIn({
      eval_metric: ['logloss', 'auc'],
      monotone_constraints: [1, 0, -1],
      interaction_constraints: [[1, 2], [3]],
      save_model_on_termination: true,
    });
    expect(settingsOf({ trainer }).trainer.hyperparameters).toEqual({
      num_round: '10',
      eval_metric: 'logloss,auc',
      monotone_constraints: '(1,0,-1)',
      interaction_constraints: '[[1,2],[3]]',
      save_model_on_termination: 'true',
    });
  });

  test('minutes become seconds, and what nobody says stays absent', () => {
    const spot = { maxWaitMinutes: 120 };
    const { trainer } = settingsOf({ trainer: { source: '.', spot } });
    expect(trainer).toMatchObject({
      maxRuntimeSeconds: 3600,
      spot: { maxWaitSeconds: 7200, checkpoints: true },
    });
    for (const absent of ['vpc', 'keepAliveSeconds', 'environment', 'reuse', 'output']) {
      expect(trainer).not.toHaveProperty(absent);
    }
  });
});

describe('fairness', () => {
  test('looks at the sensitive columns, with the four-fifths rule, unless told otherwise', () => {
    const columns = { churned: { type: 'integer' }, sex: { type: 'string', role: 'sensitive' } };
    const { fairness } = settingsOf({ dataset: { columns }, gates: { minimum: 0.6, fairness: {} } }).gates;
    expect(fairness).toMatchObject({
      facets: [{ column: 'sex' }],
      bounds: { DI: { minimum: 0.8, maximum: 1.25 }, DPPL: { minimum: -0.1, maximum: 0.1 } },
      minimumCellRows: 30,
      onInsufficientData: 'block',
    });
  });
  test.each([
    [undefined, 'null'],
    [['a', 'b', 'c'], '["a","b","c"]'],
    [['x'], '["x"]'],
  ])('of several classes names some of them: not %j', (positiveClasses, got) => {
    const columns = {
      churned: { type: 'string', allowedValues: ['a', 'b', 'c'] },
      sex: { type: 'string', role: 'sensitive' },
    };
    const fairness = { ...(positiveClasses && { positiveClasses }) };
    const gates = { minimum: 0.6, primaryMetric: 'accuracy', fairness };
    const [mistake] = mistakesOf({ dataset: { columns }, gates });
    expect(mistake).toContain(`gates.fairness.positiveClasses: got ${got}; allowed: `);
    expect(mistake).toContain('of the classes a, b, c');
    const named = { ...gates, fairness: { positiveClasses: ['a'] } };
    expect(settingsOf({ dataset: { columns }, gates: named }).gates.fairness).toMatchObject(named.fairness);
  });
});

const tuning = (change: object = {}) => ({
  objective: { metric: 'validation:auc', goal: 'Maximize' },
  ranges: { eta: { type: 'continuous', minimum: 0.01, maximum: 0.5 } },
  ...change,
});

describe('mistakes', () => {
  test.each<[Parts, string]>([
    [
      { trainer: { kind: 'magic', source: '.' } },
      'trainer.kind: got "magic"; allowed: "script", "built-in" or "image"',
    ],
    [{ trainer: builtIn({ num_round: 0 }) }, 'trainer.hyperparameters.num_round: got 0; allowed: at least 1'],
    [
      { trainer: builtIn({ subsample: 0 }) },
      'trainer.hyperparameters.subsample: got 0; allowed: more than 0',
    ],
    [{ trainer: builtIn({ eta: 1.5 }) }, 'trainer.hyperparameters.eta: got 1.5; allowed: at most 1'],
    [
      { trainer: builtIn({ depth: 3 }) },
      'trainer.hyperparameters.depth: is not a setting; remove it or correct its name',
    ],
    [
      { ...SOFTPROB, trainer: builtIn({ objective: 'binary:logistic' }) },
      'trainer.hyperparameters.objective: got "binary:logistic"; allowed: an objective of a multiclass problem (multi:...); choose one or remove it',
    ],
    [
      { ...SOFTPROB, gates: { minimum: 0.5, primaryMetric: 'auc' } },
      'gates.primaryMetric: got "auc"; allowed: a metric of a multiclass problem (accuracy, balancedAccuracy, logLoss, macroF1, weightedF1, macroPrecision, macroRecall, macroAuc); choose one of them',
    ],
    [
      {
        trainer: builtIn(),
        dataset: { columns: { churned: { type: 'integer' }, plan: { type: 'string' } } },
      },
      'dataset.columns.plan.type: got "string"; allowed: numbers and booleans only with the built-in algorithm; give "plan" role "ignored", encode it before the upload, or use a trainer of kind "script"',
    ],
    [
      {
        trainer: {
          kind: 'image',
          dockerfile: 'image',
          image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:b',
        },
      },
      'trainer.image: got "111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:b"; allowed: either image or dockerfile; set one of the two',
    ],
    [
      { trainer: { source: '.', frameworkVersion: '9' } },
      'trainer.frameworkVersion: got "9"; allowed: "1.7-1", "3.0-5", or any version together with image; choose one or set trainer.image',
    ],
    [
      { trainer: { source: '.', framework: 'sklearn', frameworkVersion: '9' } },
      'trainer.frameworkVersion: got "9"; allowed: "1.2-1", or any version together with image; choose one or set trainer.image',
    ],
    [
      {
        trainer: {
          source: '.',
          framework: 'pytorch',
          image: '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.1-cpu-py310',
        },
      },
      'trainer.servingImage: got null; allowed: an image in ECR for framework "pytorch", and servingImage; set both',
    ],
    [
      { trainer: { source: '.', spot: { maxWaitMinutes: 30 } } },
      'trainer.spot.maxWaitMinutes: got 30; allowed: at least maxRuntimeMinutes (60), which it holds; raise it',
    ],
    [
      { trainer: { source: '.', vpc: { subnets: ['x'], securityGroupIds: ['sg-1'] } } },
      'trainer.vpc.subnets.0: got "x"; allowed: a subnet such as subnet-0123456789abcdef0',
    ],
    [
      { trainer: { source: '.', output: { kind: 'value' } } },
      'trainer.output.kind: got "value"; allowed: "probability" or "score" for a binary problem; change or remove it',
    ],
    [
      { problem: { type: 'regression' }, dataset: { columns: { churned: { type: 'string' } } } },
      'problem.type: got "regression"; allowed: classes for a target of type string; a regression needs an integer or double target',
    ],
    [
      { tuning: tuning() },
      'tuning.objective.metric: got "validation:auc"; allowed: a metric of trainer.metrics; add it there with its regular expression',
    ],
    [
      {
        trainer: builtIn(),
        tuning: tuning({ ranges: { eta: { type: 'continuous', minimum: 0, maximum: 3 } } }),
      },
      'tuning.ranges.eta.maximum: got 3; allowed: a value that the algorithm takes for this hyperparameter; change the bound',
    ],
    [
      { trainer: builtIn(), tuning: tuning({ strategy: 'Grid' }) },
      'tuning.ranges.eta.type: got "continuous"; allowed: "categorical" with strategy "Grid"; list the values or change the strategy',
    ],
    [
      {
        gates: { minimum: 0.5, slices: { columns: ['plan'] } },
        dataset: { columns: { churned: { type: 'integer' } } },
      },
      'gates.slices.columns.0: got "plan"; allowed: one of the declared columns (churned); declare "plan" or correct the name',
    ],
    [
      { gates: { minimum: 0.5, custom: [{ name: 'mine', functionArn: 'mine' }] } },
      'gates.custom.0.functionArn: got "mine"; allowed: the ARN of a Lambda function such as arn:aws:lambda:eu-west-1:111122223333:function:name',
    ],
    [{ approvalExpiresAfterDays: 0 }, 'approvalExpiresAfterDays: got 0; allowed: at least 1'],
  ])('%j', (parts, mistake) => {
    expect(mistakesOf(parts)).toEqual([mistake]);
  });

  test('an image to build needs a Dockerfile', () => {
    const [mistake, ...others] = mistakesOf({ trainer: { kind: 'image', dockerfile: 'empty' } });
    expect(mistake).toMatch(/^trainer\.dockerfile: got "empty"; allowed: a folder with a Dockerfile/);
    expect(others).toEqual([]);
  });
});
