import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { parseS3Uri } from '../../lambdas/shared/keys.ts';
import type { RunDataset, SplitResult, TrainingRunInput } from '../../lambdas/training/contract.ts';
import { handler } from '../../lambdas/training/split-dataset.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

const context = {} as Context;
let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
  deployProject(aws, aProject());
});
afterEach(() => aws.restore());

const run = (): TrainingRunInput => ({
  project: PROJECT,
  run: 'flights-0123456789-a1',
  settingsDigest: digestOf(aProject()),
  codeDigest: 'code',
  request: { id: 'r', kind: 'dataset', reason: '', requestedAt: '' },
  addLabelledRows: false,
});
async function version(number: number, rows: number): Promise<RunDataset> {
  const { digest } = await putVersion(aws, aProject(), { version: number, files: { 'all.csv': aCsv(rows) } });
  return { version: number, digest, rows };
}
const text = (uri: string, name: string) =>
  aws.objects
    .get(`${BUCKET}/${parseS3Uri(uri).key}${name}`)!
    .bytes.toString()
    .trim()
    .split('\n');
const lines = (split: SplitResult) => ({
  train: text(split.train, 'train.csv'),
  validation: text(split.validation, 'validation.csv'),
  holdout: text(split.holdout, 'holdout.csv'),
});

describe('split-dataset', () => {
  it('writes label first for training, features only for the holdout, every row once', async () => {
    const split = await handler({ run: run(), dataset: await version(1, 500) }, context);
    const { train, validation, holdout } = lines(split);

    expect(train.length + validation.length + holdout.length).toBe(500);
    expect(split.rows).toEqual({
      train: train.length,
      validation: validation.length,
      holdout: holdout.length,
    });
    // 20 % of 500 with a standard deviation of 9
    expect(Math.abs(holdout.length - 100)).toBeLessThan(40);
    expect(train[0]).toMatch(/^[01],\d+,-?\d+\.\d+,[ABC]$/);
    expect(holdout[0]).toMatch(/^\d+,-?\d+\.\d+,[ABC]$/);
    const schema = aws.objects.get(`${BUCKET}/${parseS3Uri(split.schema).key}`)!.bytes.toString();
    expect(JSON.parse(schema)).toEqual({
      target: 'late',
      features: [
        { name: 'distance', type: 'integer' },
        { name: 'delay', type: 'double' },
        { name: 'origin', type: 'string' },
      ],
    });
  });

  it('keeps a key on its side when the data grows', async () => {
    const before = lines(await handler({ run: run(), dataset: await version(1, 300) }, context));
    const after = lines(await handler({ run: run(), dataset: await version(2, 600) }, context));
    for (const side of ['train', 'validation', 'holdout'] as const) {
      expect(after[side].slice(0, before[side].length)).toEqual(before[side]);
    }
  });

  it('does nothing when the split is there', async () => {
    const dataset = await version(1, 300);
    const first = await handler({ run: run(), dataset }, context);
    aws.before = (operation) => {
      if (operation === 'PutObject') throw new Error('written again');
    };
    expect(await handler({ run: run(), dataset }, context)).toEqual(first);
  });

  it('says which side has no row', async () => {
    const dataset = await version(1, 5);
    await expect(handler({ run: run(), dataset }, context)).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'SplitEmpty',
    });
  });
});
