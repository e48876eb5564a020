/**
 * Hashes that tell rows apart without their values: by key, by key and event time, and by content.
 *
 * Keys and identities are the 128 bits of MD5 over canonical text: stable across engines and versions of DuckDB, so that
 * an index that was written years ago can be compared with. Two different keys meet by chance with a probability of
 * about n^2 / 2^129 (1e-21 for 1e9 rows), so equal hashes are taken to be equal keys. Somebody who makes two keys
 * collide on purpose could as well have uploaded one key twice. `row_hash` is DuckDB's own 64-bit hash, not stable
 * across its versions: good for counting duplicates within one scan, and never stored.
 */
import { digestOf } from '../../shared/digest.ts';
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';

/** Raised when the text that is hashed changes, so that no old index is taken for a new one. */
const INDEX_FORMAT = 1;

type Identity = Pick<DatasetSettings, 'key' | 'eventTime'> & Partial<Pick<DatasetSettings, 'columns'>>;

/** A file of an upload or version, as `data.__file` numbers it. */
export interface NumberedFile {
  readonly index: number;
  /** Under which the version has it. */
  readonly path: string;
}

/** Files, or a query that gives them as `index` and `path`: there may be more than memory should hold. */
export type NumberedFiles = Iterable<NumberedFile> | { readonly query: string };

/**
 * Writes one row for each row of the table `data` (or of another with its columns), as Parquet: `key_hash` UUID (NULL without a key), `id_hash` UUID
 * (NULL unless the row can be told from others by its key and, when one is declared, its event time), `row_hash`
 * UBIGINT, `unique_hashes` MAP(VARCHAR, UUID) (the values of the columns that are declared unique, by column; NULL
 * without any), `file` INTEGER and `row` BIGINT (`__file` and `__row`).
 */
export async function writeRowHashes(
  database: DuckDb,
  settings: Identity,
  schema: DatasetSchema,
  file: string,
  table = 'data',
): Promise<void> {
  const names = schema.columns.map(({ name }) => identifier(name)).join(', ');
  await database.run(
    `COPY (SELECT ${keyHash(settings, schema)} AS key_hash, ${identityHash(settings, schema)} AS id_hash,
       hash(${names || 'NULL'}) AS row_hash, ${uniqueHashes(settings, schema)} AS unique_hashes, __file AS file, __row AS row FROM ${table}) TO ${literal(file)} (FORMAT parquet)`,
  );
}

/**
 * Writes the index of an upload that became part of a version: `key_hash`, `id_hash`, `path`, `row` and, where columns are
 * declared unique, `unique_hashes` of each row; without such columns only of rows with a key. Appends are compared with
 * it without reading the files again, and erasure finds keys by it.
 * @param hashes Parquet files by `writeRowHashes`.
 */
export async function writeIndex(
  database: DuckDb,
  {
    hashes,
    files,
    to,
  }: { readonly hashes: readonly string[]; readonly files: NumberedFiles; readonly to: string },
): Promise<void> {
  await createFileNumbers(database, files);
  await database.run(
    `COPY (SELECT h.key_hash, h.id_hash, n.path, h.row, h.unique_hashes FROM ${parquet(hashes)} AS h
       JOIN file_numbers AS n ON n.index = h.file
       WHERE h.key_hash IS NOT NULL OR h.unique_hashes IS NOT NULL) TO ${literal(to)} (FORMAT parquet)`,
  );
}

/**
 * Digest of what the hashes of a schema's rows depend on: indexes with different ones cannot be compared. Undefined
 * when the schema has neither a key column nor one that is declared unique, and so no index.
 */
export function indexDigest(settings: Identity, schema: DatasetSchema): string | undefined {
  const key = keyColumn(settings, schema);
  const unique = uniqueColumns(settings, schema);
  if (!key && unique.length === 0) return undefined;
  const eventTime = eventTimeColumn(settings, schema);
  return digestOf({
    format: INDEX_FORMAT,
    key: key?.name,
    keyType: key?.type,
    eventTime: eventTime?.name,
    eventTimeType: eventTime?.type,
    unique: unique.length === 0 ? undefined : unique.map(({ name, type }) => [name, type]),
  }).slice(0, 16);
}

/** Columns of the schema that are declared unique. */
export function uniqueColumns({ columns = [] }: Identity, schema: DatasetSchema): readonly SchemaColumn[] {
  return schema.columns.filter(({ name }) => columns.some((column) => column.unique && column.name === name));
}

/** SQL for the hash of a key that is given as text in canonical form. */
export const textKeyHash = (text: string) => `CAST(md5(${text}) AS UUID)`;

/** Table expression over Parquet files that may have been written with fewer columns. */
export const parquet = (files: readonly string[]) => `read_parquet([${files.map(literal).join(', ')}])`;

/** Creates the table `file_numbers` (`index`, `path`). */
export async function createFileNumbers(database: DuckDb, files: NumberedFiles): Promise<void> {
  if ('query' in files) {
    await database.run(
      `CREATE OR REPLACE TABLE file_numbers AS SELECT CAST(index AS INTEGER) AS index, path FROM (${files.query})`,
    );
    return;
  }
  await database.run('CREATE OR REPLACE TABLE file_numbers (index INTEGER, path VARCHAR)');
  let values: string[] = [];
  const flush = async () => {
    if (values.length > 0) await database.run(`INSERT INTO file_numbers VALUES ${values.join(', ')}`);
    values = [];
  };
  for (const { index, path } of files) {
    values.push(`(${index}, ${literal(path)})`);
    if (values.length === 1000) await flush();
  }
  await flush();
}

function keyHash(settings: Identity, schema: DatasetSchema): string {
  const key = keyColumn(settings, schema);
  return key ? textKeyHash(textOf(key)) : 'CAST(NULL AS UUID)';
}

function uniqueHashes(settings: Identity, schema: DatasetSchema): string {
  const unique = uniqueColumns(settings, schema);
  if (unique.length === 0) return 'CAST(NULL AS MAP(VARCHAR, UUID))';
  const entries = unique.map((column) => `${literal(column.name)}: ${textKeyHash(textOf(column))}`);
  return `MAP {${entries.join(', ')}}`;
}

function identityHash(settings: Identity, schema: DatasetSchema): string {
  const key = keyColumn(settings, schema);
  if (!key) return 'CAST(NULL AS UUID)';
  const eventTime = eventTimeColumn(settings, schema);
  if (!eventTime) return textKeyHash(textOf(key));
  const time =
    eventTime.type === 'timestamp'
      ? `CAST(epoch_us(${identifier(eventTime.name)}) AS VARCHAR)`
      : textOf(eventTime);
  // the length says where the key ends; `||` is NULL when either part is
  return textKeyHash(`CAST(length(${textOf(key)}) AS VARCHAR) || ':' || ${textOf(key)} || ${time}`);
}

/** A value's canonical text: what DuckDB writes for the typed value. */
const textOf = ({ name }: SchemaColumn) => `CAST(${identifier(name)} AS VARCHAR)`;

function keyColumn({ key }: Identity, schema: DatasetSchema): SchemaColumn | undefined {
  return schema.columns.find(({ name }) => name === key);
}

function eventTimeColumn({ eventTime }: Identity, schema: DatasetSchema): SchemaColumn | undefined {
  return schema.columns.find(({ name }) => name === eventTime);
}
