/** SQL that turns a column of a file into its declared type, or NULL where that would lose something. */
import { identifier } from '../../shared/duckdb.ts';
import type { ColumnType } from '../../shared/settings.ts';
import type { SchemaColumn } from '../contract.ts';
import { columnTypeOf, type SourceColumn } from './schema.ts';

const SQL_TYPE: Readonly<Record<ColumnType, string>> = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** The raw column as text or as its own type; JSON text loses its quotation marks. */
export function rawExpression({ name, sourceType }: SourceColumn): string {
  return sourceType === 'JSON' ? `(${identifier(name)} ->> '$')` : identifier(name);
}

/**
 * Expression of the declared type; NULL where the value is missing or is not losslessly of that type.
 * An integer may be written `3` or `3.0`; a boolean `true`, `false`, `1` or `0`.
 */
export function typedExpression(source: SourceColumn, type: ColumnType): string {
  const raw = rawExpression(source);
  if (type === 'string') return `CAST(${raw} AS VARCHAR)`;
  const sourceFamily = columnTypeOf(source.sourceType);
  if (sourceFamily === type) return `TRY_CAST(${raw} AS ${SQL_TYPE[type]})`;
  if (type === 'double' && sourceFamily === 'integer') return `CAST(${raw} AS DOUBLE)`;
  if (type === 'integer' && sourceFamily === 'double') {
    return `CASE WHEN ${raw} = trunc(${raw}) THEN TRY_CAST(${raw} AS BIGINT) END`;
  }
  const text = source.sourceType === 'VARCHAR' ? raw : `CAST(${raw} AS VARCHAR)`;
  return fromText(text, type);
}

/** As `typedExpression`, from an expression that is text. */
export function fromText(text: string, type: ColumnType): string {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      // DuckDB rounds '1.5' to 2 when it casts, so what is an integer is decided before the cast
      return `CASE WHEN regexp_full_match(${text}, '[+-]?\\d+(\\.0*)?') THEN TRY_CAST(${text} AS BIGINT) END`;
    case 'double':
      return `TRY_CAST(${text} AS DOUBLE)`;
    case 'boolean':
      return `CASE lower(${text}) WHEN 'true' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN '0' THEN false END`;
    case 'timestamp':
      // a cast to TIMESTAMP ignores an offset such as +02:00; this one honours it, and takes UTC where none is given
      return `make_timestamp(epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ)))`;
  }
}

/** The target as 0 or 1, NULL for anything else, from a column of its declared type. */
export function labelExpression(target: SchemaColumn): string {
  const text = `lower(CAST(${identifier(target.name)} AS VARCHAR))`;
  return `CASE WHEN ${text} IN ('1', '1.0', 'true') THEN 1 WHEN ${text} IN ('0', '0.0', 'false') THEN 0 END`;
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
