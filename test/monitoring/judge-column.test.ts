import { describe, expect, it } from 'vitest';
import type { CategoricalProfile } from '../../lambdas/datasets/profile/profile.ts';
import type { ModelMetrics } from '../../lambdas/evaluation/contract.ts';
import type { ColumnReport, DriftReport, QualityReport } from '../../lambdas/monitoring/contract.ts';
import { judgeColumn } from '../../lambdas/monitoring/judge-column.ts';
import { judgeDrift } from '../../lambdas/monitoring/judge-drift.ts';
import { judgeQuality } from '../../lambdas/monitoring/judge-quality.ts';
import { windowVerdict } from '../../lambdas/monitoring/judge-window.ts';
import { completeWindows, parseWindow, windowAt } from '../../lambdas/monitoring/windows.ts';
import type { Verdict } from '../../lambdas/shared/verdict.ts';

const thresholds = { warn: 0.1, alert: 0.2, minimumSamples: 200 };
const column = (a: number, b: number) =>
  ({
    kind: 'categorical',
    name: 'c',
    rows: a + b,
    missing: 0,
    other: 0,
    values: [
      ['a', a],
      ['b', b],
    ],
  }) as unknown as CategoricalProfile;
const judge = (baseline: CategoricalProfile, window: CategoricalProfile) =>
  judgeColumn({ baseline, window, thresholds });

describe('judgeColumn: effect and evidence', () => {
  // PSI of shares p against q for two bins is (q − p)(ln(q/p) − ln((1−q)/(1−p))); 0.5 to 0.6: 0.0405, 0.67: 0.1204, 0.75: 0.2747
  it.each([
    ['PASS', 0.5],
    ['PASS', 0.6],
    ['WARN', 0.67],
    ['FAIL', 0.75],
  ])('is %s when a half becomes %d of many', (verdict, share) => {
    const window = column(Math.round(10_000 * share), Math.round(10_000 * (1 - share)));
    expect(judge(column(50_000, 50_000), window).verdict).toBe(verdict);
  });

  it('is not FAIL for an effect that chance explains', () => {
    // 200 categories over 220 rows: PSI is far above 0.2, as it is without drift
    const many = (rows: number, shift: number) =>
      ({
        ...column(0, 0),
        rows,
        values: Array.from({ length: 200 }, (_, i) => [`v${i}`, (i + shift) % 7 === 0 ? 3 : 1]),
      }) as unknown as CategoricalProfile;
    const report = judge(many(257, 0), many(258, 1));
    expect(report.psi).toBeGreaterThan(0.1);
    expect(report.psi).toBeLessThan(report.psiNullBound);
    expect(report.verdict).toBe('PASS');
  });

  it('is INSUFFICIENT_DATA below the minimum, and judged at it', () => {
    expect(judge(column(5000, 5000), column(199, 0)).verdict).toBe('INSUFFICIENT_DATA');
    expect(judge(column(5000, 5000), column(200, 0)).verdict).toBe('FAIL');
  });

  it('does not divide by an empty window', () => {
    expect(judge(column(5000, 5000), column(0, 0))).toMatchObject({ verdict: 'INSUFFICIENT_DATA', psi: 0 });
  });

  it('counts values that became missing as drift', () => {
    const window = { ...column(100, 100), rows: 400, missing: 200 } as CategoricalProfile;
    expect(judge(column(5000, 5000), window)).toMatchObject({
      verdict: 'FAIL',
      missingShare: { baseline: 0, window: 0.5 },
    });
  });
});

describe('judgeDrift', () => {
  const report = (name: string, verdict: Verdict, psi = 0) =>
    ({ name, verdict, psi, reason: '' }) as ColumnReport;
  it.each<[Verdict, Verdict[], Verdict]>([
    ['PASS', ['PASS', 'PASS'], 'PASS'],
    ['WARN', ['PASS', 'WARN'], 'PASS'],
    ['FAIL', ['PASS', 'FAIL'], 'PASS'],
    ['FAIL', ['PASS'], 'FAIL'],
    ['INSUFFICIENT_DATA', ['INSUFFICIENT_DATA'], 'INSUFFICIENT_DATA'],
  ])('is %s for features %j and a prediction of %s', (verdict, features, prediction) => {
    const reports = features.map((v, i) => report(`f${i}`, v));
    expect(judgeDrift(reports, report('prediction', prediction)).verdict).toBe(verdict);
  });

  it('names the drifted features, the most drifted first', () => {
    const features = [report('a', 'FAIL', 0.3), report('b', 'PASS', 0), report('c', 'FAIL', 0.9)];
    const drift = judgeDrift(features, report('prediction', 'PASS'));
    expect(drift.driftedFeatures).toEqual(['c', 'a']);
    expect(drift.reason).toContain('2 of 3 features drifted: c, a');
  });
});

