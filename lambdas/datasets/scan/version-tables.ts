/**
 * Files of an upload and of the version that it adds to, as DuckDB tables: which contents are new, under which paths the
 * version to be has them, and its manifest in order of path. DuckDB sorts text by UTF-8 bytes, as S3 does, and spills
 * what does not fit, so memory does not grow with the number of files.
 */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import type { ManifestFile, ScannedCopy, ScannedFile } from '../contract.ts';
import type { NumberedFiles } from '../versions/row-hashes.ts';
import { PositionSet } from './position-set.ts';

const FILE_COLUMNS = {
  index: 'INTEGER',
  path: 'VARCHAR',
  key: 'VARCHAR',
  versionId: 'VARCHAR',
  size: 'BIGINT',
  etag: 'VARCHAR',
  lastModified: 'VARCHAR',
  sha256: 'VARCHAR',
  chunkSize: 'BIGINT',
  rows: 'BIGINT',
} as const;
const MANIFEST_COLUMNS = ['path', 'size', 'sha256', 'chunkSize', 'rows'] as const;
/** Digits of its hash that a name gets when its path is taken, and more of them when that is taken, too. */
const SUFFIX_DIGITS = [8, 16, 64];

/** Writes the files of a version to a local file, for `createHeadFiles`. */
export async function writeHeadFiles(file: string, files: AsyncIterable<ManifestFile>): Promise<void> {
  const lines = await LineWriter.open(file);
  try {
    for await (const line of files) await lines.add(line);
  } finally {
    await lines.close();
  }
}

/** Creates the table `head_files` from JSON Lines of `ManifestFile`; empty without. */
export async function createHeadFiles(database: DuckDb, file?: string): Promise<void> {
  await createFromLines(database, 'head_files', MANIFEST_COLUMNS, file);
}

/**
 * Creates the table `own_files` from JSON Lines of `ScannedFile`, one for each file that was read, with `target`: its
 * path in the version to be, or NULL where the version has the content already.
 * @param adds whether the files of `head_files` stay beside them. A content that is there adds nothing; another content
 * under a path that is taken gets a path of its own, `name@<digits of its hash>.ending`.
 */
export async function createOwnFiles(database: DuckDb, file: string, adds: boolean): Promise<void> {
  await createFromLines(
    database,
    'own_files',
    Object.keys(FILE_COLUMNS) as (keyof typeof FILE_COLUMNS)[],
    file,
  );
  await database.run('ALTER TABLE own_files ADD COLUMN target VARCHAR; UPDATE own_files SET target = path');
  if (!adds) return;
  await database.run(
    `UPDATE own_files SET target = NULL WHERE EXISTS
       (SELECT 1 FROM head_files AS h WHERE h.sha256 = own_files.sha256 AND h.size = own_files.size)`,
  );
  for (const digits of SUFFIX_DIGITS) await renameTaken(database, digits);
}

/** All that says the format of a file: `.csv.gz`. */
const ENDING = String.raw`regexp_extract(path, '\.[A-Za-z0-9]+(\.(gz|zst))?$', 0, 'i')`;

async function renameTaken(database: DuckDb, digits: number): Promise<void> {
  await database.run(
    `UPDATE own_files SET target =
       left(path, length(path) - length(${ENDING})) || '@' || left(sha256, ${digits}) || ${ENDING}
     WHERE target IN (SELECT path FROM head_files) OR (target <> path AND target IN (
       SELECT target FROM own_files WHERE target IS NOT NULL GROUP BY target HAVING count(*) > 1))`,
  );
}

/** Whether any file has a content that the version does not have. */
export async function hasNewContent(database: DuckDb): Promise<boolean> {
  const { isNew } = await database.row<{ isNew: boolean }>(
    'SELECT count(target) > 0 OR count(*) = 0 AS "isNew" FROM own_files',
  );
  return isNew;
}

/** Positions of the files whose content the version has already. */
export async function knownContents(database: DuckDb): Promise<PositionSet> {
  const known = new PositionSet();
  for await (const [indexes] of database.chunks('SELECT index FROM own_files WHERE target IS NULL')) {
    for (const index of indexes!) known.add(index as number);
  }
  return known;
}

/** The upload's files with their paths in the version to be. */
export const NUMBERED_FILES: NumberedFiles = {
  query: 'SELECT index, target AS path FROM own_files WHERE target IS NOT NULL',
};

/** Files of the version to be, in order of path. */
export function versionFiles(database: DuckDb, adds: boolean): AsyncIterable<ManifestFile> {
  const own = 'SELECT target AS path, size, sha256, chunkSize, rows FROM own_files WHERE target IS NOT NULL';
  const head = `SELECT ${MANIFEST_COLUMNS.join(', ')} FROM head_files`;
  return streamRows(database, `SELECT * FROM (${adds ? `${own} UNION ALL ${head}` : own}) ORDER BY path`, [
    ...MANIFEST_COLUMNS,
  ]);
}

/** Files that the upload adds, in order of the version's paths. */
export function addedFiles(database: DuckDb): AsyncIterable<ScannedFile> {
  const names = Object.keys(FILE_COLUMNS) as (keyof typeof FILE_COLUMNS)[];
  const columns = names.map((name) => (name === 'path' ? 'target AS path' : name));
  return streamRows(
    database,
    `SELECT ${columns.join(', ')} FROM own_files WHERE target IS NOT NULL ORDER BY target`,
    names,
  );
}

/** What has to be copied, each content once: what the head has is under `objects/`. */
export function missingCopies(database: DuckDb): AsyncIterable<ScannedCopy> {
  const names = ['key', 'versionId', 'size', 'sha256', 'chunkSize'] as const;
  return streamRows(
    database,
    `SELECT ${names.join(', ')} FROM own_files WHERE sha256 NOT IN (SELECT sha256 FROM head_files)
     QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY index) = 1 ORDER BY index`,
    names,
  );
}

async function createFromLines(
  database: DuckDb,
  table: string,
  names: readonly (keyof typeof FILE_COLUMNS)[],
  file?: string,
): Promise<void> {
  const columns = names.map((name) => `${identifier(name)} ${FILE_COLUMNS[name]}`).join(', ');
  await database.run(`CREATE OR REPLACE TABLE ${table} (${columns})`);
  if (file === undefined) return;
  const types = names.map((name) => `${identifier(name)}: '${FILE_COLUMNS[name]}'`).join(', ');
  await database.run(
    `INSERT INTO ${table} SELECT * FROM read_json(${literal(file)}, format = 'newline_delimited', columns = {${types}})`,
  );
}

/** Rows as objects, a chunk at a time; what is NULL is absent. */
async function* streamRows<Row>(
  database: DuckDb,
  sql: string,
  names: readonly (keyof Row & string)[],
): AsyncIterable<Row> {
  for await (const columns of database.chunks(sql)) {
    for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
      const entries = names.flatMap((name, at) => {
        const value = columns[at]![row];
        if (value === null || value === undefined) return [];
        return [[name, typeof value === 'bigint' ? Number(value) : value]];
      });
      yield Object.fromEntries(entries) as Row;
    }
  }
}
