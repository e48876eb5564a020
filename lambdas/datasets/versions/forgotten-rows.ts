/** Takes the rows of forgotten keys out of tables. Apart from their list, which functions without DuckDB read, too. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { ColumnType, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import { fromText } from '../schema/typed-columns.ts';
import type { Tombstones } from './tombstones.ts';

const HASHES_PER_STATEMENT = 10_000;

/** SQL for the canonical text of a key that is given as text: as DuckDB writes the typed value, NULL when it is none. */
export const canonicalKey = (text: string, type: ColumnType) => `CAST(${fromText(text, type)} AS VARCHAR)`;

/** Creates the table `forgotten` that `isForgotten` asks; empty without tombstones. */
export async function createForgotten(database: DuckDb, tombstones: Tombstones | undefined): Promise<void> {
  await database.run('CREATE OR REPLACE TABLE forgotten (hash VARCHAR)');
  const hashes = tombstones?.hashes ?? [];
  for (let at = 0; at < hashes.length; at += HASHES_PER_STATEMENT) {
    const list = hashes
      .slice(at, at + HASHES_PER_STATEMENT)
      .map(literal)
      .join(', ');
    await database.run(`INSERT INTO forgotten SELECT unnest([${list}])`);
  }
}

/**
 * SQL that holds for a key on the list; needs the table `forgotten`. False without tombstones, and for a missing key.
 * @param text SQL for the key's canonical text.
 */
export function isForgotten(tombstones: Tombstones | undefined, text: string): string {
  if (!tombstones) return 'false';
  return `coalesce(sha256(${literal(`${tombstones.salt}:`)} || ${text}) IN (SELECT hash FROM forgotten), false)`;
}

/**
 * Takes the rows of forgotten keys out of the table `data`.
 * @returns how many; 0 where the schema has no key column.
 */
export async function eraseRows(
  database: DuckDb,
  { key }: Pick<DatasetSettings, 'key'>,
  schema: DatasetSchema,
  tombstones: Tombstones | undefined,
): Promise<number> {
  if (!tombstones || key === undefined || !schema.columns.some(({ name }) => name === key)) return 0;
  await createForgotten(database, tombstones);
  const forgotten = isForgotten(tombstones, `CAST(${identifier(key)} AS VARCHAR)`);
  const [deleted] = await database.rows<{ Count: number }>(`DELETE FROM data WHERE ${forgotten}`);
  return deleted?.Count ?? 0;
}
