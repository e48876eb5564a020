/** Fairness and the project's own gates in a run, and the documents that the registry points at. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../lambdas/evaluation/contract.ts';
import { handler } from '../../lambdas/evaluation/evaluate-run.handler.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import {
  biasReportKey,
  evaluationKey,
  modelQualityKey,
  parseS3Uri,
  s3Uri,
} from '../../lambdas/shared/keys.ts';
import type { FairnessSettings, GateSettings } from '../../lambdas/shared/settings.ts';
import type { SplitResult, TrainingRunInput } from '../../lambdas/training/contract.ts';
import { handler as splitDataset } from '../../lambdas/training/split-dataset.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = {} as Context;
const RUN = 'flights-0123456789-a1';
const dataset = { version: 1, digest: 'd', rows: 2400 };
const functions = mockClient(LambdaClient);
let aws: FakeAws;
let split: SplitResult;
let run: TrainingRunInput;
beforeEach(() => {
  aws = fakeAws();
  functions.reset();
});
afterEach(() => aws.restore());

const fairness: FairnessSettings = {
  facets: [{ column: 'origin' }],
  bounds: { DI: { minimum: 0.8, maximum: 1.25 } },
  minimumCellRows: 10,
  onInsufficientData: 'block',
  intersections: false,
  flipTest: false,
};

/** A run of the small project whose column `origin` is sensitive. */
async function aRunWith(gates: Partial<GateSettings>): Promise<void> {
  const base = aProject();
  const columns = base.dataset.columns.map((column) =>
    column.name === 'origin' ? { ...column, role: 'sensitive' as const } : column,
  );
  const problem = { type: 'binary', classes: ['0', '1'] } as const;
  const settings = {
    ...base,
    problem,
    dataset: { ...base.dataset, columns, problem },
    gates: { ...base.gates, ...gates },
  };
  deployProject(aws, settings);
  await putVersion(aws, settings, { files: { 'a.csv': aCsv(dataset.rows) } });
  run = {
    project: PROJECT,
    run: RUN,
    settingsDigest: digestOf(settings),
    codeDigest: 'code',
    request: { id: 'r', kind: 'dataset', reason: '', requestedAt: '' },
    addLabelledRows: false,
  };
  split = await splitDataset({ run, dataset }, context);
}

const text = (uri: string) =>
  aws.objects
    .get(`${BUCKET}/${parseS3Uri(uri).key}`)!
    .bytes.toString()
    .trim();

/** Number and label of each row of the holdout; the fixture's origin is the number's remainder by three. */
function holdout(): { readonly number: number; readonly label: number }[] {
  const [header, ...lines] = text(split.holdoutLabels).split('\n');
  const [key, label] = ['key', 'label'].map((name) => header!.split(',').indexOf(name));
  return lines.map((line) => {
    const cells = line.split(',');
    return { number: Number(cells[key!]!.slice(1)), label: Number(cells[label!]) };
  });
}

async function evaluate(score: (row: ReturnType<typeof holdout>[number]) => number) {
  const prefix = `runs/${RUN}/scores/challenger/`;
  aws.put(BUCKET, `${prefix}holdout.csv.out`, `${holdout().map(score).join('\n')}\n`);
  const plan = { trainingJob: {}, model: {}, challengerTransform: {} };
  const result = await handler(
    { run, dataset, split, plan, challengerScores: s3Uri(BUCKET, prefix) },
    context,
  );
  return { result, evaluation: aws.json<Evaluation>(BUCKET, evaluationKey(RUN)) };
}

