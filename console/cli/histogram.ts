/** Histograms in one line of text. */
import type { ColumnProfile, NumericProfile } from '../../lambdas/datasets/profile/profile.ts';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTH = 16;
/** Share of the values that the bars between the ends leave to each tail. */
const TAIL = 0.005;

/** Bars as high as the counts; a space for none. The highest is full, the smallest count still seen. */
export function bars(counts: readonly number[]): string {
  const highest = Math.max(...counts);
  return counts
    .map((count) => (count <= 0 ? ' ' : BARS[Math.max(0, Math.ceil((count / highest) * BARS.length) - 1)]))
    .join('');
}

/**
 * A column's shape. Numbers: equal steps from the least to the greatest value, where a long tail (half a percent) counts
 * to the bar at its end; few different values: a bar for each. Text: the most frequent values, most frequent first.
 */
export function histogramOf(column: ColumnProfile): string {
  if (column.kind === 'opaque' || column.rows === 0) return '';
  if (column.kind === 'categorical') return bars(column.values.slice(0, WIDTH).map(([, count]) => count));
  if (column.n === 0) return '';
  const { values, grid } = column;
  if (values && values.length <= WIDTH) {
    const binAt = new Map(grid.edges.map((edge, bin) => [edge, bin]));
    return bars(values.map((value) => grid.counts[binAt.get(value)!]!));
  }
  return bars(equalSteps(column, WIDTH));
}

/** The grid's counts in `steps` bins of one width: what lies in a bin of the grid is taken to lie in it evenly. */
export function equalSteps(column: NumericProfile, steps: number): number[] {
  const [low, high] = middleOf(column);
  const counts = new Array<number>(steps).fill(0);
  const place = (x: number) => Math.min(steps, Math.max(0, ((x - low) / (high - low)) * steps));
  for (const [left, right, count] of spans(column)) {
    const [from, to] = [place(left), place(right)];
    for (
      let step = Math.min(steps - 1, Math.floor(from));
      step < Math.max(to, from + 1e-9) && step < steps;
      step++
    ) {
      const part = to > from ? (Math.min(to, step + 1) - Math.max(from, step)) / (to - from) : 1;
      counts[step]! += count * part;
    }
  }
  return counts;
}

/** From the value that half a percent is below to the one that half a percent is above, when the ends are far off. */
function middleOf(column: NumericProfile): readonly [number, number] {
  const [min, max] = [column.min!, column.max!];
  const all = column.n;
  let [below, low, high] = [0, min, max];
  for (const [left, right, count] of spans(column)) {
    if (below <= TAIL * all && below + count > TAIL * all) low = left;
    below += count;
    if (below >= (1 - TAIL) * all && below - count < (1 - TAIL) * all) high = right;
  }
  return high > low && max - min > 3 * (high - low) ? [low, high] : [min, Math.max(max, nextAbove(min))];
}

/** Bins of the grid that hold something, cut at the least and the greatest value. */
function* spans({ grid, min, max }: NumericProfile): Iterable<readonly [number, number, number]> {
  for (const [bin, count] of grid.counts.entries()) {
    if (count === 0) continue;
    yield [Math.max(min!, grid.edges[bin - 1] ?? min!), Math.min(max!, grid.edges[bin] ?? max!), count];
  }
}

const nextAbove = (value: number) => value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
