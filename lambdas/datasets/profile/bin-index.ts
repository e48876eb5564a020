/** Finds the bin of a number in a few nanoseconds: a table of equal cells leads to the few edges that matter. */

const CELLS = 4096;
/** Up to so many edges in a cell are tried one after the other: the processor foresees that better than halving. */
const WALK = 8;
/** Edges left out at either end when the table's range is chosen: those of the tails lie far out and would coarsen it. */
const TAIL_EDGES = 3;

/**
 * Right-closed bins: bin i holds (edge[i-1], edge[i]], the first from -∞ and the last to +∞.
 * Two numbers' cells are in the order of the numbers, whatever the rounding, so the answer is exact.
 */
export class BinIndex {
  /** Ascending, without repetition. */
  readonly edges: Float64Array;
  readonly #low: number;
  readonly #cellsPerUnit: number;
  /** For each cell the first bin that a number in it can be in; one more entry for the end of the last cell. */
  readonly #firstBin: Uint16Array;

  constructor(edges: readonly number[]) {
    this.edges = Float64Array.from(edges);
    const skipped = edges.length > 4 * TAIL_EDGES ? TAIL_EDGES : 0;
    this.#low = edges[skipped] ?? 0;
    const cellsPerUnit = CELLS / ((edges[edges.length - 1 - skipped] ?? 0) - this.#low);
    this.#cellsPerUnit = Number.isFinite(cellsPerUnit) ? cellsPerUnit : 0;
    this.#firstBin = new Uint16Array(CELLS + 2).fill(edges.length);
    for (let bin = 0, cell = 0; bin < edges.length; bin++) {
      for (const last = this.#cellOf(edges[bin]!); cell <= last; cell++) this.#firstBin[cell] = bin;
    }
  }

  /** Writes the bin of each of the first `count` finite numbers. */
  find(numbers: Float64Array, count: number, bins: Uint16Array): void {
    const edges = this.edges;
    const low = this.#low;
    const cellsPerUnit = this.#cellsPerUnit;
    const firstBin = this.#firstBin;
    for (let i = 0; i < count; i++) {
      const x = numbers[i]!;
      const cell = Math.min(Math.max((x - low) * cellsPerUnit, 0), CELLS) | 0;
      let bin = firstBin[cell]!;
      let end = firstBin[cell + 1]!;
      while (end - bin > WALK) {
        const middle = (bin + end) >> 1;
        if (x <= edges[middle]!) end = middle;
        else bin = middle + 1;
      }
      while (bin < end && x > edges[bin]!) bin++;
      bins[i] = bin;
    }
  }

  #cellOf(x: number): number {
    return Math.min(Math.max((x - this.#low) * this.#cellsPerUnit, 0), CELLS) | 0;
  }
}