describe('judgeQuality', () => {
  const baseline = { values: { auc: { value: 0.8 } } } as unknown as ModelMetrics;
  const problem = { type: 'binary', classes: ['0', '1'] } as const;
  const reading = { problem, areProbabilities: true, threshold: 0.5, confidence: 0.95 };
  const settings = { metric: 'auc', maximumDrop: 0.05, minimumLabels: 200 } as const;
  /** Rows of which `wrong` of 100 are ranked at random. */
  const rows = (count: number, wrong: number) => {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
    const scores = Float64Array.from(labels, (label, i) =>
      i % 100 < wrong ? ((i * 37) % 101) / 101 : 0.3 + 0.4 * label,
    );
    return { labels, scores };
  };
  const judged = (count: number, wrong: number) =>
    judgeQuality({ settings, baseline, reading, rows: 10_000, labelled: rows(count, wrong) });

  it.each([
    ['PASS', 10],
    ['FAIL', 90],
  ])('is %s when %d of 100 rows are ranked at random', (verdict, wrong) => {
    expect(judged(4000, wrong)).toMatchObject({ verdict, labelCoverage: 0.4, bound: 0.75 });
  });

  it('is INSUFFICIENT_DATA below the minimum number of labels, without an estimate', () => {
    expect(judged(199, 90).verdict).toBe('INSUFFICIENT_DATA');
    expect(judged(199, 90)).not.toHaveProperty('estimate');
  });

  it('is INSUFFICIENT_DATA when the interval holds both sides of the bound', () => {
    expect(judged(240, 48)).toMatchObject({ verdict: 'INSUFFICIENT_DATA', estimate: expect.anything() });
  });

  it('does not hold a drift verdict back, but fails a window', () => {
    const drift = { verdict: 'PASS' } as DriftReport;
    expect(windowVerdict(drift, { verdict: 'INSUFFICIENT_DATA' } as QualityReport)).toBe('PASS');
    expect(windowVerdict(drift, { verdict: 'FAIL' } as QualityReport)).toBe('FAIL');
  });
});

describe('windows', () => {
  it('of a week begin on Monday', () => {
    // 4 March 2026 is a Wednesday
    expect(windowAt(Date.UTC(2026, 2, 4, 12), 168).id).toBe('20260302T000000Z_20260309T000000Z');
    expect(windowAt(Date.UTC(2026, 2, 9), 168).id).toBe('20260309T000000Z_20260316T000000Z');
    expect(windowAt(Date.UTC(2001, 0, 1), 168).id).toBe('20010101T000000Z_20010108T000000Z');
  });
  it('of other lengths begin at multiples since the epoch', () => {
    expect(windowAt(Date.UTC(2026, 2, 4, 13, 30), 6).id).toBe('20260304T120000Z_20260304T180000Z');
  });
  it('are complete when they have ended', () => {
    const from = Date.UTC(2026, 2, 4);
    expect(completeWindows(from, Date.UTC(2026, 2, 9) - 1, 168)).toEqual([]);
    expect(completeWindows(from, Date.UTC(2026, 2, 9), 168)).toHaveLength(1);
    expect(completeWindows(from, Date.UTC(2026, 2, 30), 168)).toHaveLength(4);
  });
  it('are read from their ids, and nothing else is', () => {
    const window = windowAt(Date.UTC(2026, 2, 4), 168);
    expect(parseWindow(window.id)).toEqual(window);
    for (const bad of ['', 'x', '20260309T000000Z_20260302T000000Z', '20261309T000000Z_20270302T000000Z']) {
      expect(() => parseWindow(bad)).toThrow(RangeError);
    }
  });
});
