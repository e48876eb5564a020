/** SQL that turns a column of a file into its declared type, or NULL where that would lose something. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { ColumnType, ProblemSettings } from '../../shared/settings.ts';
import type { SchemaColumn } from '../contract.ts';
import { columnTypeOf, type SourceColumn } from './schema.ts';

const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** The file's column for a column of the schema: by its name, else by an alias. */
export function sourceOf(
  { name, aliases = [] }: SchemaColumn,
  sources: readonly SourceColumn[],
): SourceColumn | undefined {
  for (const known of [name, ...aliases]) {
    const source = sources.find((candidate) => candidate.name === known);
    if (source) return source;
  }
  return undefined;
}

/** The raw column as text or as its own type; JSON text loses its quotation marks. */
export function rawExpression({ name, sourceType }: SourceColumn): string {
  return sourceType === 'JSON' ? `(${identifier(name)} ->> '$')` : identifier(name);
}

/**
 * Expression of the declared type; NULL where the value is missing or is not losslessly of that type.
 * An integer may be written `3` or `3.0`; a boolean `true`, `false`, `1` or `0`; a timestamp in ISO 8601.
 * Of numbers outside of their type's range nothing is cut off: they are not of the type.
 */
export function typedExpression(
  source: SourceColumn,
  type: ColumnType,
  convert: Conversion = fromText,
): string {
  const raw = rawExpression(source);
  const { name, sourceType } = source;
  if (isUnreadable(sourceType)) return `CAST(NULL AS ${SQL_TYPE[type]})`;
  if (sourceType === 'JSON') {
    const nested = `json_type(${identifier(name)}) IN ('OBJECT', 'ARRAY')`;
    return type === 'string' ? `CASE WHEN NOT ${nested} THEN ${raw} END` : convert(raw, type);
  }
  if (type === 'string') return `CAST(${raw} AS VARCHAR)`;
  const sourceFamily = columnTypeOf(sourceType);
  if (type === 'double' && isLongDecimal(sourceType)) return `CAST(CAST(${raw} AS VARCHAR) AS DOUBLE)`;
  if (sourceFamily === type) return `TRY_CAST(${raw} AS ${SQL_TYPE[type]})`;
  if (type === 'double' && sourceFamily === 'integer') return `CAST(${raw} AS DOUBLE)`;
  if (type === 'integer' && sourceFamily === 'double') {
    return `CASE WHEN ${raw} = trunc(${raw}) THEN TRY_CAST(${raw} AS BIGINT) END`;
  }
  const text = sourceType === 'VARCHAR' ? raw : `CAST(${raw} AS VARCHAR)`;
  return convert(text, type);
}

