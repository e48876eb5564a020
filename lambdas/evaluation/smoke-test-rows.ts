/** Picks the holdout rows that a rollout replays. */
import type { SmokeTest } from './contract.ts';

/** Row numbers spread evenly over the holdout, first row included; all rows when there are fewer than asked for. */
export function smokeTestRows(holdoutRows: number, count: number): number[] {
  const wanted = Math.min(count, holdoutRows);
  return Array.from({ length: wanted }, (_, i) => Math.floor((i * holdoutRows) / wanted));
}

/** The document for these rows. @param lines the CSV line of each row of `rows`, in order. */
export function makeSmokeTest(
  run: string,
  rows: readonly number[],
  { lines, scores }: { readonly lines: readonly string[]; readonly scores: Float64Array },
): SmokeTest {
  return {
    format: 1,
    run,
    contentType: 'text/csv',
    rows: rows.map((row, i) => ({ row, request: lines[i]!, score: scores[row]! })),
  };
}
