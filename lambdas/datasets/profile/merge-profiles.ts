/** Merges profiles that were counted on the same edges and values: exactly, in any order. */
import { distinctNumbers, distinctTexts } from './assemble-profile.ts';
import { decodeSketch, encodeSketch, mergeSketches } from './distinct-sketch.ts';
import type { Range } from './measures.ts';
import { mergeMoments, saturated, storedMoments } from './moments.ts';
import type { CategoricalProfile, ColumnProfile, DatasetProfile, NumericProfile } from './profile.ts';

/**
 * The profile of both tables together, counted on the same stored edges and values.
 * @throws RangeError when the columns, edges or listed values differ: such profiles cannot be merged.
 */
export function mergeProfiles(a: DatasetProfile, b: DatasetProfile): DatasetProfile {
  if (a.columns.length !== b.columns.length) {
    throw new RangeError(`profiles of ${a.columns.length} and of ${b.columns.length} columns do not merge`);
  }
  return {
    format: 2,
    rows: a.rows + b.rows,
    columns: a.columns.map((column, index) => mergeColumns(column, b.columns[index]!)),
  };
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  const added = {
    rows: a.rows + b.rows,
    missing: a.missing + b.missing,
    invalid: a.invalid + b.invalid,
  };
  if (a.name === b.name) {
    if (a.kind === 'numeric' && b.kind === 'numeric') return { ...mergeNumeric(a, b), ...added };
    if (a.kind === 'categorical' && b.kind === 'categorical') return { ...mergeCategorical(a, b), ...added };
    if (a.kind === 'opaque' && b.kind === 'opaque') return { ...a, ...added };
  }
  throw new RangeError(`column "${a.name}" (${a.kind}) does not merge with "${b.name}" (${b.kind})`);
}

function mergeNumeric(a: NumericProfile, b: NumericProfile): NumericProfile {
  if (!isSame(a.grid.edges, b.grid.edges) || !isSame(a.values ?? [], b.values ?? [])) {
    throw new RangeError(`column "${a.name}" was counted on different edges`);
  }
  const range = a.n === 0 ? rangeOf(b) : b.n === 0 ? rangeOf(a) : mergeRanges(rangeOf(a)!, rangeOf(b)!);
  const moments = storedMoments(mergeMoments(a, b), range?.min ?? 0, range?.max ?? 0);
  const grid = {
    edges: a.grid.edges,
    counts: a.grid.counts.map((count, bin) => count + b.grid.counts[bin]!),
    sums: a.grid.sums.map((sum, bin) => saturated(sum + b.grid.sums[bin]!, 0)),
  };
  const sketch = merged(a.sketch, b.sketch);
  const { n, mean, meanLow, m2, m3, m4 } = moments;
  return {
    ...a,
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
    negativeInfinite: a.negativeInfinite + b.negativeInfinite,
    zeros: a.zeros + b.zeros,
    negatives: a.negatives + b.negatives,
    ...range,
    sum: saturated(a.sum + b.sum, 0),
    ...{ n, mean, meanLow, m2, m3, m4 },
    distinct: distinctNumbers({ values: a.values, grid, n, sketch }),
    sketch,
    grid,
  };
}

function rangeOf({ n, min, max, minText, maxText }: NumericProfile): Range | undefined {
  if (n === 0) return undefined;
  return { min: min!, max: max!, ...(minText === undefined ? {} : { minText, maxText }) };
}

/** Where one of the two goes beyond 2^53 its neighbours are compared as integers. */
function mergeRanges(a: Range, b: Range): Range {
  const [min, max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  if (a.minText === undefined && b.minText === undefined) return { min, max };
  const ends = (end: 'min' | 'max') => [a, b].map((range) => BigInt(range[`${end}Text`] ?? range[end]));
  const [[a0, b0], [a1, b1]] = [ends('min'), ends('max')] as [[bigint, bigint], [bigint, bigint]];
  return { min, max, minText: String(a0 < b0 ? a0 : b0), maxText: String(a1 > b1 ? a1 : b1) };
}

function mergeCategorical(a: CategoricalProfile, b: CategoricalProfile): CategoricalProfile {
  const counts = new Map(b.values);
  if (a.values.length !== b.values.length || a.values.some(([value]) => !counts.has(value))) {
    throw new RangeError(`column "${a.name}" was counted on different values`);
  }
  const values = a.values.map(([value, count]) => [value, count + counts.get(value)!] as const);
  const other = a.other + b.other;
  const sketch = merged(a.sketch, b.sketch);
  return {
    ...a,
    distinct: distinctTexts({ values, other, sketch }),
    sketch,
    values,
    other,
    lengths:
      a.lengths && b.lengths
        ? {
            min: Math.min(a.lengths.min, b.lengths.min),
            max: Math.max(a.lengths.max, b.lengths.max),
            sum: a.lengths.sum + b.lengths.sum,
          }
        : (a.lengths ?? b.lengths),
    typeCounts: addCounts(a.typeCounts, b.typeCounts),
  };
}

/** Keys in one order, whichever side had them first. */
function addCounts(a: CategoricalProfile['typeCounts'], b: CategoricalProfile['typeCounts']) {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}

const merged = (a: string, b: string) => encodeSketch(mergeSketches(decodeSketch(a), decodeSketch(b)));

const isSame = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);
