/**
 * Rows that a later row replaces: of rows with the same key and event time (the same key where no event time is
 * declared) one stays, the last by order of upload, then of path, then of row. The others are dropped rows of the
 * version: listed beside it, so that whoever reads its files leaves them out without comparing anything again.
 *
 * A row without key, or without the event time that is declared, is nobody's duplicate.
 */
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { type Example, MAXIMUM_EXAMPLES, type Offence } from '../checks/fact-types.ts';
import { createFileNumbers, type NumberedFiles, parquet } from './row-hashes.ts';

export interface FindDuplicatesOptions {
  /** Parquet files by `writeRowHashes`, of all files of the upload. */
  readonly own: readonly string[];
  /** The upload's files in order of path, as `file` in those numbers them, with their paths in the version to be. */
  readonly files: NumberedFiles;
  /** The version that the upload adds to: its index files (`writeIndex`) and its dropped rows. @default - none */
  readonly head?: { readonly indexes: readonly string[]; readonly dropped?: string };
  /** Local path for the dropped rows. */
  readonly to: string;
}

export interface Duplicates {
  /** Rows of the upload that equal an earlier one in every column. */
  readonly duplicateRows: number;
  /** Identities (key and event time) that more than one row of the upload has. */
  readonly repeatedIds: number;
  /**
   * Rows of the upload that repeat a value of a column that is declared unique, by column; only such columns. Earlier
   * are the head's rows, then those of the upload in order. Dropped rows repeat nothing: the version is without them.
   */
  readonly repeatedValues: Readonly<Record<string, Offence>>;
  /** Dropped rows of the version to be: the head's, and those that are new. */
  readonly droppedRows: number;
  /** Of these, rows of the upload itself. */
  readonly ownDroppedRows: number;
  /** Rows of the head that the upload replaces. */
  readonly supersededRows: number;
  /** Whether rows of the head are replaced, so that its profile is not part of the new one any more. */
  readonly supersedesHead: boolean;
  /** Parquet file with `path` VARCHAR and `row` BIGINT (from 1, header excluded), in that order; absent without any. */
  readonly dropped?: string;
}

/** Finds the dropped rows of the version that an upload would become. Reads hashes only. */
export async function findDuplicates(
  database: DuckDb,
  { own, files, head, to }: FindDuplicatesOptions,
): Promise<Duplicates> {
  await createFileNumbers(database, files);
  const ownRows = parquet(own);
  const counts = await database.row<{ duplicateRows: number }>(
    `SELECT count(*) - count(DISTINCT row_hash) AS "duplicateRows" FROM ${ownRows}`,
  );
  // only identities that come more than once are ranked: a sort of all rows would be many times as much
  await database.run(
    `CREATE OR REPLACE TABLE repeated_ids AS SELECT id_hash FROM ${ownRows} WHERE id_hash IS NOT NULL
     GROUP BY 1 HAVING count(*) > 1`,
  );
  await database.run(
    `CREATE OR REPLACE TABLE dropped_rows AS
     SELECT n.path, ranked.row, 'own' AS origin, ranked.file FROM (
       SELECT file, row FROM ${ownRows} WHERE id_hash IN (SELECT id_hash FROM repeated_ids)
       QUALIFY row_number() OVER (PARTITION BY id_hash ORDER BY file DESC, row DESC) > 1
     ) AS ranked JOIN file_numbers AS n ON n.index = ranked.file`,
  );
  if (head) await dropOfHead(database, ownRows, head);
  const { repeatedIds, ...dropped } = await database.row<
    Pick<Duplicates, 'droppedRows' | 'ownDroppedRows' | 'supersededRows' | 'repeatedIds'>
  >(
    `SELECT count(*) AS "droppedRows", count(*) FILTER (origin = 'own') AS "ownDroppedRows",
       count(*) FILTER (origin = 'superseded') AS "supersededRows",
       (SELECT count(*) FROM repeated_ids) AS "repeatedIds" FROM dropped_rows`,
  );
  if (dropped.droppedRows > 0) {
    await database.run(
      `COPY (SELECT path, row FROM dropped_rows ORDER BY path, row) TO ${literal(to)} (FORMAT parquet)`,
    );
  }
  const repeatedValues = await findRepeatedValues(database, ownRows, head?.indexes ?? []);
  for (const table of ['repeated_ids', 'dropped_rows', 'file_numbers'])
    await database.run(`DROP TABLE ${table}`);
  return {
    ...counts,
    repeatedValues,
    ...dropped,
    repeatedIds,
    supersedesHead: dropped.supersededRows > 0,
    dropped: dropped.droppedRows > 0 ? to : undefined,
  };
}

