/** Whole columns of numbers as typed arrays. */
import type { DuckDb } from './duckdb.ts';

/**
 * @param sql selects columns of type DOUBLE, without NULL.
 * @returns an array for each of its columns, as long as the rows.
 */
export async function readDoubles(database: DuckDb, sql: string, columns: number): Promise<Float64Array[]> {
  const values = Array.from({ length: columns }, () => new Float64Array(2048));
  let rows = 0;
  for await (const chunk of database.numbers(sql)) {
    for (const [index, column] of chunk.columns.entries()) {
      let into = values[index]!;
      if (rows + chunk.rowCount > into.length) {
        into = new Float64Array(2 * into.length);
        into.set(values[index]!);
        values[index] = into;
      }
      for (let row = 0; row < chunk.rowCount; row++) into[rows + row] = column.getItem(row)!;
    }
    rows += chunk.rowCount;
  }
  return values.map((column) => column.subarray(0, rows));
}
