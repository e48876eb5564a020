/**
 * Why an undeclared column has become text, found out from its values: what a person would want to know before the type
 * is frozen. Facts of parts merge.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { ReadFinding } from '../checks/fact-types.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { type InspectedFile, isReadable, type ReadableFile } from '../files/inspected-file.ts';
import { scanFiles } from '../files/scan-files.ts';
import { fromText } from './typed-columns.ts';

/** Kinds of values that keep a column from being of a narrower type. */
const REASONS = ['notNumber', 'notTime', 'notBoolean', 'leadingZeros', 'overRange', 'quoted'] as const;
type Reason = (typeof REASONS)[number];

/** Values of one kind, and the first of them by file and row. */
export interface Deciding {
  readonly count: number;
  readonly first?: {
    /** Position in the upload's listing. */
    readonly file: number;
    readonly path: string;
    /** 1-based data row. */
    readonly row: number;
    /** Cut at 80 characters; absent for keys. */
    readonly value?: string;
  };
}

export interface TextColumnFacts {
  readonly name: string;
  readonly rows: number;
  /** Values that are there. */
  readonly values: number;
  readonly deciding: Readonly<Record<Reason, Deciding>>;
}

export interface InferenceFacts {
  readonly text: readonly TextColumnFacts[];
  /** Columns of JSON Lines that hold objects or arrays, with the first file that has one. */
  readonly nested: readonly { readonly name: string; readonly file: number; readonly path: string }[];
}

/** Bytes of a value that are shown. */
const SHOWN = 80;

/**
 * Facts of the text columns of the table `data`.
 * @param files that the table was made from.
 * @param schema whose types were inferred.
 */
export async function inferenceFacts(
  database: DuckDb,
  files: readonly InspectedFile[],
  schema: DatasetSchema,
): Promise<InferenceFacts> {
  const readable = files.filter(isReadable);
  const jsonl = readable.filter(({ format }) => format === 'jsonl');
  const paths = new Map(readable.map(({ index, path }) => [index, path]));
  const text: TextColumnFacts[] = [];
  for (const column of schema.columns.filter(({ type }) => type === 'string')) {
    text.push(await textFacts(database, column, { paths, jsonl }));
  }
  return { text, nested: await nestedColumns(database, jsonl, schema) };
}

/** Facts of both parts; associative and commutative but for the order of columns. */
export function mergeInferenceFacts(a: InferenceFacts, b: InferenceFacts): InferenceFacts {
  const text = new Map(a.text.map((column) => [column.name, column]));
  for (const column of b.text) {
    const other = text.get(column.name);
    text.set(column.name, other ? mergeColumns(other, column) : column);
  }
  const nested = new Map<string, InferenceFacts['nested'][number]>();
  for (const column of [...a.nested, ...b.nested]) {
    const other = nested.get(column.name);
    if (!other || column.file < other.file) nested.set(column.name, column);
  }
  return { text: [...text.values()], nested: [...nested.values()] };
}

/** What is said about the types of the first version, and about columns that it does not have. */
export function inferenceFindings({ text, nested }: InferenceFacts): ReadFinding[] {
  return [
    ...nested.map(({ name, path }): ReadFinding => {
      const reason = `Column "${name}" of "${path}" holds objects or arrays and is not read; flatten it to use it.`;
      return { check: 'columns-unread', severity: 'warn', reason };
    }),
    ...text.flatMap((column): ReadFinding[] => {
      const reason = whyText(column);
      return reason ? [{ check: 'columns-inferred', severity: 'info', reason, column: column.name }] : [];
    }),
  ];
}

interface Counted {
  readonly rows: number;
  readonly values: number;
}

async function textFacts(
  database: DuckDb,
  column: SchemaColumn,
  { paths, jsonl }: { readonly paths: ReadonlyMap<number, string>; readonly jsonl: readonly ReadableFile[] },
): Promise<TextColumnFacts> {
  const { name, role } = column;
  const text = identifier(name);
  const isNumber = `${fromText(text, 'double')} IS NOT NULL`;
  const digits = `regexp_full_match(trim(${text}), '[+-]?[0-9]+')`;
  const conditions: Readonly<Record<Exclude<Reason, 'quoted'>, string>> = {
    notNumber: `NOT (${isNumber})`,
    notTime: `${fromText(text, 'timestamp')} IS NULL`,
    notBoolean: `lower(trim(${text})) NOT IN ('true', 'false')`,
    leadingZeros: `regexp_matches(${text}, '^\\s*[+-]?0[0-9]') AND ${isNumber}`,
    overRange: `${digits} AND TRY_CAST(${text} AS BIGINT) IS NULL AND ${isNumber}`,
  };
  const counts = Object.entries(conditions).map(([reason, condition]) => {
    return `count(*) FILTER (${text} IS NOT NULL AND ${condition}) AS "${reason}"`;
  });
  const { rows, values, ...found } = await database.row<Record<string, number> & Counted>(
    `SELECT count(*) AS rows, count(${text}) AS values, ${counts.join(', ')} FROM data`,
  );
  const deciding: Record<string, Deciding> = {};
  for (const [reason, condition] of Object.entries(conditions)) {
    const count = found[reason]!;
    const isAll = reason.startsWith('not') && count === values;
    // what no value is of does not decide, and needs no example
    const first = count === 0 || isAll ? undefined : await firstWhere(database, column, condition);
    const path = first && paths.get(first.file);
    const value = role === 'key' ? undefined : first?.value;
    deciding[reason] = {
      count,
      ...(first && path !== undefined ? { first: { ...first, path, value } } : {}),
    };
  }
  const isQuoted = values > 0 && found.notNumber === 0 && found.leadingZeros === 0 && found.overRange === 0;
  const none: Deciding = { count: 0 };
  deciding.quoted = isQuoted ? await quotedNumbers(database, column, jsonl) : none;
  return { name, rows, values, deciding: deciding as TextColumnFacts['deciding'] };
}