/**
 * Exact over all rows of the version to be, by hashes of 128 bits. What grows with the rows is grouped by DuckDB, which
 * spills to disk; needs the table `dropped_rows`.
 */
async function findRepeatedValues(
  database: DuckDb,
  ownRows: string,
  headIndexes: readonly string[],
): Promise<Record<string, Offence>> {
  const columns = await database.rows<{ name: string }>(
    `SELECT unnest(map_keys(unique_hashes)) AS name FROM (
       SELECT unique_hashes FROM ${ownRows} WHERE unique_hashes IS NOT NULL LIMIT 1) ORDER BY 1`,
  );
  const found: Record<string, Offence> = {};
  for (const { name } of columns) {
    const value = `unique_hashes[${literal(name)}]`;
    const own = `(SELECT ${value} AS value, file, row FROM ${ownRows} AS o WHERE ${value} IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM dropped_rows AS d WHERE d.file = o.file AND d.row = o.row))`;
    const head =
      headIndexes.length === 0
        ? '(SELECT CAST(NULL AS UUID) AS value WHERE false)'
        : `(SELECT ${value} AS value FROM ${parquet(headIndexes)} AS i WHERE ${value} IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM dropped_rows AS d WHERE d.path = i.path AND d.row = i.row AND d.origin <> 'own'))`;
    // few values come more than once: only rows of these are ranked
    await database.run(
      `CREATE OR REPLACE TABLE repeated_values AS
       SELECT value, bool_or(is_head) AS is_head FROM (
         SELECT value, count(*) AS rows, false AS is_head FROM ${own} GROUP BY value
         UNION ALL SELECT DISTINCT value, 1, true FROM ${head}
       ) GROUP BY value HAVING sum(rows) > 1`,
    );
    const { rows } = await database.row<{ rows: number }>(
      `SELECT count(*) - count(DISTINCT value) FILTER (NOT is_head) AS rows FROM ${own} JOIN repeated_values USING (value)`,
    );
    const examples =
      rows === 0
        ? []
        : await database.rows<Example>(
            `SELECT file, row FROM ${own} JOIN repeated_values USING (value)
             QUALIFY is_head OR row_number() OVER (PARTITION BY value ORDER BY file, row) > 1
             ORDER BY file, row LIMIT ${MAXIMUM_EXAMPLES}`,
          );
    found[name] = { rows, examples };
  }
  await database.run('DROP TABLE IF EXISTS repeated_values');
  return found;
}

/** Adds the head's dropped rows, and its other rows that the upload replaces. */
async function dropOfHead(
  database: DuckDb,
  ownRows: string,
  { indexes, dropped }: NonNullable<FindDuplicatesOptions['head']>,
): Promise<void> {
  if (dropped !== undefined) {
    await database.run(`INSERT INTO dropped_rows SELECT path, row, 'head', NULL FROM ${parquet([dropped])}`);
  }
  if (indexes.length === 0) return;
  await database.run(
    `INSERT INTO dropped_rows SELECT DISTINCT path, row, 'superseded', NULL FROM ${parquet(indexes)} AS i
     WHERE id_hash IN (SELECT id_hash FROM ${ownRows} WHERE id_hash IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM dropped_rows AS d WHERE d.origin = 'head' AND d.path = i.path AND d.row = i.row)`,
  );
}

/**
 * Takes the dropped rows out of the table `data`.
 * @param dropped by `findDuplicates`.
 */
export async function deleteDroppedRows(
  database: DuckDb,
  dropped: string,
  files: NumberedFiles,
): Promise<void> {
  await createFileNumbers(database, files);
  await database.run(
    `DELETE FROM data USING (
       SELECT n.index, d.row FROM ${parquet([dropped])} AS d JOIN file_numbers AS n ON n.path = d.path
     ) AS gone WHERE data.__file = gone.index AND data.__row = gone.row`,
  );
}
