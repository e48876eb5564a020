/** Values of Parquet files that their column's type does not hold in full: nanoseconds, and decimals of many digits. */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import type { SourceColumn } from '../schema/schema.ts';
import { sourceOf, typedExpression } from '../schema/typed-columns.ts';
import type { FileFinding, ReadableFile } from './inspected-file.ts';
import { parquetScan } from './scan-files.ts';

interface Rounding {
  readonly column: SchemaColumn;
  /** Condition that holds for a value that is rounded. */
  readonly isRounded: string;
  /** The end of a sentence about one value, and about several. */
  readonly one: string;
  readonly many: string;
}

/** Findings by file. @param files of one format and header, as for one scan. */
export async function roundedValues(
  database: DuckDb,
  files: readonly ReadableFile[],
  { columns }: DatasetSchema,
): Promise<ReadonlyMap<number, readonly FileFinding[]>> {
  const { format, columns: sources } = files[0]!;
  const found = new Map<number, FileFinding[]>();
  if (format !== 'parquet') return found;
  const roundings = columns.flatMap((column) => {
    const source = sourceOf(column, sources);
    return source ? roundingOf(column, source) : [];
  });
  if (roundings.length === 0) return found;
  const counts = roundings.map(({ column, isRounded }, at) => {
    const name = identifier(sourceOf(column, sources)!.name);
    return `count(${name}) AS v${at}, count(*) FILTER (${isRounded}) AS n${at}`;
  });
  const rows = await database.rows<Record<string, number> & { readonly file: string }>(
    `SELECT __filename AS file, ${counts.join(', ')} FROM ${parquetScan(files.map(({ data }) => data))} GROUP BY 1`,
  );
  const byData = new Map(rows.map((row) => [row.file, row]));
  for (const { index, path, data } of files) {
    const row = byData.get(data);
    for (const [at, { column, one, many }] of roundings.entries()) {
      const [values, rounded] = [row?.[`v${at}`] ?? 0, row?.[`n${at}`] ?? 0];
      if (rounded === 0) continue;
      const reason = `${rounded} of ${values} values of "${column.name}" in "${path}" ${rounded === 1 ? one : many}.`;
      const finding: FileFinding = { check: 'values-rounded', severity: 'warn', reason, column: column.name };
      found.set(index, [...(found.get(index) ?? []), finding]);
    }
  }
  return found;
}

function roundingOf(column: SchemaColumn, { name, sourceType }: SourceColumn): Rounding[] {
  const raw = identifier(name);
  if (sourceType === 'TIMESTAMP_NS' && column.type === 'timestamp') {
    const isRounded = `epoch_ns(${raw}) % 1000 <> 0`;
    const cut = 'nanoseconds, which are cut to microseconds';
    return [{ column, isRounded, one: `has ${cut}`, many: `have ${cut}` }];
  }
  if (sourceType.startsWith('DECIMAL') && column.type === 'double') {
    const isRounded = `TRY_CAST(${typedExpression({ name, sourceType }, 'double')} AS ${sourceType}) IS DISTINCT FROM ${raw}`;
    const one = 'has more than 15 digits and becomes the nearest double';
    return [{ column, isRounded, one, many: 'have more than 15 digits and become the nearest doubles' }];
  }
  return [];
}