async function firstWhere(database: DuckDb, { name }: SchemaColumn, condition: string) {
  const text = identifier(name);
  const [first] = await database.rows<{ file: number; row: number; value: string }>(
    `SELECT __file AS file, __row AS row, left(${text}, ${SHOWN}) AS value FROM data
     WHERE ${text} IS NOT NULL AND ${condition} ORDER BY __file, __row LIMIT 1`,
  );
  return first;
}

/** Numbers that JSON has in quotation marks: the table does not tell them from others. */
async function quotedNumbers(
  database: DuckDb,
  { name, role }: SchemaColumn,
  files: readonly ReadableFile[],
): Promise<Deciding> {
  const column = identifier(name);
  let count = 0;
  let first: Deciding['first'];
  for (const file of files) {
    if (!file.columns.some((source) => source.name === name)) continue;
    const found = await database.row<{ count: number; row: number | null; value: string | null }>(
      `SELECT count(*) AS count, min(row) AS row, arg_min(value, row) AS value
       FROM (SELECT row_number() OVER () AS row, json_type(${column}) AS type, left(${column} ->> '$', ${SHOWN}) AS value
             FROM ${scanFiles([file])}) WHERE type = 'VARCHAR'`,
    );
    count += found.count;
    if (found.row !== null && !first) {
      const value = role === 'key' ? undefined : (found.value ?? undefined);
      first = { file: file.index, path: file.path, row: found.row, value };
    }
  }
  return { count, first };
}

/** Columns that the inferred schema leaves out although files have them. */
async function nestedColumns(
  database: DuckDb,
  files: readonly ReadableFile[],
  { columns }: DatasetSchema,
): Promise<InferenceFacts['nested']> {
  const known = new Set(columns.map(({ name }) => name));
  const found = new Map<string, InferenceFacts['nested'][number]>();
  for (const file of files) {
    const unknown = file.columns.filter(({ name }) => !known.has(name) && !found.has(name));
    if (unknown.length === 0) continue;
    const nested = await database.row<Record<string, boolean>>(
      `SELECT ${unknown.map(({ name }, at) => `bool_or(json_type(${identifier(name)}) IN ('OBJECT', 'ARRAY')) AS n${at}`).join(', ')}
       FROM ${scanFiles([file])}`,
    );
    for (const [at, { name }] of unknown.entries()) {
      if (nested[`n${at}`]) found.set(name, { name, file: file.index, path: file.path });
    }
  }
  return [...found.values()];
}

function mergeColumns(a: TextColumnFacts, b: TextColumnFacts): TextColumnFacts {
  const deciding = REASONS.map((reason): [Reason, Deciding] => {
    const [one, other] = [a.deciding[reason], b.deciding[reason]];
    const firsts = [one.first, other.first].filter((first) => first !== undefined);
    const [first] = firsts.toSorted((x, y) => x.file - y.file || x.row - y.row);
    return [reason, { count: one.count + other.count, ...(first ? { first } : {}) }];
  });
  return {
    name: a.name,
    rows: a.rows + b.rows,
    values: a.values + b.values,
    deciding: Object.fromEntries(deciding) as TextColumnFacts['deciding'],
  };
}

/** The sentence; undefined for a column that is nothing but text. */
function whyText({ name, rows, values, deciding }: TextColumnFacts): string | undefined {
  if (rows === 0) return undefined;
  const say = (what: string, advice: string) => `Column "${name}" is text: ${what}. ${advice}`;
  if (values === 0) return say('it has no values', 'Declare its type.');
  const { notNumber, notTime, notBoolean, leadingZeros, overRange, quoted } = deciding;
  const counted = ({ count, first }: Deciding, one: string, many: string) => {
    const value = first?.value === undefined ? '' : `: "${first.value}"`;
    const place = first ? `, first in "${first.path}" row ${first.row}${value}` : '';
    return `${count} of ${values} values ${count === 1 ? one : many}${place}`;
  };
  if (notNumber.count === 0) {
    const advice = 'Declare it as integer if they are numbers.';
    if (leadingZeros.count > 0)
      return say(counted(leadingZeros, 'has leading zeros', 'have leading zeros'), advice);
    if (overRange.count > 0) {
      const over = counted(overRange, 'is over the range of integers', 'are over the range of integers');
      return say(over, 'Declare it as double if they are numbers.');
    }
    return quoted.count > 0
      ? say(counted(quoted, 'is written in quotes', 'are written in quotes'), advice)
      : undefined;
  }
  const [most] = [
    { decides: notNumber, one: 'is not a number', many: 'are not numbers' },
    { decides: notTime, one: 'is not a time', many: 'are not times' },
    { decides: notBoolean, one: 'is neither true nor false', many: 'are neither true nor false' },
  ].toSorted((a, b) => a.decides.count - b.decides.count);
  if (most!.decides.count >= values) return undefined;
  return say(counted(most!.decides, most!.one, most!.many), 'Declare its type to refuse such rows.');
}
