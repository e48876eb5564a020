/** Counts the numbers of one column in one pass, chunk by chunk: bins, moments, range, distinct values. */
import type { NumberColumn } from '../../shared/duckdb.ts';
import { BinIndex } from './bin-index.ts';
import { addNumbers, emptySketch, encodeSketch } from './distinct-sketch.ts';
import type { GridCounts, Range } from './measures.ts';
import { compensatedSum, type Moments, mergeMoments, momentsOf, NO_MOMENTS, saturated } from './moments.ts';

/** DuckDB's chunks have no more rows. */
const CHUNK_ROWS = 2048;

export interface NumberCounterOptions {
  readonly edges: readonly number[];
  readonly range: { readonly min: number; readonly max: number };
}

/**
 * NaN stands for a missing value too, so that a chunk needs no second look for NULL: whoever knows the missing ones
 * takes them off `notNumbers`.
 */
export class NumberCounter {
  notNumbers = 0;
  infinite = 0;
  negativeInfinite = 0;
  zeros = 0;
  negatives = 0;
  /** Numbers that are not in `range`. */
  outside = 0;
  readonly #range: NumberCounterOptions['range'];
  readonly #index: BinIndex;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #sumsLow: Float64Array;
  readonly #sketch = emptySketch();
  readonly #values = new Float64Array(CHUNK_ROWS);
  readonly #words = new Uint32Array(this.#values.buffer);
  readonly #bins = new Uint16Array(CHUNK_ROWS);
  #moments: Moments = NO_MOMENTS;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor({ edges, range }: NumberCounterOptions) {
    this.#range = range;
    this.#index = new BinIndex(edges);
    this.#counts = new Float64Array(edges.length + 1);
    this.#sums = new Float64Array(edges.length + 1);
    this.#sumsLow = new Float64Array(edges.length + 1);
  }

  add(column: NumberColumn, rowCount: number): void {
    const count = this.#take(column, rowCount);
    if (count === 0) return;
    this.#countBins(count);
    this.#moments = mergeMoments(this.#moments, momentsOf(this.#values, count));
    addNumbers(this.#sketch, this.#words, count);
  }

  get moments(): Moments {
    return this.#moments;
  }

  /** Undefined without a finite number. */
  get range(): Range | undefined {
    return this.#moments.n === 0 ? undefined : { min: this.#min, max: this.#max };
  }

  get sketch(): string {
    return encodeSketch(this.#sketch);
  }

  get grid(): GridCounts {
    return {
      counts: [...this.#counts],
      sums: Array.from(this.#sums, (sum, bin) => saturated(sum, this.#sumsLow[bin]!)),
      sum: compensatedSum([...this.#sums, ...this.#sumsLow]),
    };
  }

  /** Keeps the finite numbers of a chunk, and says how many there are. */
  #take(column: NumberColumn, rowCount: number): number {
    const values = this.#values;
    let count = 0;
    let zeros = 0;
    let negatives = 0;
    let outside = 0;
    const { min: lower, max: upper } = this.#range;
    let min = this.#min;
    let max = this.#max;
    for (let row = 0; row < rowCount; row++) {
      // adding 0 makes 0 of -0, which is the same value
      const value = (column.getItem(row) as number) + 0;
      // the difference is 0 for finite numbers only
      if (value - value !== 0) {
        this.#countSpecial(value);
        continue;
      }
      values[count++] = value;
      if (value <= 0) {
        if (value === 0) zeros++;
        else negatives++;
      }
      if (value < lower || value > upper) outside++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.zeros += zeros;
    this.negatives += negatives;
    this.outside += outside;
    this.#min = min;
    this.#max = max;
    return count;
  }

  #countSpecial(value: number): void {
    if (Number.isNaN(value)) this.notNumbers++;
    else {
      this.infinite++;
      if (value < 0) this.negativeInfinite++;
    }
  }

  #countBins(count: number): void {
    const values = this.#values;
    const bins = this.#bins;
    const counts = this.#counts;
    const sums = this.#sums;
    const sumsLow = this.#sumsLow;
    this.#index.find(values, count, bins);
    for (let i = 0; i < count; i++) {
      const bin = bins[i]!;
      counts[bin]!++;
      // `twoSum`, written out: this line runs for every value
      const value = values[i]!;
      const before = sums[bin]!;
      const sum = before + value;
      const part = sum - before;
      sumsLow[bin]! += before - (sum - part) + (value - part);
      sums[bin] = sum;
    }
  }
}