/** DuckDB divides the digits by a power of ten, which is the nearest double only up to 15 of them; text it reads exactly. */
function isLongDecimal(sourceType: string): boolean {
  const digits = /^DECIMAL\((\d+),/.exec(sourceType)?.[1];
  return digits !== undefined && Number(digits) > 15;
}

/** Types of Parquet columns that have no value of ours. */
export function isUnreadable(sourceType: string): boolean {
  return (
    /^(BLOB|BIT|TIME|INTERVAL|GEOMETRY|VARIANT)|\[|^(STRUCT|MAP|UNION)\(/.test(sourceType) &&
    !/^TIMESTAMP/.test(sourceType)
  );
}

const BLANKS = "' ' || chr(9)";
const DATE = '\\d{4}-\\d{2}-\\d{2}';
const CLOCK = '\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?';
const OFFSET = ' ?(Z|z|[+-]\\d{2}(:?\\d{2})?)';

/** Expression of a type, from an expression that is text. */
export type Conversion = (text: string, type: ColumnType) => string;

/**
 * Makes macros that do what `fromText` does. DuckDB plans 1,000 columns with them in a quarter of a second, and in
 * several with the expressions written out.
 */
export async function defineConversions(database: DuckDb): Promise<void> {
  const types = ['integer', 'double', 'boolean', 'timestamp'] as const;
  const macros = types.map(
    (type) => `CREATE OR REPLACE TEMP MACRO text_to_${type}(x) AS ${fromText('x', type)}`,
  );
  const strict = `CREATE OR REPLACE TEMP MACRO ${IS_PLAIN}(x) AS ${isPlainNumber('x')}`;
  await database.run([...macros, strict].join('; '));
}

const IS_PLAIN = 'text_is_plain_number';

/**
 * Condition that a text which is a number is not an identifier: it has no leading zeros, and is no integer over the range
 * of integers, which as a double would lose digits.
 */
export function isPlainNumber(text: string): string {
  // the comparisons spare nearly all values the regular expressions: CASE stops where AND would go on
  const mayHaveZeros = `${text} < '1' AND NOT (${text} >= '0.' AND ${text} < '0/')`;
  const hasZeros = `CASE WHEN ${mayHaveZeros} THEN regexp_matches(${text}, '^\\s*[+-]?0[0-9]') ELSE false END`;
  const isOver = `regexp_full_match(trim(${text}), '[+-]?[0-9]+') AND TRY_CAST(${text} AS BIGINT) IS NULL`;
  // a double of all its digits is as long, but has a point
  const mayBeOver = `strlen(${text}) >= 19 AND NOT contains(${text}, '.')`;
  return `NOT (${hasZeros}) AND NOT (CASE WHEN ${mayBeOver} THEN ${isOver} ELSE false END)`;
}

/** As `isPlainNumber`, after `defineConversions`. */
export const isPlainByMacro = (text: string) => `${IS_PLAIN}(${text})`;

/** As `fromText`, after `defineConversions`. */
export const byMacro: Conversion = (text, type) => (type === 'string' ? text : `text_to_${type}(${text})`);

/** As `typedExpression`, from an expression that is text. Blanks and tabs around a value are not part of it, unless it is text. */
export function fromText(text: string, type: ColumnType): string {
  if (type === 'string') return text;
  const bare = `trim(${text}, ${BLANKS})`;
  const cast = (to: string, from = text) => `TRY_CAST(${from} AS ${to})`;
  // most values are written as DuckDB writes them, which is told at a fifth of the cost of a regular expression
  const isCanonical = (to: string) => `CAST(${cast(to)} AS VARCHAR) = ${text}`;
  switch (type) {
    case 'integer':
      // DuckDB rounds '1.5' to 2 when it casts, so what is an integer is decided before the cast
      return `CASE WHEN ${isCanonical('BIGINT')} THEN ${cast('BIGINT')}
        WHEN regexp_full_match(${bare}, '[+-]?\\d+(\\.0*)?') THEN ${cast('BIGINT', bare)} END`;
    case 'double':
      // DuckDB takes what is over the range for an infinity, and 1_000 for a thousand
      return `CASE WHEN isinf(${cast('DOUBLE')}) AND NOT regexp_matches(${text}, 'inf', 'i') THEN NULL
        WHEN contains(${text}, '_') THEN NULL ELSE ${cast('DOUBLE')} END`;
    case 'boolean':
      return `CASE ${text} WHEN 'true' THEN true WHEN 'false' THEN false ELSE
        CASE lower(${bare}) WHEN 'true' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN '0' THEN false END END`;
    case 'timestamp': {
      // a cast to TIMESTAMP ignores an offset such as +02:00; one to TIMESTAMPTZ honours it, and takes UTC where none is given
      const isPlain = `strlen(${text}) = ${'2001-12-31 23:59:59'.length} AND ${isCanonical('TIMESTAMP')}`;
      // it reads no offset behind a time without seconds, none behind a blank, and no small z
      const { length } = '2001-12-31 23:59';
      const rest = `upper(replace(substr(${bare}, ${length + 1}), ' ', ''))`;
      const seconds = `CASE WHEN ${rest} = '' OR starts_with(${rest}, ':') THEN '' ELSE ':00' END`;
      const whole = `(left(${bare}, ${length}) || ${seconds} || ${rest})`;
      // the usual way to write UTC; all the steps of the others cost seven times as much
      const isUtc = `strlen(${text}) = ${'2001-12-31T23:59:59Z'.length}
        AND regexp_full_match(${text}, '${DATE}T\\d{2}:\\d{2}:\\d{2}Z') AND NOT starts_with(${text}, '0000')`;
      return `CASE WHEN ${isPlain} THEN ${cast('TIMESTAMP')} WHEN ${isUtc} THEN ${cast('TIMESTAMP')}
        WHEN regexp_full_match(${bare}, '${DATE}([T ]${CLOCK}(${OFFSET})?)?') AND NOT starts_with(${bare}, '0000')
        THEN make_timestamp(epoch_us(${cast('TIMESTAMPTZ', whole)})) END`;
    }
  }
}

/**
 * The target as models train on it, from a column of its declared type; NULL for anything else.
 * Classes become their codes 0, 1, 2 ... in the problem's order, a regression's number stays itself when it is finite.
 * @param problem absent: two classes, 0 and 1 (or false and true).
 */
export function labelExpression(target: SchemaColumn, problem?: ProblemSettings): string {
  if (problem?.type === 'regression') return numberLabel(target);
  if (problem !== undefined && !isZeroOne(problem.classes)) return classLabel(target, problem.classes);
  const column = identifier(target.name);
  // the same answer as by way of text, at a tenth of the cost
  if (target.type === 'integer' || target.type === 'double') {
    return `CASE ${column} WHEN 1 THEN 1 WHEN 0 THEN 0 END`;
  }
  const text = `lower(CAST(${column} AS VARCHAR))`;
  return `CASE WHEN ${text} IN ('1', '1.0', 'true') THEN 1 WHEN ${text} IN ('0', '0.0', 'false') THEN 0 END`;
}

/** Whether the classes are the two that a label may be written as in more than one way. */
export function isZeroOne(classes: readonly string[]): boolean {
  return ['0,1', 'false,true'].includes(classes.join().toLowerCase());
}

function numberLabel({ name, type }: SchemaColumn): string {
  const column = identifier(name);
  if (type === 'integer') return column;
  const number = type === 'double' ? column : `TRY_CAST(CAST(${column} AS VARCHAR) AS DOUBLE)`;
  return `CASE WHEN isfinite(${number}) THEN ${number} END`;
}

/** Numbers are compared as numbers: a class `3` is met by `3.0` too. */
function classLabel({ name, type }: SchemaColumn, classes: readonly string[]): string {
  const column = identifier(name);
  const isNumber = type === 'integer' || type === 'double';
  const cases = classes.flatMap((text, code) => {
    if (!isNumber) return [`WHEN ${literal(type === 'boolean' ? text.toLowerCase() : text)} THEN ${code}`];
    // a text that is no number names no value of the column
    const value = Number(text);
    return text.trim() !== '' && Number.isFinite(value) ? [`WHEN ${value} THEN ${code}`] : [];
  });
  const value = isNumber ? column : `CAST(${column} AS VARCHAR)`;
  return cases.length === 0 ? 'CAST(NULL AS INTEGER)' : `CASE ${value} ${cases.join(' ')} END`;
}

/**
 * A feature as it is written for training and serving: booleans as 1 and 0, numbers plain, text raw but on one line,
 * because requests and transform jobs are split at line ends.
 */
export function featureValueExpression({ name, type }: SchemaColumn): string {
  const column = identifier(name);
  if (type === 'boolean') return `CAST(${column} AS TINYINT)`;
  return type === 'string' ? `regexp_replace(${column}, '[\\r\\n]+', ' ', 'g')` : column;
}
