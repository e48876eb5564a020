/** `driftless drift`, `quality` and `bias` on files: the numbers are those of scipy, scikit-learn and smclarify. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { biasOfFile } from '../../console/client/offline/bias-of-file.ts';
import { driftOfFiles } from '../../console/client/offline/drift-files.ts';
import { qualityOfFile } from '../../console/client/offline/quality-of-file.ts';
import { profileFiles } from '../../console/client/profile/profile-files.ts';
import { findFiles } from '../../console/client/upload/find-files.ts';
import type { BiasMetric } from '../../lambdas/shared/settings.ts';
import { runScript } from '../../localstack/testing/run-command.ts';
import { GOLDEN } from '../evaluation/bias-golden.ts';
import { BINARY, NUMERIC } from '../properties/golden.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-offline-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
function write(name: string, lines: readonly string[]): string {
  writeFileSync(path(name), `${lines.join('\n')}\n`);
  return path(name);
}
const THRESHOLDS = { warn: 0.1, alert: 0.2, minimumSamples: 200 };

describe('drift', () => {
  const files = () => [
    write('before.csv', ['x,place', ...NUMERIC.reference.map((x, i) => `${x},${'ABC'[i % 3]}`)]),
    write(
      'after.jsonl',
      NUMERIC.current.map((x, i) => JSON.stringify({ x, place: 'ABC'[i % 3], more: 1 })),
    ),
  ];

  it('of a file against another has the numbers of scipy', async () => {
    const [before, after] = files();
    const drift = await driftOfFiles([before!], [after!], THRESHOLDS);
    const x = drift.columns.find(({ name }) => name === 'x')!;
    expect(x.psi).toBeCloseTo(0.1688712457, 9);
    // D and the distance are over the bins of the profile: lower bounds of the exact ones
    expect(x.ks!.d).toBeGreaterThan(0.165);
    expect(x.ks!.d).toBeLessThanOrEqual(0.17 + 1e-12);
    expect(x.wasserstein!.distance).toBeCloseTo(0.7894436364, 2);
    expect(drift).toMatchObject({ baselineRows: 300, rows: 220, extraColumns: ['more'], missingColumns: [] });
    expect(drift.columns.find(({ name }) => name === 'place')).toMatchObject({ verdict: 'PASS' });
  });

  it('against a stored profile is the same', async () => {
    const [before, after] = files();
    const { profile } = await profileFiles((await findFiles([before!])).files);
    writeFileSync(path('profile.json'), JSON.stringify(profile));
    const [stored, read] = [
      await driftOfFiles([path('profile.json')], [after!], THRESHOLDS),
      await driftOfFiles([before!], [after!], THRESHOLDS),
    ];
    expect(stored).toEqual(read);
  });

  it('tells of values that are gone, of another type, and of columns that are', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => i % 40);
    const before = write('before.csv', ['x,y,z', ...rows.map((x) => `${x},${x},1`)]);
    const after = write('after.csv', [
      'x,y',
      ...rows.map((x, i) => `${i % 4 === 0 ? '' : x},${i % 5 === 0 ? 'no' : x}`),
    ]);
    const drift = await driftOfFiles([before], [after], THRESHOLDS);
    expect(drift.missingColumns).toEqual(['z']);
    const failed = drift.dataQuality.checks.filter(({ verdict }) => verdict === 'FAIL');
    expect(failed.map(({ column, metric }) => `${metric} of ${column}`).sort()).toEqual([
      'invalid of y',
      'missing of x',
      'missing of y',
    ]);
    expect(drift.verdict).toBe('FAIL');
  });

  it.each([
    ['files without a column in common', ['a', '1'], ['b', '2'], /none of the baseline's columns: a/],
    ['a file that breaks off', ['a,b', '1,2'], ['a,b', '1,2', '3'], /row 2/],
    ['an empty file', ['a', '1'], [], /empty|nothing to read/],
  ])('refuses %s', async (_what, before, after, message) => {
    writeFileSync(path('b.csv'), before.join('\n'));
    writeFileSync(path('a.csv'), after.join('\n'));
    await expect(driftOfFiles([path('b.csv')], [path('a.csv')], THRESHOLDS)).rejects.toThrow(message);
  });
});

describe('quality', () => {
  const binary = () => write('scored.csv', ['y,p', ...BINARY.y.map((y, i) => `${y},${BINARY.p[i]}`), ',0.5']);
  const options = { label: 'y', score: 'p', problem: 'binary', threshold: 0.5, confidence: 0.95 } as const;

  it('has the metrics of scikit-learn', async () => {
    const found = await qualityOfFile(binary(), options);
    const { accuracy, auc, brier } = found.values;
    expect(accuracy!.value).toBeCloseTo(BINARY.metrics.accuracy, 9);
    expect(auc!.value).toBeCloseTo(BINARY.metrics.roc_auc, 9);
    expect(brier!.value).toBeCloseTo(BINARY.metrics.brier, 9);
    expect(found).toMatchObject({ rows: BINARY.y.length, leftOut: 1, classes: ['0', '1'] });
  });

  it('turns round with the other class as positive', async () => {
    const found = await qualityOfFile(binary(), { ...options, positive: '0' });
    expect(found.values.auc!.value).toBeCloseTo(1 - BINARY.metrics.roc_auc, 9);
  });

  it.each([
    [{ score: 'q' }, /--score: got "q"; allowed: y, p/],
    [{ label: 'p' }, /--label: got "p" with more than 20 values/],
    [{ positive: '7' }, /--positive: got "7"; allowed: 0, 1/],
  ])('refuses %j', async (change, message) => {
    await expect(qualityOfFile(binary(), { ...options, ...change })).rejects.toThrow(message);
  });
});

describe('bias', () => {
  const rows = [...GOLDEN.label].map(
    (label, at) => `${GOLDEN.facet[at]},${GOLDEN.group[at]},${label},${GOLDEN.predicted[at]}`,
  );
  const file = () => write('people.csv', ['facet,grp,y,yhat', ...rows]);
  const options = { label: 'y', prediction: 'yhat', confidence: 0.95 } as const;

  it('has the metrics of smclarify', async () => {
    const facets = [{ column: 'facet', value: '1' }];
    const { facets: found } = await biasOfFile(file(), { ...options, facets, group: 'grp' });
    expect(found).toHaveLength(1);
    const golden: Partial<Record<BiasMetric, number>> = { ...GOLDEN.pre, ...GOLDEN.post };
    const all = [...found[0]!.preTraining, ...found[0]!.postTraining];
    expect(all.length).toBeGreaterThan(15);
    for (const { metric, value } of all) expect(value, metric).toBeCloseTo(golden[metric]!, 9);
  });

  it('compares every value of a facet when none is named', async () => {
    const { facets } = await biasOfFile(file(), { ...options, facets: [{ column: 'grp' }] });
    expect(facets.map(({ value }) => value)).toEqual(['0', '1', '2']);
    expect(facets.every(({ rows: own, others }) => own + others === rows.length)).toBe(true);
  });

  it.each([
    [[{ column: 'sex' }], /--facet: got "sex"; allowed: facet, grp, y, yhat/],
    [[{ column: 'grp', value: '9' }], /--facet: got "grp=9"; allowed: grp= and 0, 1, 2/],
    [[{ column: 'y' }], /--facet: got "y", which is the label/],
  ])('refuses facets %j', async (facets, message) => {
    await expect(biasOfFile(file(), { ...options, facets })).rejects.toThrow(message);
  });
});

it('are commands that need no cloud, and fail where they are told to', async () => {
  const before = write('b.csv', ['x', ...Array.from({ length: 300 }, (_, i) => String(i))]);
  const after = write('a.csv', ['x', ...Array.from({ length: 300 }, (_, i) => String(i + 150))]);
  const command = (...args: string[]) =>
    runScript('bin/driftless.ts', args, { env: { PATH: process.env.PATH } });
  const told = await command('drift', before, after, '--json', '--fail-on', 'alert');
  expect(told.code).toBe(1);
  expect(JSON.parse(told.stdout)).toMatchObject({ verdict: 'FAIL', columns: [{ name: 'x' }] });
  const people = write('people.csv', ['y,yhat,sex', '1,1,f', '0,1,f', '1,0,m', '0,0,m', '1,1,m']);
  const asked = ['--label', 'y', '--prediction', 'yhat', '--facet', 'sex=f', 'y'];
  const refused = await command('bias', people, ...asked);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--facet: got "y"') });
  const bias = await command('bias', people, ...asked.slice(0, -1), '--json');
  const [facet] = JSON.parse(bias.stdout).facets;
  expect(facet).toMatchObject({ column: 'sex', value: 'f', rows: 2, others: 3 });
  // all of two f and one of three m are predicted positive
  expect(facet.postTraining).toContainEqual(expect.objectContaining({ metric: 'DPPL', value: 1 / 3 - 1 }));
  const text = await command('drift', before, before);
  expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining('PASS: 300 rows against 300') });
}, 60_000);
