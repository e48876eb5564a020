import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { judgeFairness } from '../../lambdas/evaluation/bias/judge-fairness.ts';
import { fairnessFinding } from '../../lambdas/evaluation/gates/fairness.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { FairnessSettings } from '../../lambdas/shared/settings.ts';

const settings: FairnessSettings = {
  facets: [{ column: 'sex' }],
  bounds: { DI: { minimum: 0.8, maximum: 1.25 } },
  minimumCellRows: 30,
  onInsufficientData: 'block',
  intersections: true,
  flipTest: false,
};
const directory = mkdtempSync(join(tmpdir(), 'fairness-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Of each sex and label `rows` rows, on both sides; of `f`, a share is predicted positive; of `m`, a half. */
async function twoSexes(database: DuckDb, rows: number, share: number): Promise<void> {
  await database.run(`CREATE TABLE segments AS
    SELECT side, CASE WHEN side = 'holdout' THEN row_number() OVER (PARTITION BY side) - 1 END AS row,
      label, sex, i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END AS region, i * 1.0 AS age
    FROM range(${rows}) t(i), (VALUES ('train'), ('holdout')) s(side), (VALUES (0), (1)) l(label), (VALUES ('f'), ('m')) x(sex)`);
  await database.run(`CREATE TABLE predictions AS
    SELECT row, CASE WHEN i < ${rows} * (CASE sex WHEN 'f' THEN ${share} ELSE 0.5 END) THEN 1 ELSE 0 END AS predicted
    FROM segments WHERE side = 'holdout'`);
}

const judge = (
  rows: number,
  share: number,
  changes: Partial<FairnessSettings> = {},
  problem?: 'regression',
) =>
  withDuckDb(directory, async (database) => {
    await twoSexes(database, rows, share);
    return judgeFairness(
      { database, segments: 'segments', predictions: 'predictions' },
      {
        settings: { ...settings, ...changes },
        problem: problem ? { type: problem } : { type: 'binary', classes: ['no', 'yes'] },
        ...{ target: 'hired', confidence: 0.95 },
      },
    );
  });

describe('judgeFairness', () => {
  it('passes equal shares of many rows', async () => {
    const { judgement, findings, report } = await judge(2000, 0.5);
    expect(judgement).toMatchObject({ rule: 'fairness', verdict: 'PASS' });
    expect(findings.map(({ value, estimate }) => [value, estimate])).toEqual([
      ['f', 1],
      ['m', 1],
    ]);
    const facet = report!.post_training_bias_metrics.facets.sex![0]!;
    expect(facet.value_or_threshold).toBe('f');
    expect(facet.metrics.find(({ name }) => name === 'DI')).toMatchObject({
      description: 'Disparate Impact (DI)',
      value: 1,
    });
    expect(report!.pre_training_bias_metrics).toMatchObject({
      label: 'hired',
      label_value_or_threshold: 'yes',
    });
  });

  it('fails a fifth against a half, and names the worst pair', async () => {
    const { judgement } = await judge(2000, 0.2);
    expect(judgement.verdict).toBe('FAIL');
    expect(judgement.reason).toContain('sex = f and m, at a ratio of 0.400');
  });

  it.each([
    ['block', 'INSUFFICIENT_DATA'],
    ['warn', 'WARN'],
  ] as const)(
    'under %s, a small cell is %s; exactly the minimum is enough',
    async (onInsufficientData, verdict) => {
      const wide = { DI: { minimum: 0, maximum: 100 } };
      expect((await judge(29, 0.5, { onInsufficientData, bounds: wide })).judgement.verdict).toBe(verdict);
      expect((await judge(30, 0.5, { onInsufficientData, bounds: wide })).judgement.verdict).toBe('PASS');
    },
  );

  it('looks at pairs of columns unless told not to', async () => {
    const facets = [{ column: 'sex' }, { column: 'region', values: ['north'] }];
    const { findings } = await judge(2000, 0.5, { facets });
    expect(findings.map(({ column, value }) => `${column}: ${value}`)).toEqual([
      'sex: f',
      'sex: m',
      'region: north',
      'sex & region: f & north',
      'sex & region: m & north',
    ]);
    expect((await judge(2000, 0.5, { facets, intersections: false })).findings).toHaveLength(3);
  });

  it('takes rows above a threshold as the facet', async () => {
    const { findings } = await judge(2000, 0.5, { facets: [{ column: 'age', threshold: 999 }] });
    // the first half of the rows of each sex is predicted positive: ages 0 to 999
    expect(findings).toMatchObject([{ value: '> 999', estimate: 0, verdict: 'FAIL' }]);
  });

  it('does not pass a column of too many values, or a named value that no row has', async () => {
    expect((await judge(2000, 0.5, { facets: [{ column: 'age' }] })).judgement).toMatchObject({
      verdict: 'INSUFFICIENT_DATA',
      reason: expect.stringContaining('more than 30'),
    });
    const absent = await judge(2000, 0.5, { facets: [{ column: 'sex', values: ['x'] }] });
    expect(absent.judgement.verdict).toBe('INSUFFICIENT_DATA');
  });

  it('does not pass a flip test that it does not make', async () => {
    expect((await judge(2000, 0.5, { flipTest: true })).judgement.verdict).toBe('INSUFFICIENT_DATA');
  });

  it.each([[['maybe']], [['yes', 'maybe']], [['no', 'yes']]])(
    'does not pass with the favourable classes %j of no and yes',
    async (positiveClasses) => {
      const { judgement } = await judge(2000, 0.5, { positiveClasses });
      expect(judgement).toMatchObject({
        verdict: 'INSUFFICIENT_DATA',
        reason: expect.stringContaining('no, yes'),
      });
    },
  );

  it('takes the classes that are named as the favourable ones', async () => {
    // a fifth of f and a half of m are predicted yes, so 0.8 and 0.5 are predicted no
    const { findings } = await judge(2000, 0.2, { positiveClasses: ['no'] });
    expect(findings[0]).toMatchObject({ value: 'f', estimate: 1.6 });
  });

  it('is not applicable to a regression, or without bounds', async () => {
    expect((await judge(50, 0.5, {}, 'regression')).judgement.verdict).toBe('NOT_APPLICABLE');
    expect((await judge(50, 0.5, { bounds: {} })).judgement.verdict).toBe('NOT_APPLICABLE');
  });
});

describe('fairnessFinding', () => {
  it.each([
    ['PASS', 0.8, 1.25],
    ['FAIL', 0.5, 0.79],
    ['FAIL', 1.26, Number.POSITIVE_INFINITY],
    ['INSUFFICIENT_DATA', 0.79, 1],
    ['INSUFFICIENT_DATA', 0.7, 0.8],
    ['INSUFFICIENT_DATA', undefined, undefined],
  ])('is %s for an interval from %s to %s', (verdict, low, high) => {
    const options = { settings, column: 'sex', value: 'f', smallestCell: 30 };
    expect(fairnessFinding({ metric: 'DI', value: 1, low, high }, options)?.verdict).toBe(verdict);
  });
});
