import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addTombstones } from '../../lambdas/datasets/versions/tombstones.ts';
import type { ProjectSettings, SplitSettings } from '../../lambdas/shared/settings.ts';
import { splitDigest } from '../../lambdas/training/split.ts';
import { splitDataset } from '../../lambdas/training/split-dataset.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, PROJECT } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

const withSplit = (split: Partial<SplitSettings>, base = aProject()): ProjectSettings => ({
  ...base,
  split: { ...base.split, ...split },
});
const run = (settings: ProjectSettings, version = 1) =>
  splitDataset(settings, { version, digest: '', rows: 0 });
const written = (digest: string, name: string, version = 1) =>
  aws.objects.get(`${BUCKET}/splits/${version}/${digest}/${name}`)?.bytes.toString();
const linesOf = (text: string | undefined) => (text ?? '').trimEnd().split('\n');
/** Keys of the holdout, in its order. */
const holdoutKeys = (digest: string, version = 1) =>
  linesOf(written(digest, 'holdout-labels/labels.csv', version))
    .slice(1)
    .map((line) => line.split(',')[1]!);

const HEADER = 'id,at,distance,delay,origin,late';
const csv = (rows: readonly (readonly [id: string, at: string, late: number])[]) =>
  `${[HEADER, ...rows.map(([id, at, late]) => `${id},${at},1,1.5,A,${late}`)].join('\n')}\n`;

describe('a split with the settings that there always were', () => {
  const twoFiles = { 'a.csv': aCsv(300), 'b.csv': aCsv(300, { from: 300 }) };
  // as the version before this one wrote them, which held all rows in one table
  it.each([
    [
      'by key',
      aProject(),
      '0841ac9032883069',
      { train: 412, validation: 60, holdout: 128 },
      {
        'holdout-labels/labels.csv': '1b6df92c738124db2b9e7dea566f8340b93f380e6fe48afbd72f363ab653e5ba',
        'holdout/holdout.csv': 'e485297c80eaa01caa5e752a53e8d3e9e873850d23f2ec72d1fd5a164b685dc2',
        'schema/schema.json': '19667582aecaaf6a68d2c7512668a08bc30c76548d9acb88712d2cf5e75e70a5',
        'train/train.csv': 'e5b04f7f1ced41f96787570f378e366217d6f71f7eeb90efe0610bfda4c52dc5',
        'validation/validation.csv': '93f431a6de038236f9c83876be6c6ff37ef56a186864f7073e5572d6e77eea91',
      },
    ],
    [
      'by the whole row',
      aProject({
        key: undefined,
        columns: aProject().dataset.columns.map((column) =>
          column.role === 'key' ? { ...column, role: 'ignored' } : column,
        ),
      }),
      '64503a13a9149cb1',
      { train: 422, validation: 70, holdout: 108 },
      {
        'holdout-labels/labels.csv': '827a2cba9443d09b4f2a031021c2fb70e7e6f168860f0f75aa3f4bcec0858b68',
        'holdout/holdout.csv': '56d950302dd19b5531cd6f6f2f6f925fdfc8daa3d48de0dc4e98f92987aa6261',
        'schema/schema.json': '19667582aecaaf6a68d2c7512668a08bc30c76548d9acb88712d2cf5e75e70a5',
        'train/train.csv': '7ceebf71a395c545d9ef03c5d2ae6b1afbc0e63852fcfcd7481d83c50494fac3',
        'validation/validation.csv': '8d442dac7ded013236c18031386f188fdcfc01f9f9f557047582eee47713c4f7',
      },
    ],
  ] as const)('%s keeps its name and every byte', async (_case, settings, digest, rows, files) => {
    await putVersion(aws, settings, { files: twoFiles });
    expect(await run(settings)).toMatchObject({ splitDigest: digest, rows });
    for (const [name, sha256] of Object.entries(files)) {
      expect([name, createHash('sha256').update(written(digest, name)!).digest('hex')]).toEqual([
        name,
        sha256,
      ]);
    }
  });

  it('says how the classes fall', async () => {
    await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(400) } });
    const { rows, balance } = await run(aProject());
    for (const side of ['train', 'validation', 'holdout'] as const) {
      expect(balance![side]['0']! + balance![side]['1']!).toBe(rows[side]);
    }
    // in the fixture every fourth flight is late
    const late = balance!.train['1']! + balance!.validation['1']! + balance!.holdout['1']!;
    expect(late).toBe(100);
  });

  it('leaves out rows that the version dropped', async () => {
    await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(100) }, dropped: [['a.csv', 2]] });
    // row 2 of the fixture is f1, which the hash puts into the holdout (see the first holdout label above)
    const { splitDigest: digest, rows } = await run(aProject());
    expect(rows.train + rows.validation + rows.holdout).toBe(99);
    expect(holdoutKeys(digest)).not.toContain('f1');
    expect(holdoutKeys(digest)).toContain('f3');
  });
});

