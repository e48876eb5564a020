import { describe, expect, it } from 'vitest';
import { createRandom } from '../../core/random.ts';
import { shouldStopEarly } from './early-stopping.ts';
import { propose, type Search, type Trial } from './propose.ts';
import { combinations, searchSpace } from './search-space.ts';

const continuous = (
  ScalingType: 'Linear' | 'Logarithmic' | 'ReverseLogarithmic',
  [low, high]: [string, string],
) =>
  searchSpace({ ContinuousParameterRanges: [{ Name: 'x', MinValue: low, MaxValue: high, ScalingType }] })[0]!;

describe('search space', () => {
  it('scales as named', () => {
    expect(Number(continuous('Linear', ['0', '10']).at(0.5))).toBeCloseTo(5);
    expect(Number(continuous('Logarithmic', ['0.001', '10']).at(0.5))).toBeCloseTo(0.1);
    // half-way between 1 - 0.9 and 1 - 0.999 on a logarithmic scale of what is missing to 1
    expect(Number(continuous('ReverseLogarithmic', ['0.9', '0.999']).at(0.5))).toBeCloseTo(0.99);
  });

  it('gives every integer and every category the same share', () => {
    const [integer, category] = searchSpace({
      IntegerParameterRanges: [{ Name: 'n', MinValue: '1', MaxValue: '4', ScalingType: 'Linear' }],
      CategoricalParameterRanges: [{ Name: 'c', Values: ['a', 'b'] }],
    });
    expect([0, 0.24, 0.26, 0.99].map(integer!.at)).toEqual(['1', '1', '2', '4']);
    expect([0, 0.49, 0.51].map(category!.at)).toEqual(['a', 'a', 'b']);
  });

  it('enumerates a grid', () => {
    const space = searchSpace({
      CategoricalParameterRanges: [
        { Name: 'a', Values: ['1', '2'] },
        { Name: 'b', Values: ['x', 'y'] },
      ],
    });
    expect(combinations(space).map(({ a, b }) => `${a}${b}`)).toEqual(['1x', '1y', '2x', '2y']);
    const search: Search = { strategy: 'Grid', space, random: Math.random };
    expect(propose(search, [{ values: {}, score: 1 }])).toEqual({ a: '1', b: 'y' });
  });
});

describe('Bayesian strategy', () => {
  /** A smooth hill with its top at (0.7, 0.2). */
  const hill = (x: number, y: number) => -((x - 0.7) ** 2) - 2 * (y - 0.2) ** 2;
  const space = searchSpace({
    ContinuousParameterRanges: ['x', 'y'].map((Name) => ({
      Name,
      MinValue: '0',
      MaxValue: '1',
      ScalingType: 'Linear' as const,
    })),
  });
  const bestAfter = (strategy: 'Bayesian' | 'Random', seed: number): number => {
    const search: Search = { strategy, space, random: createRandom(seed) };
    const trials: Trial[] = [];
    while (trials.length < 12) {
      const values = propose(search, trials)!;
      trials.push({ values, score: hill(Number(values.x), Number(values.y)) });
    }
    return Math.max(...trials.map(({ score }) => score!));
  };

  it('comes nearer to the top of a hill than chance, whatever the seed', () => {
    const seeds = [1, 2, 3];
    const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const gaps = seeds.map((seed) => -bestAfter('Bayesian', seed));
    expect(Math.max(...gaps)).toBeLessThan(0.02);
    expect(mean(gaps)).toBeLessThan(mean(seeds.map((seed) => -bestAfter('Random', seed))) / 3);
  });

  it('begins where the trials of a parent end', () => {
    const search: Search = { strategy: 'Bayesian', space, random: createRandom(9) };
    const prior = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) =>
      [0.1, 0.2, 0.3, 0.6].map((y) => ({ values: { x: String(x), y: String(y) }, score: hill(x, y) })),
    );
    const { x, y } = propose(search, [], prior)!;
    expect(hill(Number(x), Number(y))).toBeGreaterThan(-0.05);
  });
});

/** @see https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html */
describe('early stopping', () => {
  it('stops what is worse than the median of the running averages', () => {
    const others = [
      [0.5, 0.7],
      [0.6, 0.8],
      [0.1, 0.3],
    ];
    // averages up to the second report: 0.6, 0.7, 0.2
    expect(shouldStopEarly([0.9, 0.59], others)).toBe(true);
    expect(shouldStopEarly([0.1, 0.61], others)).toBe(false);
  });

  it('lets go on what is ahead of all others, and what has said nothing', () => {
    expect(shouldStopEarly([0, 0, 0], [[1, 1]])).toBe(false);
    expect(shouldStopEarly([], [[1]])).toBe(false);
  });
});
