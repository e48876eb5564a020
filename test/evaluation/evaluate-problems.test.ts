/** Runs of several classes and of numbers, from the split to the evaluation document. */
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Baseline, Evaluation, SmokeTest } from '../../lambdas/evaluation/contract.ts';
import { handler } from '../../lambdas/evaluation/evaluate-run.handler.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { baselineKey, evaluationKey, parseS3Uri, s3Uri, smokeTestKey } from '../../lambdas/shared/keys.ts';
import type { GateSettings, OutputSettings, ProblemSettings } from '../../lambdas/shared/settings.ts';
import type { EvaluateRunInput, SplitResult } from '../../lambdas/training/contract.ts';
import { handler as splitDataset } from '../../lambdas/training/split-dataset.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = {} as Context;
const RUN = 'flights-0123456789-a1';
const dataset = { version: 1, digest: 'd', rows: 1200 };
let aws: FakeAws;
let split: SplitResult;
let run: EvaluateRunInput['run'];
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

interface Project {
  readonly target: string;
  readonly problem: ProblemSettings;
  readonly output: OutputSettings;
  readonly gates: Partial<GateSettings>;
}

async function splitOf({ target, problem, output, gates }: Project): Promise<void> {
  const base = aProject();
  const columns = base.dataset.columns.map((column) => {
    if (column.name === target) return { ...column, role: 'target' as const };
    return column.name === 'late' ? { ...column, role: 'feature' as const } : column;
  });
  const settings = {
    ...base,
    dataset: { ...base.dataset, target, columns, problem },
    problem,
    trainer: { ...base.trainer, output },
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

/** Answers to the holdout, and what is true of its rows. */
async function evaluate(answer: (label: number, row: number) => string, join = '\n') {
  const labels = text(split.holdoutLabels)
    .split('\n')
    .slice(1)
    .map((line) => Number(line.slice(line.lastIndexOf(',') + 1)));
  const prefix = `runs/${RUN}/scores/challenger/`;
  aws.put(BUCKET, `${prefix}holdout.csv.out`, `${labels.map(answer).join(join)}\n`);
  const plan = { trainingJob: {}, model: {}, challengerTransform: {} };
  const result = await handler(
    { run, dataset, split, plan, challengerScores: s3Uri(BUCKET, prefix) },
    context,
  );
  return { labels, result, evaluation: aws.json<Evaluation>(BUCKET, evaluationKey(RUN)) };
}

describe('a run of several classes', () => {
  const project: Project = {
    target: 'origin',
    problem: { type: 'multiclass', classes: ['C', 'A', 'B'] },
    output: { contentType: 'application/jsonlines', kind: 'probability', value: 'p' },
    gates: {
      primaryMetric: 'macroF1',
      minimum: 0.6,
      slices: { columns: ['late'], minimum: 0.6, minimumRows: 30 },
    },
  };
  /** Every third row of the second class is taken for the third. */
  const wrong = (label: number, row: number) => label === 1 && row % 3 === 0;
  const scores = (label: number, row: number) =>
    [0, 1, 2].map((code) => (code === (wrong(label, row) ? 2 : label) ? 0.8 : 0.1));

  it('is judged by its confusion, and told by slice', async () => {
    await splitOf(project);
    const { labels, evaluation, result } = await evaluate((label, row) =>
      JSON.stringify({ p: scores(label, row) }),
    );
    const count = (of: (label: number, row: number) => boolean) => labels.filter(of).length;
    const missed = count(wrong);
    expect(evaluation).toMatchObject({ format: 2, problem: 'multiclass' });
    expect(evaluation.challenger.metrics.confusion).toEqual([
      [count((label) => label === 0), 0, 0],
      [0, count((label) => label === 1) - missed, missed],
      [0, 0, count((label) => label === 2)],
    ]);
    expect(evaluation.challenger.metrics.values.accuracy!.value).toBeCloseTo(1 - missed / labels.length, 12);
    expect(evaluation.holdout.balance).toEqual({
      C: count((label) => label === 0),
      A: count((label) => label === 1),
      B: count((label) => label === 2),
    });
    expect(result.judgements.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['quality', 'PASS'],
      ['slices', 'PASS'],
      ['champion', 'NOT_APPLICABLE'],
    ]);
    const { slices, worst } = evaluation.slices!;
    expect(slices.map(({ column, value }) => [column, value])).toEqual([
      ['late', '0'],
      ['late', '1'],
    ]);
    expect(slices.reduce((sum, { rows }) => sum + rows, 0)).toBe(labels.length);
    const values = slices.map(({ challenger }) => challenger.values.macroF1!.value);
    expect(worst!.estimate.value).toBe(Math.min(...values));
  });

  it('leaves a baseline of the predicted classes, and rows for the smoke test', async () => {
    await splitOf(project);
    const { labels } = await evaluate((label, row) => JSON.stringify({ p: scores(label, row) }));
    const baseline = aws.json<Baseline>(BUCKET, baselineKey(RUN));
    const told = (label: number, row: number) => (wrong(label, row) ? 2 : label);
    expect(baseline.predictedClasses).toEqual({
      C: labels.filter((label, row) => told(label, row) === 0).length,
      A: labels.filter((label, row) => told(label, row) === 1).length,
      B: labels.filter((label, row) => told(label, row) === 2).length,
    });
    expect(baseline.prediction).toMatchObject({ n: labels.length, values: [0.8] });
    const smokeTest = aws.json<SmokeTest>(BUCKET, smokeTestKey(RUN));
    expect(smokeTest).toMatchObject({ format: 2, output: project.output, problem: project.problem });
    for (const { row, answer } of smokeTest.rows) expect(answer).toEqual(scores(labels[row]!, row));
  });

  it('fails by a slice whose interval is below the minimum', async () => {
    await splitOf(project);
    const late = new Set(
      text(split.holdout.concat('holdout.csv'))
        .split('\n')
        .flatMap((line, row) => (line.endsWith(',1') ? [row] : [])),
    );
    const { result } = await evaluate((label, row) =>
      JSON.stringify({ p: [0, 1, 2].map((code) => (code === (late.has(row) ? 0 : label) ? 0.8 : 0.1)) }),
    );
    expect(result.passed).toBe(false);
    expect(result.judgements[1]).toMatchObject({ rule: 'slices', verdict: 'FAIL' });
    expect(result.judgements[1]!.reason).toContain('late 1: macro F1');
  });

  it('refuses answers without a probability for each class', async () => {
    await splitOf(project);
    await expect(evaluate(() => '{"p":[0.5,0.5]}')).rejects.toMatchObject({
      code: 'ScoresMismatch',
      message: expect.stringContaining('expected is 3 numbers'),
    });
  });
});

describe('a regression', () => {
  const project: Project = {
    target: 'delay',
    problem: { type: 'regression' },
    output: { contentType: 'application/json', kind: 'value' },
    gates: { primaryMetric: 'rmse', minimum: 0.5 },
  };

  it('is judged by its errors', async () => {
    await splitOf(project);
    // one document for each batch of the job
    const { evaluation, result } = await evaluate((value, row) => {
      return JSON.stringify({ predictions: [value + (row % 2 === 0 ? 0.3 : -0.3)] });
    });
    expect(evaluation.challenger.metrics.values.rmse!.value).toBeCloseTo(0.3, 9);
    expect(evaluation.challenger.metrics.confusion).toBeUndefined();
    expect(evaluation.holdout.balance).toBeUndefined();
    expect(result.judgements[0]).toMatchObject({ rule: 'quality', verdict: 'PASS' });
    expect(result.judgements[0]!.reason).toMatch(/^RMSE 0\.3000 .*at most 0\.5 is asked for/);
  });
});