describe('fairness in a run', () => {
  it('passes predictions that fall on all alike', async () => {
    await aRunWith({ fairness });
    const { result, evaluation } = await evaluate(({ label }) => (label === 1 ? 0.9 : 0.1));
    expect(result.judgements.map(({ rule }) => rule)).toEqual(['quality', 'fairness', 'champion']);
    expect(evaluation.bias!.report).toBe(biasReportKey(RUN));
    expect(evaluation.bias!.findings.map(({ column, metric }) => [column, metric])).toEqual(
      expect.arrayContaining([['origin', 'DI']]),
    );
    expect(aws.json(BUCKET, biasReportKey(RUN))).toHaveProperty('post_training_bias_metrics');
  });

  it('fails predictions that favour one value, and the run with them', async () => {
    await aRunWith({ fairness });
    const { result, evaluation } = await evaluate(({ label, number }) =>
      label === 1 || number % 3 === 0 ? 0.9 : 0.1,
    );
    const judgement = result.judgements.find(({ rule }) => rule === 'fairness')!;
    expect(judgement.verdict).toBe('FAIL');
    expect(judgement.reason).toContain('origin');
    expect(result.passed).toBe(false);
    expect(evaluation.bias!.findings.some(({ verdict }) => verdict === 'FAIL')).toBe(true);
  });
});

describe("a project's own gate in a run", () => {
  const custom = [
    { name: 'business-value', functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:gate' },
  ];
  const answer = (judgement: object) =>
    functions.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(judgement)) as never });

  it('is asked last, with what the others said, and its verdict counts', async () => {
    await aRunWith({ custom });
    answer({ verdict: 'FAIL', reason: 'Too many late flights are missed.', inputs: { missed: 12 } });
    const { result } = await evaluate(({ label }) => (label === 1 ? 0.9 : 0.1));
    expect(result.judgements.at(-1)).toEqual({
      rule: 'business-value',
      verdict: 'FAIL',
      reason: 'Too many late flights are missed.',
      inputs: { missed: 12 },
    });
    expect(result.passed).toBe(false);
    const asked = JSON.parse(
      Buffer.from(functions.commandCalls(InvokeCommand)[0]!.args[0].input.Payload as Uint8Array).toString(),
    ) as { judgements: { rule: string }[]; challenger: { metrics: object } };
    expect(asked.judgements.map(({ rule }) => rule)).toEqual(['quality', 'champion']);
    expect(asked.challenger.metrics).toHaveProperty('values.auc');
  });

  it('blocks when it answers nonsense', async () => {
    await aRunWith({ custom });
    answer({ ok: true });
    const { result } = await evaluate(({ label }) => (label === 1 ? 0.9 : 0.1));
    expect(result.judgements.at(-1)).toMatchObject({ rule: 'business-value', verdict: 'FAIL' });
  });
});

it("quality is told in Model Monitor's documents, too", async () => {
  await aRunWith({});
  const rows = holdout();
  await evaluate(({ label, number }) => (label === 1 ? 0.9 : number % 5 === 0 ? 0.8 : 0.1));
  const positives = rows.filter(({ label }) => label === 1).length;
  const wrong = rows.filter(({ label, number }) => label === 0 && number % 5 === 0).length;
  const { binary_classification_metrics: metrics } = aws.json<{
    binary_classification_metrics: Record<string, { value: number; standard_deviation: number }>;
  }>(BUCKET, modelQualityKey(RUN, 'statistics'));
  expect(metrics.confusion_matrix).toEqual({
    0: { 0: rows.length - positives - wrong, 1: wrong },
    1: { 0: 0, 1: positives },
  });
  expect(metrics.recall!.value).toBe(1);
  expect(metrics.precision!.value).toBeCloseTo(positives / (positives + wrong), 12);
  expect(metrics.precision!.standard_deviation).toBeGreaterThan(0);
  expect(metrics.false_positive_rate!.value).toBeCloseTo(wrong / (rows.length - positives), 12);
  // the most frequent class is the first: it predicts nothing positive
  expect(metrics.accuracy_best_constant_classifier!.value).toBeCloseTo(1 - positives / rows.length, 12);
  expect(metrics.recall_best_constant_classifier!.value).toBe(0);
  const { binary_classification_constraints: constraints } = aws.json<{
    binary_classification_constraints: Record<string, object>;
  }>(BUCKET, modelQualityKey(RUN, 'constraints'));
  expect(constraints.precision).toEqual({
    threshold: metrics.precision!.value,
    comparison_operator: 'LessThanThreshold',
  });
});
