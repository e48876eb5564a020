/**
 * Why an undeclared column has become text, found out from its values: what a person would want to know before the type
 * is frozen. Facts of parts merge.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import type { InspectedFile } from '../files/inspected-file.ts';
import { nestedColumns, quotedNumbers } from './json-value-facts.ts';
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

/** Characters of a value that are shown. */
export const SHOWN = 80;

export interface InferenceFactsOptions {
  /** Whose types were inferred. */
  readonly schema: DatasetSchema;
  /** Files that the table was made from; called as often as they have to be gone through. */
  readonly files: () => Iterable<InspectedFile> | AsyncIterable<InspectedFile>;
  /** Name below the upload of a file by its position. */
  readonly pathOf: (file: number) => string | undefined;
  /**
   * Whether the facts are of a part and will be merged: what no value of a part is of may decide for the whole, so that
   * an example is needed. @default false
   */
  readonly isPart?: boolean;
}

/** Facts of the text columns of the table `data`. */
export async function inferenceFacts(
  database: DuckDb,
  options: InferenceFactsOptions,
): Promise<InferenceFacts> {
  const text: TextColumnFacts[] = [];
  for (const column of options.schema.columns.filter(({ type }) => type === 'string')) {
    text.push(await textFacts(database, column, options));
  }
  return { text, nested: await nestedColumns(database, options) };
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

interface Counted {
  readonly rows: number;
  readonly values: number;
}

async function textFacts(
  database: DuckDb,
  column: SchemaColumn,
  options: InferenceFactsOptions,
): Promise<TextColumnFacts> {
  const { name } = column;
  const text = identifier(name);
  const { some } = await database.row<{ some: boolean | null }>(
    `SELECT bool_or(${mayBeNarrower(text)}) AS some FROM data WHERE ${text} IS NOT NULL`,
  );
  if (some === false) return pureText(database, column, options);
  const conditions = conditionsOf(text);
  const counts = Object.entries(conditions).map(([reason, condition]) => {
    return `count(*) FILTER (${text} IS NOT NULL AND ${condition}) AS "${reason}"`;
  });
  const { rows, values, ...found } = await database.row<Record<string, number> & Counted>(
    `SELECT count(*) AS rows, count(${text}) AS values, ${counts.join(', ')} FROM data`,
  );
  const deciding: Record<string, Deciding> = {};
  for (const [reason, condition] of Object.entries(conditions)) {
    const count = found[reason]!;
    // what no value is of does not decide, and needs no example
    const isAll = reason.startsWith('not') && count === values && !options.isPart;
    const first = count === 0 || isAll ? undefined : await firstWhere(database, column, condition, options);
    deciding[reason] = { count, ...(first && { first }) };
  }
  const isQuoted = values > 0 && found.notNumber === 0 && found.leadingZeros === 0 && found.overRange === 0;
  deciding.quoted = isQuoted ? await quotedNumbers(database, column, options.files) : NONE;
  return { name, rows, values, deciding: deciding as TextColumnFacts['deciding'] };
}

const NONE: Deciding = { count: 0 };

function conditionsOf(text: string): Readonly<Record<Exclude<Reason, 'quoted'>, string>> {
  const isNumber = `${fromText(text, 'double')} IS NOT NULL`;
  const digits = `regexp_full_match(trim(${text}), '[+-]?[0-9]+')`;
  return {
    notNumber: `NOT (${isNumber})`,
    notTime: `${fromText(text, 'timestamp')} IS NULL`,
    notBoolean: `lower(trim(${text})) NOT IN ('true', 'false')`,
    leadingZeros: `regexp_matches(${text}, '^\\s*[+-]?0[0-9]') AND ${isNumber}`,
    overRange: `${digits} AND TRY_CAST(${text} AS BIGINT) IS NULL AND ${isNumber}`,
  };
}

/** Holds for every value that is of a narrower type than text, and for few others; cheap. */
function mayBeNarrower(text: string): string {
  const isWord = `strlen(${text}) BETWEEN 4 AND 20 AND lower(trim(${text})) IN ('true', 'false')`;
  return `TRY_CAST(${text} AS DOUBLE) IS NOT NULL OR regexp_matches(left(${text}, 12), '[0-9]{4}-') OR (${isWord})`;
}

/** A column none of whose values is of another type: nothing has to be said, unless another part has others. */
async function pureText(
  database: DuckDb,
  column: SchemaColumn,
  options: InferenceFactsOptions,
): Promise<TextColumnFacts> {
  const { name } = column;
  const { rows, values } = await database.row<Counted>(
    `SELECT count(*) AS rows, count(${identifier(name)}) AS values FROM data`,
  );
  const first = options.isPart ? await firstWhere(database, column, 'true', options) : undefined;
  const all: Deciding = { count: values, ...(first && { first }) };
  const deciding = {
    notNumber: all,
    notTime: all,
    notBoolean: all,
    leadingZeros: NONE,
    overRange: NONE,
    quoted: NONE,
  };
  return { name, rows, values, deciding };
}

async function firstWhere(
  database: DuckDb,
  { name, role }: SchemaColumn,
  condition: string,
  { pathOf }: InferenceFactsOptions,
): Promise<Deciding['first']> {
  const text = identifier(name);
  const [first] = await database.rows<{ file: number; row: number; value: string }>(
    `SELECT __file AS file, __row AS row, left(${text}, ${SHOWN}) AS value FROM data
     WHERE ${text} IS NOT NULL AND ${condition} ORDER BY __file, __row LIMIT 1`,
  );
  const path = first && pathOf(first.file);
  if (!first || path === undefined) return undefined;
  const { file, row, value } = first;
  return role === 'key' ? { file, path, row } : { file, path, row, value };
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
