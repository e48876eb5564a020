/** Joins label records with captured requests: rows that a model can learn from. SQL only. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { featuresOf } from '../schema/schema.ts';
import { fromText } from '../schema/typed-columns.ts';

/** What became of the label records. */
export interface LabelledCounts {
  readonly labelled: number;
  readonly added: number;
  /** The request was not captured, or its capture is not there. */
  readonly withoutCapture: number;
  /** The record has no key of the key column's type, though the dataset has such a column. */
  readonly withoutKey: number;
  /** A row with this key came by an upload, or is labelled later under another inference id. */
  readonly knownKey: number;
}

/** Table of the keys of `joined` that rows of uploads have. */
const KNOWN_KEYS = 'known_keys';

/** Creates the empty table `served`: captured features as text under the dataset's names. */
export async function createServed(database: DuckDb, schema: DatasetSchema): Promise<void> {
  const features = featuresOf(schema).map(({ name }) => `, ${identifier(name)} VARCHAR`);
  await database.run(
    `CREATE OR REPLACE TABLE served (__inference_id VARCHAR, __row BIGINT${features.join('')})`,
  );
}

/** Adds the table `captured` to `served`; features that the model did not have stay NULL. */
export async function addServed(
  database: DuckDb,
  schema: DatasetSchema,
  captured: readonly string[],
): Promise<void> {
  const shared = featuresOf(schema).filter(({ name }) => captured.includes(name));
  const names = ['__inference_id', '__row', ...shared.map(({ name }) => identifier(name))].join(', ');
  await database.run(`INSERT INTO served (${names}) SELECT ${names} FROM captured`);
}

/**
 * Creates the table `joined`: a row for each label record, typed, in schema order, with `__inference_id`, `__row` and
 * what speaks against it behind. Needs `labels` and `served`.
 */
export async function joinLabelled(
  database: DuckDb,
  { key }: DatasetSettings,
  schema: DatasetSchema,
): Promise<void> {
  const columns = schema.columns.map((column) => `${columnValue(column)} AS ${identifier(column.name)}`);
  const keyColumn = schema.columns.find(({ name }) => name === key);
  const keyed = keyColumn ? `coalesce(CAST(${columnValue(keyColumn)} AS VARCHAR), '') <> ''` : 'true';
  // two versions that answered under one inference id: any one, but always the same
  const tieBreak = ['__row', ...featuresOf(schema).map(({ name }) => identifier(name))].join(', ');
  await database.run(`CREATE OR REPLACE TABLE joined AS
    SELECT ${columns.join(', ')}, l.inference_id AS __inference_id, l.row AS __row, l.labelled_at AS __labelled_at,
      s.__inference_id IS NOT NULL AS __captured, ${keyed} AS __keyed
    FROM labels AS l LEFT JOIN (
      SELECT * FROM served QUALIFY row_number() OVER (PARTITION BY __inference_id, __row ORDER BY ${tieBreak}) = 1
    ) AS s ON s.__inference_id = l.inference_id AND s.__row = l.row`);
  await database.run(
    key
      ? `CREATE OR REPLACE TABLE ${KNOWN_KEYS} AS SELECT ${identifier(key)} AS key FROM joined WHERE false`
      : `CREATE OR REPLACE TABLE ${KNOWN_KEYS} (key VARCHAR)`,
  );
}

/** Notes which keys of `joined` the rows of the table `data` have. May be called for one batch of rows after the other. */
export async function noteKnownKeys(database: DuckDb, { key }: DatasetSettings): Promise<void> {
  if (!key) return;
  const column = identifier(key);
  await database.run(
    `INSERT INTO ${KNOWN_KEYS} SELECT DISTINCT ${column} FROM data WHERE ${column} IN (SELECT ${column} FROM joined)`,
  );
}

/**
 * Creates the table `labelled` from `joined`: captured rows that the dataset does not have, each key once, as a file's
 * rows: the schema's columns, `__file` 0, and `__row` from 1 in the order that every run arrives at.
 * Needs `noteKnownKeys` for all rows that came by uploads.
 */
export async function selectLabelled(
  database: DuckDb,
  { key }: DatasetSettings,
  schema: DatasetSchema,
): Promise<LabelledCounts> {
  const names = schema.columns.map(({ name }) => identifier(name)).join(', ');
  const unknown = key
    ? `AND j.${identifier(key)} NOT IN (SELECT key FROM ${KNOWN_KEYS} WHERE key IS NOT NULL)
       QUALIFY row_number() OVER (PARTITION BY ${identifier(key)} ORDER BY __labelled_at DESC, __inference_id DESC, __row DESC) = 1`
    : '';
  await database.run(
    `CREATE OR REPLACE TABLE labelled AS
     SELECT ${names}, 0 AS __file, row_number() OVER (ORDER BY __inference_id, __request_row) AS __row FROM (
       SELECT *, __row AS __request_row FROM joined AS j WHERE __captured AND __keyed ${unknown}
     )`,
  );
  const counts = await database.row<Omit<LabelledCounts, 'knownKey'>>(
    `SELECT count(*) AS labelled, count(*) FILTER (NOT __captured) AS "withoutCapture",
       count(*) FILTER (__captured AND NOT __keyed) AS "withoutKey",
       (SELECT count(*) FROM labelled) AS added FROM joined`,
  );
  const { labelled, added, withoutCapture, withoutKey } = counts;
  return { ...counts, knownKey: labelled - added - withoutCapture - withoutKey };
}

/** Columns of `labelled` that are the dataset's, in schema order, rows in order. */
export function labelledSelect(schema: DatasetSchema): string {
  const names = schema.columns.map(({ name }) => identifier(name)).join(', ');
  return `SELECT ${names} FROM labelled ORDER BY __row`;
}

/** Captures hold only what the model was sent: everything else comes from the label record. */
function columnValue({ name, type, role }: SchemaColumn): string {
  switch (role) {
    case 'feature':
      return fromText(`s.${identifier(name)}`, type);
    case 'target':
      return fromText('CAST(l.label AS VARCHAR)', type);
    case 'key':
      return fromText('l.key', type);
    case 'event-time':
      return type === 'timestamp' ? 'l.event_time' : fromText('CAST(l.event_time AS VARCHAR)', type);
    case 'sensitive':
      return fromText(`json_extract_string(l.sensitive, ${literal(`$."${name}"`)})`, type);
    case 'ignored':
      return fromText('CAST(NULL AS VARCHAR)', type);
  }
}
