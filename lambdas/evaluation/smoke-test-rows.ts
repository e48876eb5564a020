/** Picks the holdout rows that a rollout replays. */
/** Row numbers spread evenly over the holdout, first row included; all rows when there are fewer than asked for. */
export function smokeTestRows(holdoutRows: number, count: number): number[] {
  const wanted = Math.min(count, holdoutRows);
  return Array.from({ length: wanted }, (_, i) => Math.floor((i * holdoutRows) / wanted));
}
