import { describe, expect, it } from 'vitest';
import type { Slice } from '../../lambdas/evaluation/contract.ts';
import { slices as judge } from '../../lambdas/evaluation/gates/slices.ts';
import type { GateSettings } from '../../lambdas/shared/settings.ts';

const settings = (changed: Partial<GateSettings> = {}): GateSettings => ({
  primaryMetric: 'auc',
  minimum: 0.6,
  minimumHoldoutRows: 100,
  confidence: 0.95,
  champion: { margin: 0.01, rule: 'better-or-newer-within-margin' },
  slices: { columns: ['origin'], minimum: 0.6, minimumRows: 50 },
  ...changed,
});

const slice = (
  value: string | null,
  interval: [number, number] | undefined,
  { rows = 100, metric = 'auc' } = {},
) => {
  const [low, high] = interval ?? [];
  const values = interval ? { [metric]: { value: (low! + high!) / 2, low, high } } : {};
  return { column: 'origin', value, rows, challenger: { values } } as unknown as Slice;
};
const good = slice('ATL', [0.7, 0.8]);

describe('gate slices', () => {
  it.each([
    ['PASS', [0.6, 0.7]],
    ['INSUFFICIENT_DATA', [0.59, 0.7]],
    ['INSUFFICIENT_DATA', [0.5, 0.6]],
    ['FAIL', [0.5, 0.599]],
    ['INSUFFICIENT_DATA', undefined],
  ] as const)('is %s for a slice with the AUC interval %j and a minimum of 0.6', (verdict, interval) => {
    const all = [good, slice('BOS', interval && [...interval])];
    const judgement = judge(settings(), { slices: all });
    expect(judgement).toMatchObject({ rule: 'slices', verdict });
    if (verdict !== 'PASS') expect(judgement.reason).toContain('origin BOS');
  });

  it.each([
    ['PASS', [0.4, 0.6]],
    ['INSUFFICIENT_DATA', [0.5, 0.7]],
    ['FAIL', [0.61, 0.7]],
  ] as const)('is %s for a log loss interval %j and a bound of 0.6', (verdict, interval) => {
    const of = slice('BOS', [...interval], { metric: 'logLoss' });
    expect(judge(settings({ primaryMetric: 'logLoss' }), { slices: [of] }).verdict).toBe(verdict);
  });

  it('fails by one slice even if another does not tell', () => {
    const all = [slice('BOS', [0.5, 0.7]), slice('JFK', [0.4, 0.5])];
    const { verdict, reason } = judge(settings(), { slices: all });
    expect(verdict).toBe('FAIL');
    expect(reason).toContain('JFK');
    expect(reason).not.toContain('BOS');
  });

  it('leaves slices of fewer rows alone, and says so', () => {
    const small = slice('BOS', [0.1, 0.2], { rows: 49 });
    const { verdict, reason } = judge(settings(), { slices: [good, small] });
    expect(verdict).toBe('PASS');
    expect(reason).toContain('fewer than 50 rows');
    expect(judge(settings(), { slices: [{ ...small, rows: 50 }] }).verdict).toBe('FAIL');
    expect(judge(settings(), { slices: [small] }).verdict).toBe('INSUFFICIENT_DATA');
  });

  it('names rows without a value, three slices at most, and how many more', () => {
    const all = [null, 'B', 'C', 'D', 'E'].map((value) => slice(value, [0.1, 0.2]));
    const { reason } = judge(settings(), { slices: all });
    expect(reason).toContain('origin without a value');
    expect(reason).toContain('and 2 more');
    expect(reason).not.toContain('origin D');
  });

  it('does not pass when values of enough rows were not looked at', () => {
    const untold = (mostRows: number) => [{ column: 'origin', values: 7, mostRows }];
    const judgement = judge(settings(), { slices: [good], untold: untold(50) });
    expect(judgement.verdict).toBe('INSUFFICIENT_DATA');
    expect(judgement.reason).toContain('origin');
    expect(judge(settings(), { slices: [good], untold: untold(49) }).verdict).toBe('PASS');
  });

  it('tells the worst slice without a minimum, and does not apply', () => {
    const worst = { column: 'origin', value: 'BOS', estimate: { value: 0.51 } };
    const told = settings({ slices: { columns: ['origin'], minimumRows: 50 } });
    const judgement = judge(told, { slices: [good], worst });
    expect(judgement.verdict).toBe('NOT_APPLICABLE');
    expect(judgement.reason).toContain('origin BOS with AUC 0.5100');
  });
});
