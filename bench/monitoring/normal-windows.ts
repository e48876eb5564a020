/** Seeded samples of the normal distribution, counted on decile bins: profiles without a database. */
import type { NumericProfile } from '../../lambdas/datasets/profile/profile.ts';

/** Standard normal values by Box and Muller over Mulberry32; the same for a seed everywhere. */
export function normalSampler(seed: number): () => number {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** A baseline: its own deciles, and how many of its values lie between them. */
export function sampleDeciles(normal: () => number, rows: number): NumericProfile {
  const values = Float64Array.from({ length: rows }, normal).sort();
  // type 7, as the profiles have them
  const edges = Array.from({ length: 9 }, (_, i) => {
    const at = ((rows - 1) * (i + 1)) / 10;
    const [low, high] = [values[Math.floor(at)]!, values[Math.ceil(at)]!];
    return low + (high - low) * (at - Math.floor(at));
  });
  return profileOf(edges, values);
}

/** A window, counted on the edges of its baseline. */
export function tally(
  normal: () => number,
  options: { readonly rows: number; readonly shift: number; readonly edges: readonly number[] },
): NumericProfile {
  const { rows, shift, edges } = options;
  return profileOf(
    edges,
    Float64Array.from({ length: rows }, () => normal() + shift),
  );
}

function profileOf(edges: readonly number[], values: Float64Array): NumericProfile {
  const counts = new Array<number>(edges.length + 1).fill(0);
  const sums = new Array<number>(edges.length + 1).fill(0);
  let [sum, squares, min, max] = [0, 0, Infinity, -Infinity];
  for (const value of values) {
    let bin = 0;
    while (bin < edges.length && value > edges[bin]!) bin++;
    counts[bin]!++;
    sums[bin]! += value;
    sum += value;
    squares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const n = values.length;
  return {
    ...{ name: 'x', type: 'double', role: 'feature', kind: 'numeric', rows: n, missing: 0, invalid: 0 },
    ...{ nan: 0, infinite: 0, negativeInfinite: 0, zeros: 0, negatives: 0, n, min, max, sum, mean: sum / n },
    ...{ meanLow: 0, m2: squares - (sum * sum) / n, m3: 0, m4: 0, distinct: n, sketch: '' },
    ...{ deciles: edges, grid: { edges, counts, sums } },
  };
}
