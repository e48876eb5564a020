/** How often each text of some columns comes, all columns in one scan of the table. */
import { identifier } from '../../shared/duckdb.ts';

/**
 * Columns of one scan. Of a wide table each scan looks through the descriptions of all column chunks; DuckDB holds the
 * groups of so many columns at once and spills what does not fit.
 */
export const COLUMNS_AT_ONCE = 16;

/**
 * Query with `place` (INTEGER, which of the columns), `text` (VARCHAR, NULL for rows without) and `rows` (BIGINT), a row
 * for each distinct text of each column.
 * @param columns names, at most `COLUMNS_AT_ONCE`.
 */
export function groupTexts(table: string, columns: readonly string[]): string {
  const texts = columns.map((name, place) => `CAST(${identifier(name)} AS VARCHAR) AS t${place}`);
  const names = columns.map((_, place) => `t${place}`);
  const sets = names.map((name) => `(${name})`);
  // 1 in the bit of every column that the set leaves out, the first column's bit the highest
  const places = columns.map((_, place) => {
    const id = 2 ** columns.length - 1 - 2 ** (columns.length - 1 - place);
    return `WHEN ${id} THEN ${place}`;
  });
  return `SELECT CASE GROUPING_ID(${names.join(', ')}) ${places.join(' ')} END AS place,
      coalesce(${names.join(', ')}) AS text, count(*) AS rows
    FROM (SELECT ${texts.join(', ')} FROM ${table}) GROUP BY GROUPING SETS (${sets.join(', ')})`;
}

/** Parts of a list, of at most so many items. */
export function* parts<Item>(items: readonly Item[], size: number): Iterable<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
