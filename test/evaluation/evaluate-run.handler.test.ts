import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Baseline, Evaluation, SmokeTest } from '../../lambdas/evaluation/contract.ts';
import { handler } from '../../lambdas/evaluation/evaluate-run.handler.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { baselineKey, evaluationKey, parseS3Uri, s3Uri, smokeTestKey } from '../../lambdas/shared/keys.ts';
import type { EvaluateRunInput, SplitResult, TrainingRunInput } from '../../lambdas/training/contract.ts';
import { handler as splitDataset } from '../../lambdas/training/split-dataset.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = {} as Context;
const RUN = 'flights-0123456789-a1';
const dataset = { version: 1, digest: 'd', rows: 800 };
const run: TrainingRunInput = {
  project: PROJECT,
  run: RUN,
  settingsDigest: digestOf(aProject()),
  codeDigest: 'code',
  request: { id: 'r', kind: 'dataset', reason: '', requestedAt: '' },
  addLabelledRows: false,
};
let aws: FakeAws;
let split: SplitResult;
beforeEach(async () => {
  aws = fakeAws();
  deployProject(aws, aProject());
  await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(800) } });
  split = await splitDataset({ run, dataset }, context);
});
afterEach(() => aws.restore());

const holdoutLines = () =>
  aws.objects
    .get(`${BUCKET}/${parseS3Uri(split.holdout).key}holdout.csv`)!
    .bytes.toString()
    .trim()
    .split('\n');
/** Puts a transform output: what a model says to each holdout line. */
function scored(name: string, answer: (line: string, row: number) => string): string {
  const prefix = `runs/${RUN}/scores/${name}/`;
  aws.put(BUCKET, `${prefix}holdout.csv.out`, `${holdoutLines().map(answer).join('\n')}\n\n`);
  return s3Uri(BUCKET, prefix);
}
const input = (challengerScores: string, rest: Partial<EvaluateRunInput> = {}): EvaluateRunInput => ({
  run,
  dataset,
  split,
  plan: { trainingJob: {}, model: {}, challengerTransform: {} },
  challengerScores,
  ...rest,
});
// in the fixture a flight is late iff its number divides by 4: of 100 + n % 50, even distances know half of that
const guess = (line: string) => (Number(line.split(',')[0]) % 2 === 0 ? '0.6' : '0.1');

