import { describe, expect, it } from 'vitest';
import type { CategoricalProfile } from '../../lambdas/datasets/profile/profile.ts';
import type { ModelMetrics } from '../../lambdas/evaluation/contract.ts';
import type {
  ColumnReport,
  DataQualityReport,
  DriftReport,
  MetricResult,
  QualityReport,
} from '../../lambdas/monitoring/contract.ts';
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
    ({ name, verdict, psi, pValue: verdict === 'PASS' ? 0.5 : 1e-6, reason: '' }) as ColumnReport;
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

describe('judgeDrift over many features', () => {
  const report = (pValue: number, verdict: Verdict = 'FAIL') =>
    ({ name: `p${pValue}`, verdict, psi: 0.3, pValue, reason: '' }) as ColumnReport;
  const prediction = { ...report(0.5), verdict: 'PASS' } as ColumnReport;
  /** 98 features without drift, and two. */
  const many = (first: number, second: number) => [
    report(first),
    report(second),
    ...Array.from({ length: 98 }, () => report(0.5, 'PASS')),
  ];

  // Benjamini and Hochberg at 0.01 over 100: the smallest needs 0.0001, the two smallest together 0.0002
  it.each([
    [0.00009, 0.4, ['p0.00009']],
    [0.00015, 0.4, []],
    [0.00015, 0.00019, ['p0.00015', 'p0.00019']],
  ])('with p-values %d and %d tells of %j', (first, second, told) => {
    const drift = judgeDrift(many(first, second), prediction);
    expect(drift.driftedFeatures).toEqual(told);
    expect(drift.driftedShare).toBe(told.length / 100);
    expect(drift.verdict).toBe(told.length > 0 ? 'FAIL' : 'PASS');
  });

  it('says of a feature that chance explains why it does not count', () => {
    const { features } = judgeDrift(many(0.00015, 0.4), prediction);
    expect(features[0]!.verdict).toBe('PASS');
    expect(features[0]!.reason).toContain('One of 100 features may look so by chance');
  });

  it('leaves out what is ignored', () => {
    const drift = judgeDrift([report(1e-9)], prediction, { ignored: ['p1e-9'] });
    expect(drift).toMatchObject({ verdict: 'PASS', driftedFeatures: [], driftedShare: 0 });
    expect(drift.features[0]!.verdict).toBe('NOT_APPLICABLE');
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

  it('is INSUFFICIENT_LABELS below the minimum number of labels, without an estimate', () => {
    expect(judged(199, 90).verdict).toBe('INSUFFICIENT_LABELS');
    expect(judged(199, 90)).not.toHaveProperty('estimate');
  });

  it('is INSUFFICIENT_DATA when the interval holds both sides of the bound', () => {
    expect(judged(240, 48)).toMatchObject({ verdict: 'INSUFFICIENT_DATA', estimate: expect.anything() });
  });

  it('is INSUFFICIENT_LABELS below the share that the settings ask for', () => {
    const asked = { ...settings, minimumCoverage: 0.5 };
    const subject = { settings: asked, baseline, reading, rows: 10_000, labelled: rows(4000, 10) };
    expect(judgeQuality(subject)).toMatchObject({ verdict: 'INSUFFICIENT_LABELS', labelCoverage: 0.4 });
    expect(judgeQuality({ ...subject, rows: 8000 }).verdict).toBe('PASS');
  });

  it('warns of labels that are no fair sample', () => {
    const selection = { verdict: 'FAIL', value: 0.5 } as MetricResult;
    const labels = { coverage: 0.4, duplicates: 0, unmatched: 0, deadline: '', selection };
    const subject = { settings, baseline, reading, rows: 10_000, labelled: rows(4000, 10), labels };
    expect(judgeQuality(subject).reason).toContain('PSI 0.5000): they may be no fair sample');
  });
});

describe('windowVerdict', () => {
  const parts = (drift: Verdict, dataQuality: Verdict, quality: QualityReport['verdict']) =>
    windowVerdict({
      drift: { verdict: drift } as DriftReport,
      dataQuality: { verdict: dataQuality } as DataQualityReport,
      quality: { verdict: quality } as QualityReport,
    });
  it('is the worst of what could be judged; labels that are to come hold nothing back', () => {
    expect(parts('PASS', 'PASS', 'INSUFFICIENT_LABELS')).toBe('PASS');
    expect(parts('PASS', 'WARN', 'INSUFFICIENT_LABELS')).toBe('WARN');
    expect(parts('PASS', 'PASS', 'FAIL')).toBe('FAIL');
    expect(parts('WARN', 'FAIL', 'PASS')).toBe('FAIL');
    expect(parts('INSUFFICIENT_DATA', 'INSUFFICIENT_DATA', 'INSUFFICIENT_LABELS')).toBe('INSUFFICIENT_DATA');
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
