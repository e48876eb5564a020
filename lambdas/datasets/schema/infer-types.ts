/**
 * Types of a dataset that declares none, from all of its values: the first of integer, double, timestamp and boolean
 * that every value of a column is, else text. Evidence of parts merges, so parts may be looked at by many functions.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { ColumnType, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import { type InspectedFile, isReadable, type ReadableFile } from '../files/inspected-file.ts';
import { scanFiles, scanSignature } from '../files/scan-files.ts';
import { columnTypeOf, inferredRole, type SourceColumn } from './schema.ts';
import {
  byMacro,
  defineConversions,
  isPlainByMacro,
  isUnreadable,
  rawExpression,
  typedExpression,
} from './typed-columns.ts';

/** In the order in which a type is chosen. */
const CANDIDATES = ['integer', 'double', 'timestamp', 'boolean'] as const;
type Candidate = (typeof CANDIDATES)[number];

export interface ColumnEvidence {
  readonly name: string;
  /** Values that are there. */
  readonly values: number;
  /** How many of them are of each type. */
  readonly fits: Readonly<Record<Candidate, number>>;
  /** Objects and arrays: a column that has one is not read. */
  readonly nested: number;
}

/** Columns in the order in which the files first have them. */
export interface TypeEvidence {
  readonly columns: readonly ColumnEvidence[];
}

/** A native type of Parquet is what its writer meant: nothing narrower is looked for. */
const NATIVE: Readonly<Record<ColumnType, readonly Candidate[]>> = {
  integer: ['integer', 'double'],
  double: ['double'],
  timestamp: ['timestamp'],
  boolean: ['boolean'],
  string: [],
};

/** Looks at every value of the files, or of the first rows of each. */
export async function typeEvidence(
  database: DuckDb,
  files: readonly InspectedFile[],
  options: { readonly nullValues?: readonly string[]; readonly firstRows?: number } = {},
): Promise<TypeEvidence> {
  let evidence: TypeEvidence = { columns: [] };
  await defineConversions(database);
  const groups = new Map<string, ReadableFile[]>();
  for (const file of files.filter(isReadable)) {
    const signature = scanSignature(file);
    groups.set(signature, [...(groups.get(signature) ?? []), file]);
  }
  for (const group of groups.values()) {
    evidence = mergeTypeEvidence(evidence, await groupEvidence(database, group, options));
  }
  return evidence;
}

/** Evidence of both; associative, and the same in any order but for the order of columns. */
export function mergeTypeEvidence(a: TypeEvidence, b: TypeEvidence): TypeEvidence {
  const merged = new Map(a.columns.map((column) => [column.name, column]));
  for (const column of b.columns) {
    const other = merged.get(column.name);
    merged.set(column.name, other ? sum(other, column) : column);
  }
  return { columns: [...merged.values()] };
}

/**
 * The schema that evidence of all values speaks for. Columns that hold objects, arrays or bytes are not part of it, nor
 * is one whose name differs from an earlier one by case only: `headerClashes` refuses it.
 */
export function schemaOfEvidence({ columns }: TypeEvidence, settings: DatasetSettings): DatasetSchema {
  return {
    columns: distinctNames(columns)
      .filter(({ nested }) => nested === 0)
      .map((column) => {
        const type = typeOf(column);
        return { name: column.name, type, role: inferredRole(column.name, type, settings) };
      }),
  };
}

/** Schema from every value of the files. */
export async function inferSchema(
  database: DuckDb,
  files: readonly InspectedFile[],
  settings: DatasetSettings,
): Promise<DatasetSchema> {
  const { nullValues } = settings;
  return schemaOfEvidence(await typeEvidence(database, files, { nullValues }), settings);
}

/** The first of each name; DuckDB, Athena and Glue do not tell upper from lower case. */
export function distinctNames<Named extends { readonly name: string }>(columns: readonly Named[]): Named[] {
  const first = new Map<string, Named>();
  for (const column of columns) {
    const folded = column.name.toLowerCase();
    if (!first.has(folded)) first.set(folded, column);
  }
  return [...first.values()];
}

async function groupEvidence(
  database: DuckDb,
  group: readonly ReadableFile[],
  { nullValues, firstRows }: { readonly nullValues?: readonly string[]; readonly firstRows?: number },
): Promise<TypeEvidence> {
  const sources = group[0]!.columns.filter(({ sourceType, unread }) => !unread && !isUnreadable(sourceType));
  if (sources.length === 0) return { columns: [] };
  const scan = scanFiles(group, nullValues);
  const from = firstRows === undefined ? scan : `(SELECT * FROM ${scan} LIMIT ${firstRows})`;
  const counts = group[0]!.format === 'parquet' ? nativeCounts : textCounts;
  return { columns: await counts(database, sources, from) };
}