describe('a split after keys were forgotten', () => {
  it('is another one, without their rows', async () => {
    await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(100) } });
    const before = await run(aProject());
    expect(holdoutKeys(before.splitDigest)).toContain('f3');
    await addTombstones(PROJECT, BUCKET, { keys: ['f3', 'f4'], keyType: 'string' });
    const after = await run(aProject());

    expect(after.splitDigest).not.toBe(before.splitDigest);
    expect(after.tombstones).toMatch(/^[0-9a-f]{64}$/);
    expect(holdoutKeys(after.splitDigest)).toEqual(
      holdoutKeys(before.splitDigest).filter((key) => key !== 'f3' && key !== 'f4'),
    );
    expect(after.rows.train + after.rows.validation + after.rows.holdout).toBe(98);
  });
});

describe('a split by event time', () => {
  const settings = withSplit({ by: 'event-time' });

  it('holds out the newest rows, keeps equal times together, and says where it cuts', async () => {
    // ten rows: 20 % would be two, but the second newest time has two rows
    const days = [1, 2, 3, 4, 5, 6, 7, 8, 8, 9];
    const rows = days.map((day, i) => [`k${i}`, `2001-01-0${day}T00:00:00Z`, i % 2] as const);
    await putVersion(aws, settings, {
      files: {
        'a.csv': csv(rows.filter((_, i) => i % 2 === 1)),
        'b.csv': csv(rows.filter((_, i) => i % 2 === 0)),
      },
    });
    const split = await run(settings);

    expect(split.rows).toEqual({ train: 6, validation: 1, holdout: 3 });
    expect(split.boundaries).toEqual({
      holdoutFrom: '2001-01-08T00:00:00.000000Z',
      validationFrom: '2001-01-07T00:00:00.000000Z',
      withoutEventTime: 0,
    });
    expect(holdoutKeys(split.splitDigest)).toEqual(['k7', 'k9', 'k8']);
    expect(split.splitDigest).not.toBe(splitDigest(aProject()));
  });

  it('trains on rows without event time', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => {
      const at = i < 10 ? `2001-01-${10 + i}T00:00:00Z` : '';
      return [`k${i}`, at, i % 2] as const;
    });
    await putVersion(aws, settings, { files: { 'a.csv': csv(rows) } });
    expect(await run(settings)).toMatchObject({
      rows: { train: 17, validation: 1, holdout: 2 },
      boundaries: { withoutEventTime: 10 },
    });
  });

  it('says which side has no row when all times are equal', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => [`k${i}`, '2001-01-01T00:00:00Z', i % 2] as const);
    await putVersion(aws, settings, { files: { 'a.csv': csv(rows) } });
    await expect(run(settings)).rejects.toMatchObject({
      code: 'SplitEmpty',
      message: expect.stringContaining('train and validation (rows of one event time stay together)'),
    });
  });

  it.each([
    [
      'no event time column',
      withSplit({ by: 'event-time' }, aProject({ eventTime: undefined })),
      'declares no eventTime',
    ],
    [
      'one that is no timestamp',
      withSplit({ by: 'event-time' }, aProject({ eventTime: 'origin' })),
      'column "origin" is of type string',
    ],
    ['stratification', withSplit({ by: 'event-time', stratify: true }), '"stratify" does not go with'],
  ])('refuses %s', async (_case, wrong, message) => {
    await putVersion(aws, wrong, { files: { 'a.csv': aCsv(20) } });
    await expect(run(wrong)).rejects.toMatchObject({
      code: 'SplitSettings',
      message: expect.stringContaining(message),
    });
  });
});

