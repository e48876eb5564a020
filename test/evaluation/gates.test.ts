import { describe, expect, it } from 'vitest';
import type { Difference, ModelMetrics } from '../../lambdas/evaluation/contract.ts';
import { champion } from '../../lambdas/evaluation/gates/champion.ts';
import { quality } from '../../lambdas/evaluation/gates/quality.ts';
import type { GateSettings } from '../../lambdas/shared/settings.ts';

const settings: GateSettings = {
  primaryMetric: 'auc',
  minimum: 0.6,
  minimumHoldoutRows: 100,
  confidence: 0.95,
  champion: { margin: 0.01, rule: 'better-or-newer-within-margin' },
};
const metrics = (low: number, high: number, rows = 1000) =>
  ({ rows, values: { auc: { value: (low + high) / 2, low, high } } }) as unknown as ModelMetrics;

describe('gate quality', () => {
  it.each([
    ['PASS', 0.61, 0.65],
    ['PASS', 0.6, 0.65],
    ['INSUFFICIENT_DATA', 0.59, 0.65],
    ['INSUFFICIENT_DATA', 0.5, 0.6],
    ['FAIL', 0.5, 0.599],
  ])('is %s for an AUC interval from %d to %d and a minimum of 0.6', (verdict, low, high) => {
    expect(quality({ settings, metrics: metrics(low, high) })).toMatchObject({ rule: 'quality', verdict });
  });

  it.each([
    ['PASS', 0.4, 0.6],
    ['INSUFFICIENT_DATA', 0.5, 0.7],
    ['FAIL', 0.61, 0.7],
  ])('is %s for a log loss interval from %d to %d and a bound of 0.6', (verdict, low, high) => {
    const losses = { rows: 1000, values: { logLoss: { value: low, low, high } } } as unknown as ModelMetrics;
    expect(quality({ settings: { ...settings, primaryMetric: 'logLoss' }, metrics: losses }).verdict).toBe(
      verdict,
    );
  });

  it('needs the minimum number of rows, and exactly that many are enough', () => {
    expect(quality({ settings, metrics: metrics(0.7, 0.8, 99) }).verdict).toBe('INSUFFICIENT_DATA');
    expect(quality({ settings, metrics: metrics(0.7, 0.8, 100) }).verdict).toBe('PASS');
  });

  it('needs both classes', () => {
    const oneClass = { rows: 1000, values: {} } as unknown as ModelMetrics;
    expect(quality({ settings, metrics: oneClass })).toMatchObject({ verdict: 'INSUFFICIENT_DATA' });
  });
});

describe('gate champion', () => {
  const subject = (low: number, high: number, newer = true) => ({
    settings,
    holdoutRows: 1000,
    challenger: { datasetVersion: newer ? 2 : 1 },
    champion: { modelVersion: 1, datasetVersion: 1 },
    difference: { metric: 'auc', value: (low + high) / 2, low, high } as Difference,
  });

  it.each([
    ['PASS', 'better by its interval', 0.001, 0.02, true],
    ['PASS', 'better by its interval on the same data', 0.001, 0.02, false],
    ['PASS', 'equal on newer data', -0.005, 0.005, true],
    ['PASS', 'exactly at the margin', -0.01, 0.005, true],
    ['INSUFFICIENT_DATA', 'maybe worse than the margin', -0.02, 0.005, true],
    ['FAIL', 'worse than the margin', -0.03, -0.011, true],
    ['INSUFFICIENT_DATA', 'maybe better on the same data', -0.005, 0.005, false],
    ['FAIL', 'worse on the same data', -0.005, 0, false],
  ])('is %s for a challenger that is %s', (verdict, _case, low, high, newer) => {
    expect(champion(subject(low, high, newer))).toMatchObject({ rule: 'champion', verdict });
  });

  it('reads a loss the other way round', () => {
    const worse = { ...subject(0.02, 0.03), settings: { ...settings, primaryMetric: 'brier' as const } };
    expect(champion(worse).verdict).toBe('FAIL');
    const better = { ...subject(-0.03, -0.02), settings: { ...settings, primaryMetric: 'brier' as const } };
    expect(champion(better).verdict).toBe('PASS');
  });

  it('asks for better under the rule "better", newer data or not', () => {
    const strict = { ...settings, champion: { margin: 0.01, rule: 'better' as const } };
    expect(champion({ ...subject(-0.005, 0.005), settings: strict }).verdict).toBe('INSUFFICIENT_DATA');
    expect(champion({ ...subject(0.001, 0.005), settings: strict }).verdict).toBe('PASS');
  });

  it('does not apply to the first model, nor to a champion that cannot score', () => {
    const { champion: _, difference: __, ...first } = subject(0, 0);
    expect(champion(first).verdict).toBe('NOT_APPLICABLE');
    const skipped = champion({ ...first, championSkipped: 'feature "x" is new' });
    expect(skipped).toMatchObject({
      verdict: 'NOT_APPLICABLE',
      reason: expect.stringContaining('feature "x"'),
    });
  });

  it('needs rows and both classes', () => {
    expect(champion({ ...subject(0.1, 0.2), holdoutRows: 99 }).verdict).toBe('INSUFFICIENT_DATA');
    expect(champion({ ...subject(0.1, 0.2), difference: undefined }).verdict).toBe('INSUFFICIENT_DATA');
  });
});