/** Columns of native types: a statement that counts them side by side. */
async function nativeCounts(
  database: DuckDb,
  sources: readonly SourceColumn[],
  from: string,
): Promise<ColumnEvidence[]> {
  const counts = await database.row<Record<string, number>>(
    `SELECT ${sources.map(nativeCount).join(', ')} FROM ${from}`,
  );
  return sources.map(({ name }, at) => {
    const fits = CANDIDATES.map((type) => [type, counts[`${type}${at}`]!]);
    return {
      name,
      values: counts[`values${at}`]!,
      fits: Object.fromEntries(fits) as ColumnEvidence['fits'],
      nested: 0,
    };
  });
}

function nativeCount(source: SourceColumn, at: number): string {
  const native = NATIVE[columnTypeOf(source.sourceType)];
  const fits = CANDIDATES.map((type) => {
    const fitting = native.includes(type) ? `count(${strictlyTyped(source, type)})` : 'CAST(0 AS BIGINT)';
    return `${fitting} AS "${type}${at}"`;
  });
  return [`count(${rawExpression(source)}) AS "values${at}"`, ...fits].join(', ');
}

/**
 * Columns of text, which are all looked at alike: as rows of name and value, because DuckDB takes half a minute to plan
 * a statement that asks 1,000 columns for each type.
 */
async function textCounts(
  database: DuckDb,
  sources: readonly SourceColumn[],
  from: string,
): Promise<ColumnEvidence[]> {
  const value: SourceColumn = { name: 'value', sourceType: sources[0]!.sourceType };
  const fits = CANDIDATES.map((type) => `count(${strictlyTyped(value, type)}) AS "${type}"`);
  const nested =
    value.sourceType === 'JSON'
      ? `count(*) FILTER (json_type(value) IN ('OBJECT', 'ARRAY'))`
      : 'CAST(0 AS BIGINT)';
  const columns = sources.map(({ name }) => identifier(name)).join(', ');
  const rows = await database.rows<{ name: string; values: number; nested: number } & ColumnEvidence['fits']>(
    `SELECT name, count(${rawExpression(value)}) AS values, ${fits.join(', ')}, ${nested} AS nested
     FROM (UNPIVOT (SELECT ${columns} FROM ${from}) ON * INTO NAME name VALUE value) GROUP BY name`,
  );
  const found = new Map(
    rows.map(({ name, values, nested: objects, ...counts }) => {
      return [name, { name, values, fits: counts, nested: objects }];
    }),
  );
  return sources.map(({ name }) => found.get(name) ?? { name, values: 0, fits: NOTHING, nested: 0 });
}

const NOTHING: ColumnEvidence['fits'] = { integer: 0, double: 0, timestamp: 0, boolean: 0 };

/**
 * The type that a person would give a value who knows nothing else: text with leading zeros is an identifier, not a
 * number, and so is an integer over the range of integers. What JSON has in quotation marks is text, unless it is a
 * time, for which JSON has nothing else. Needs `defineConversions`.
 */
export function strictlyTyped(source: SourceColumn, type: ColumnType): string {
  const { name, sourceType } = source;
  const typed = typedExpression(source, type, byMacro);
  if (type !== 'integer' && type !== 'double' && type !== 'boolean') return typed;
  const raw = rawExpression(source);
  const isText = sourceType === 'JSON' || sourceType === 'VARCHAR';
  const conditions: string[] = [];
  if (sourceType === 'JSON') conditions.push(`json_type(${identifier(name)}) <> 'VARCHAR'`);
  if (isText && type !== 'boolean') conditions.push(isPlainByMacro(raw));
  if (type === 'double' && /^U?(BIG|HUGE)INT$/.test(sourceType)) {
    conditions.push(`TRY_CAST(${raw} AS BIGINT) IS NOT NULL`);
  }
  return conditions.length > 0 ? `CASE WHEN ${conditions.join(' AND ')} THEN ${typed} END` : typed;
}

function typeOf({ values, fits }: ColumnEvidence): ColumnType {
  if (values === 0) return 'string';
  return CANDIDATES.find((type) => fits[type] === values) ?? 'string';
}

function sum(a: ColumnEvidence, b: ColumnEvidence): ColumnEvidence {
  const fits = CANDIDATES.map((type) => [type, a.fits[type] + b.fits[type]]);
  return {
    name: a.name,
    values: a.values + b.values,
    fits: Object.fromEntries(fits) as ColumnEvidence['fits'],
    nested: a.nested + b.nested,
  };
}