describe('a stratified split', () => {
  const settings = withSplit({ stratify: true });
  // 20 rows in 400 are late: a plain hash would hold out four of them give or take two
  const rare = (count: number, from = 0) =>
    csv(
      Array.from({ length: count }, (_, i) => [
        `r${from + i}`,
        '2001-01-01T00:00:00Z',
        (from + i) % 20 === 0 ? 1 : 0,
      ]),
    );

  it('keeps the fractions in every class', async () => {
    await putVersion(aws, settings, { files: { 'a.csv': rare(400) } });
    const { balance, strata, rows } = await run(settings);
    expect(balance).toEqual({
      train: { '0': 266, '1': 14 },
      validation: { '0': 38, '1': 2 },
      holdout: { '0': 76, '1': 4 },
    });
    expect(rows).toEqual({ train: 280, validation: 40, holdout: 80 });
    for (const { holdout, validation } of Object.values(strata!)) {
      expect(holdout).toBeGreaterThan(0);
      expect(validation).toBeGreaterThan(holdout);
    }
  });

  it('keeps every row on its side in later versions, whatever is added', async () => {
    await putVersion(aws, settings, { version: 1, files: { 'a.csv': rare(400) } });
    await putVersion(aws, settings, { version: 2, files: { 'a.csv': rare(400), 'b.csv': rare(600, 400) } });
    const first = await run(settings, 1);
    const second = await run(settings, 2);
    expect(second.strata).toEqual(first.strata);
    const digest = first.splitDigest;
    const old = holdoutKeys(digest, 2).filter((key) => Number(key.slice(1)) < 400);
    expect(old).toEqual(holdoutKeys(digest, 1));
  });

  it('keeps the rows of one key together, though they are of two classes', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => {
      return [`k${i % 100}`, `2001-01-0${1 + (i % 3)}T00:00:00Z`, i % 7 === 0 ? 1 : 0] as const;
    });
    await putVersion(aws, settings, { files: { 'a.csv': csv(rows) } });
    const { splitDigest: digest } = await run(settings);
    const counts = new Map<string, number>();
    for (const key of holdoutKeys(digest)) counts.set(key, (counts.get(key) ?? 0) + 1);
    expect([...new Set(counts.values())]).toEqual([3]);
  });

  it('takes another column when one is named, and has a name of its own', async () => {
    const byOrigin = withSplit({ stratify: 'origin' });
    await putVersion(aws, byOrigin, { files: { 'a.csv': aCsv(300) } });
    const { strata, splitDigest: digest, rows } = await run(byOrigin);
    expect(Object.keys(strata!)).toEqual(['A', 'B', 'C']);
    expect(rows).toEqual({ train: 210, validation: 30, holdout: 60 });
    expect(new Set([digest, splitDigest(settings), splitDigest(aProject())]).size).toBe(3);
    expect(splitDigest(withSplit({ stratify: false }))).toBe(splitDigest(aProject()));
  });

  it.each([
    ['a column with too many values', 'id', 'more than 100 values'],
    ['a column that is not there', 'colour', 'column "colour", which the schema does not have'],
  ])('refuses %s', async (_case, stratify, message) => {
    const wrong = withSplit({ stratify });
    await putVersion(aws, wrong, { files: { 'a.csv': aCsv(300) } });
    await expect(run(wrong)).rejects.toMatchObject({
      code: 'SplitSettings',
      message: expect.stringContaining(message),
    });
  });
});
