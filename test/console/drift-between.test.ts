/** Drift between two versions from their stored profiles alone, against counting the rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareFiles, compareSchemas } from '../../console/client/versions/compare-versions.ts';
import { type ColumnDrift, driftBetween } from '../../console/client/versions/drift-between.ts';
import type { ManifestFile, SchemaColumn } from '../../lambdas/datasets/contract.ts';
import type { DatasetProfile } from '../../lambdas/datasets/profile/profile.ts';
import { countOnProfile, profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';

const MONITORS = { psi: { warn: 0.1, alert: 0.2 }, minimumSamples: 200 };
const COLUMNS: readonly SchemaColumn[] = [
  { name: 'wide', type: 'double', role: 'feature' },
  { name: 'same', type: 'double', role: 'feature' },
  { name: 'few', type: 'integer', role: 'feature' },
  { name: 'grown', type: 'integer', role: 'feature' },
  { name: 'text', type: 'string', role: 'feature' },
  { name: 'at', type: 'timestamp', role: 'event-time' },
];

/** Rows of values between 0 and 1 that look random and are not: the fractional parts of multiples of the golden ratio. */
const table = (rows: number, shift: number, most: number) => `
  SELECT 100 * (u + ${shift}) AS wide, 100 * u AS same, CAST(floor(4 * u + ${shift}) AS BIGINT) AS few,
    CAST(floor(${most} * u) AS BIGINT) AS grown,
    CASE WHEN u < 0.5 + ${shift} THEN 'a' WHEN u < 0.9 THEN 'b' ELSE 'c' || ${shift} END AS text,
    TIMESTAMP '2026-01-01' AS at, 0 AS __file, i AS __row, NULL::MAP(VARCHAR, VARCHAR) AS __bad
  FROM (SELECT i, (i * 0.6180339887498949) % 1 AS u FROM range(${rows}) AS r(i))`;

let before: DatasetProfile;
let after: DatasetProfile;
let counted: DatasetProfile;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-drift-'));
  await withDuckDb(folder, async (database) => {
    await database.run(`CREATE TABLE data AS ${table(20_000, 0, 10)}`);
    before = await profileTable(database, 'data', { columns: COLUMNS });
    await database.run(`CREATE OR REPLACE TABLE data AS ${table(15_000, 0.1, 1000)}`);
    after = await profileTable(database, 'data', { columns: COLUMNS });
    counted = await countOnProfile(database, 'data', before.columns);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const named = (drifts: readonly ColumnDrift[], name: string) => drifts.find((drift) => drift.name === name)!;

describe('drift from two profiles with edges of their own', () => {
  it('is near for numbers, and close to what counting the rows gives', () => {
    const near = driftBetween(before, after, MONITORS);
    const exact = driftBetween(before, counted, MONITORS);
    for (const name of ['wide', 'same']) {
      expect(named(near, name).how).toBe('near');
      expect(named(exact, name).how).toBe('exact');
      expect(Math.abs(named(near, name).psi! - named(exact, name).psi!)).toBeLessThan(0.005);
      expect(Math.abs(named(near, name).ksD! - named(exact, name).ksD!)).toBeLessThan(0.005);
      expect(named(near, name).verdict).toBe(named(exact, name).verdict);
    }
    // a uniform distribution moved by a tenth of its range: D is 0.1, and the mean moves by 0.1 / sqrt(1/12)
    expect(named(near, 'wide').ksD).toBeCloseTo(0.1, 2);
    expect(named(near, 'wide').shift).toBeCloseTo(0.1 * Math.sqrt(12), 2);
    expect(named(near, 'same').psi).toBeLessThan(0.001);
    expect(named(near, 'wide').reason).toMatch(/Near: up to 0\.\d+ % of the rows may lie on the other side/);
  });

  it('is exact for numbers of few values and for texts that are all listed', () => {
    const near = driftBetween(before, after, MONITORS);
    const exact = driftBetween(before, counted, MONITORS);
    for (const name of ['few', 'text']) {
      expect(named(near, name).how).toBe('exact');
      expect(named(near, name).psi).toBe(named(exact, name).psi);
    }
    expect(named(near, 'text').newValues).toEqual(['c0.1']);
  });

  it('is not told where the older version compares single values and the newer does not list them', () => {
    const drift = named(driftBetween(before, after, MONITORS), 'grown');
    expect(drift).toMatchObject({ how: 'unknown', verdict: 'INSUFFICIENT_DATA' });
    expect(drift.psi).toBeUndefined();
    // nine tenths of the rows lie where there was nothing
    expect(named(driftBetween(before, counted, MONITORS), 'grown')).toMatchObject({
      how: 'exact',
      verdict: 'FAIL',
    });
  });

  it('is listed from the strongest on, without what is not compared', () => {
    const names = driftBetween(before, counted, MONITORS).map(({ name }) => name);
    expect(names[0]).toBe('grown');
    expect(names).toHaveLength(5);
    expect(names).not.toContain('at');
  });

  it('of a version to itself is none, exactly', () => {
    for (const { how, psi, ksD = 0, verdict } of driftBetween(before, before, MONITORS)) {
      expect({ how, psi, ksD, verdict }).toEqual({ how: 'exact', psi: 0, ksD: 0, verdict: 'PASS' });
    }
  });
});

describe('schemas', () => {
  const of = (...columns: [string, SchemaColumn['type'], SchemaColumn['role']?][]) => ({
    columns: columns.map(([name, type, role = 'feature']) => ({ name, type, role })),
  });

  it('differ by columns, types, roles and places', () => {
    const a = of(['a', 'integer'], ['b', 'string'], ['c', 'double'], ['d', 'string']);
    const b = of(['a', 'double'], ['c', 'double'], ['e', 'boolean'], ['d', 'string', 'sensitive']);
    expect(compareSchemas(a, b)).toEqual([
      { column: 'a', change: 'changed', before: 'integer feature', after: 'double feature' },
      { column: 'e', change: 'added', after: 'boolean feature' },
      { column: 'd', change: 'changed', before: 'string feature', after: 'string sensitive' },
      { column: 'b', change: 'removed', before: 'string feature' },
    ]);
    expect(
      compareSchemas(of(['a', 'string'], ['b', 'string']), of(['b', 'string'], ['a', 'string'])),
    ).toEqual([
      { column: 'b', change: 'moved' },
      { column: 'a', change: 'moved' },
    ]);
    expect(compareSchemas(a, a)).toEqual([]);
  });
});

describe('files', () => {
  const files = (contents: Record<string, string>): ManifestFile[] =>
    Object.entries(contents).map(([path, sha256]) => ({ path, sha256, size: 1, rows: 1 }));

  it('are kept, added, removed, changed or renamed, each once', () => {
    const a = files({ kept: '1', changed: '2', gone: '3', old: '4', twin1: '5', twin2: '5' });
    const b = files({ kept: '1', changed: '9', come: '6', new: '4', twin3: '5' });
    expect(compareFiles(a, b)).toEqual({
      kept: 1,
      added: ['come'],
      removed: ['gone', 'twin2'],
      changed: ['changed'],
      renamed: [
        { from: 'old', to: 'new' },
        { from: 'twin1', to: 'twin3' },
      ],
    });
  });
});