describe('evaluate-run', () => {
  it('judges the first model by quality alone and writes evaluation, baseline and smoke test', async () => {
    const result = await handler(input(scored('challenger', guess)), context);

    expect(result).toMatchObject({ passed: true });
    expect(result.judgements.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['quality', 'PASS'],
      ['champion', 'NOT_APPLICABLE'],
    ]);
    const evaluation = aws.json<Evaluation>(BUCKET, evaluationKey(RUN));
    expect(evaluation.holdout.rows).toBe(split.rows.holdout);
    expect(evaluation.challenger.metrics.values.auc!.value).toBeGreaterThan(0.7);

    const baseline = aws.json<Baseline>(BUCKET, baselineKey(RUN));
    expect(baseline.features.map(({ name, kind }) => [name, kind])).toEqual([
      ['distance', 'numeric'],
      ['delay', 'numeric'],
      ['origin', 'categorical'],
    ]);
    expect(baseline.prediction).toMatchObject({ n: split.rows.holdout, values: [0.1, 0.6] });

    const smokeTest = aws.json<SmokeTest>(BUCKET, smokeTestKey(RUN));
    expect(smokeTest.rows).toHaveLength(10);
    for (const { row, request, answer } of smokeTest.rows) {
      expect(request).toBe(holdoutLines()[row]);
      expect(String(answer[0])).toBe(guess(request));
    }
    expect([...aws.items.keys()].filter((key) => key.includes('|DECISION#'))).toHaveLength(2);
  });

  it('compares with the champion on the same rows', async () => {
    const champion = { modelVersion: 1, modelName: 'm', datasetVersion: 1 };
    const plan = { trainingJob: {}, model: {}, challengerTransform: {}, champion };
    const championScores = scored('champion', guess);
    const challengerScores = scored('challenger', (_line, row) => String((row % 10) / 10));
    const result = await handler(input(challengerScores, { plan, championScores }), context);

    expect(result.passed).toBe(false);
    expect(result.judgements[1]).toMatchObject({ rule: 'champion', verdict: 'FAIL' });
    const { difference, champion: judged } = aws.json<Evaluation>(BUCKET, evaluationKey(RUN));
    expect(difference!.high).toBeLessThan(0);
    expect(judged).toMatchObject({ modelVersion: 1 });
  });

  it.each([
    ['too few answers', (line: string, row: number) => (row === 0 ? '' : guess(line))],
    ['text', (line: string, row: number) => (row === 3 ? 'late' : guess(line))],
    ['a number above 1', (line: string, row: number) => (row === 3 ? '1.2' : guess(line))],
    ['NaN', (line: string, row: number) => (row === 3 ? 'nan' : guess(line))],
  ])('refuses scores with %s', async (_case, answer) => {
    await expect(handler(input(scored('challenger', answer)), context)).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'ScoresMismatch',
    });
  });

  it('changes nothing when the step is retried', async () => {
    const payload = input(scored('challenger', guess));
    await handler(payload, context);
    const decisions = [...aws.items.keys()];
    await handler(payload, context);
    expect([...aws.items.keys()]).toEqual(decisions);
  });

  describe('on a holdout of several files', () => {
    /** Cuts the holdout into parts of so many rows, and puts an answer of each. */
    function inParts(sizes: readonly number[]): string {
      const lines = holdoutLines();
      const folder = parseS3Uri(split.holdout).key;
      aws.objects.delete(`${BUCKET}/${folder}holdout.csv`);
      const prefix = `runs/${RUN}/scores/challenger/`;
      const holdoutParts = sizes.map((size, i) => {
        const name = `part-0000${i}.csv`;
        const own = lines.splice(0, size);
        aws.put(BUCKET, `${folder}${name}`, `${own.join('\n')}\n`);
        aws.put(BUCKET, `${prefix}sub/${name}.out`, `${own.map(guess).join('\n')}\n`);
        return { name, rows: own.length };
      });
      split = { ...split, holdoutParts };
      return s3Uri(BUCKET, prefix);
    }

    it('comes to the same as on one', async () => {
      await handler(input(scored('challenger', guess)), context);
      const one = aws.json<Evaluation>(BUCKET, evaluationKey(RUN));
      const oneSmokeTest = aws.json<SmokeTest>(BUCKET, smokeTestKey(RUN));
      for (const key of aws.keys(`${BUCKET}/runs/${RUN}/`)) aws.objects.delete(key);

      const scores = inParts([70, 40, split.rows.holdout - 110]);
      await handler(input(scores), context);
      const parts = aws.json<Evaluation>(BUCKET, evaluationKey(RUN));
      expect(parts.challenger.metrics).toEqual(one.challenger.metrics);
      expect(parts.holdout).toEqual({ ...one.holdout, features: split.holdout });
      expect(aws.json<SmokeTest>(BUCKET, smokeTestKey(RUN))).toEqual(oneSmokeTest);
    });

    it('refuses answers that belong to another row, though their number is right', async () => {
      const scores = inParts([70, split.rows.holdout - 70]);
      const [first, second] = split.holdoutParts!;
      split = {
        ...split,
        holdoutParts: [
          { ...first!, rows: first!.rows + 1 },
          { ...second!, rows: second!.rows - 1 },
        ],
      };
      await expect(handler(input(scores), context)).rejects.toMatchObject({ code: 'ScoresMismatch' });
    });

    it('refuses a file without answers', async () => {
      const scores = inParts([70, split.rows.holdout - 70]);
      aws.objects.delete(`${BUCKET}/runs/${RUN}/scores/challenger/sub/part-00001.csv.out`);
      await expect(handler(input(scores), context)).rejects.toMatchObject({
        code: 'ScoresMismatch',
        message: expect.stringContaining('expected 2 .out file(s)'),
      });
    });
  });
});
