import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labelExpression } from '../../lambdas/datasets/schema/typed-columns.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { parseS3Uri } from '../../lambdas/shared/keys.ts';
import type { ProblemSettings, ProjectSettings } from '../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { splitDataset } from '../../lambdas/training/split-dataset.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import { putVersion } from '../shared/version-fixture.ts';

type Type = 'string' | 'integer' | 'double' | 'boolean';
const classes = (...names: string[]): ProblemSettings => ({ type: 'multiclass', classes: names });

describe('labels', () => {
  it.each<[string, Type, string, ProblemSettings, (number | null)[]]>([
    ["'b','a','c','x'", 'string', 'VARCHAR', classes('a', 'b', 'c'), [1, 0, 2, null]],
    ['3,1,9', 'integer', 'BIGINT', classes('1', '2', '3'), [2, 0, null]],
    ['3.0,1.5', 'double', 'DOUBLE', classes('1', '2', '3'), [2, null]],
    ['true,false', 'boolean', 'BOOLEAN', { type: 'binary', classes: ['true', 'false'] }, [0, 1]],
    ['true,false', 'boolean', 'BOOLEAN', { type: 'binary', classes: ['false', 'true'] }, [1, 0]],
    ["2.5,'inf'", 'double', 'DOUBLE', { type: 'regression' }, [2.5, null]],
    ['7', 'integer', 'BIGINT', { type: 'regression' }, [7]],
  ])('of %s as %s', async (values, type, sqlType, problem, expected) => {
    const label = labelExpression({ name: 't', type, role: 'target' }, problem);
    const rows = values
      .split(',')
      .map((one, i) => `(${i}, CAST(${one} AS ${sqlType}))`)
      .join(', ');
    const found = await withTempDirectory((directory) =>
      withDuckDb(directory, (database) =>
        database.rows<{ label: number | null }>(
          `SELECT ${label} AS label FROM (VALUES ${rows}) v(i, t) ORDER BY i`,
        ),
      ),
    );
    expect(found.map((row) => row.label)).toEqual(expected);
  });
});

describe('split files of a problem', () => {
  let aws: FakeAws;
  beforeEach(() => {
    aws = fakeAws();
  });
  afterEach(() => aws.restore());
  const bytes = (uri: string) => aws.objects.get(`${BUCKET}/${parseS3Uri(uri).key}`)!.bytes;

  it('name the classes, and keep what rows are grouped by beside side and label', async () => {
    const before = aProject();
    const settings: ProjectSettings = {
      ...before,
      problem: { type: 'binary', classes: ['1', '0'] },
      gates: { ...before.gates, slices: { columns: ['origin'], minimumRows: 10 } },
    };
    deployProject(aws, settings);
    const { digest } = await putVersion(aws, settings, { version: 1, files: { 'all.csv': aCsv(300) } });
    const dataset = { version: 1, digest, rows: 300 };
    const split = await splitDataset(settings, dataset);
    const plain = await splitDataset(before, dataset);

    expect(JSON.parse(bytes(split.schema).toString())).toMatchObject({
      problem: 'binary',
      classes: ['1', '0'],
    });
    expect(plain).not.toHaveProperty('segments');
    // the codes are exchanged
    expect(split.balance!.train).toEqual({ 0: plain.balance!.train['1'], 1: plain.balance!.train['0'] });
    const found = await withTempDirectory((directory) => {
      const file = join(directory, 'segments.parquet');
      writeFileSync(file, bytes(split.segments!));
      return withDuckDb(directory, (database) =>
        database.rows<{ side: string; row: number | null; label: number; origin: string }>(
          `SELECT * FROM read_parquet('${file}')`,
        ),
      );
    });
    expect(found).toHaveLength(300);
    const holdout = found.filter(({ side }) => side === 'holdout');
    expect(holdout.map(({ row }) => row)).toEqual(holdout.map((_, i) => i));
    const lines = bytes(`${split.holdout}holdout.csv`).toString().trim().split('\n');
    expect(holdout.map(({ origin }) => origin)).toEqual(lines.map((line) => line.split(',').at(-1)));
    const labels = bytes(split.holdoutLabels).toString().trim().split('\n').slice(1);
    expect(holdout.map(({ label }) => label)).toEqual(labels.map((line) => Number(line.split(',')[3])));
    expect(found.every(({ side, row }) => (side === 'holdout') === (row !== null))).toBe(true);
  });
});
