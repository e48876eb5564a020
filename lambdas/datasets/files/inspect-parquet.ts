/** Looks at Parquet files: their columns, from their footers, many files in one statement. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { SourceColumn } from '../schema/schema.ts';
import { isUnreadable } from '../schema/typed-columns.ts';
import { headerProblem, headerWarnings } from './header-names.ts';
import { type InspectedFile, type LocalFile, wrongFile } from './inspected-file.ts';
import { fileList, parquetScan } from './scan-files.ts';

/** @returns one answer for each file, in their order. */
export async function inspectParquet(
  database: DuckDb,
  files: readonly LocalFile[],
): Promise<InspectedFile[]> {
  let footers: ReadonlyMap<string, readonly Field[]>;
  try {
    footers = await readFooters(database, files);
  } catch {
    if (files.length === 1) return [wrongFile(files[0]!, 'has a damaged footer; write it again')];
    const half = Math.ceil(files.length / 2);
    return [
      ...(await inspectParquet(database, files.slice(0, half))),
      ...(await inspectParquet(database, files.slice(half))),
    ];
  }
  const inspected: InspectedFile[] = [];
  for (const file of files) {
    const fields = footers.get(file.file) ?? [];
    const isNested = fields.some(({ children, type }) => children > 0 || type === null);
    inspected.push(describe(file, isNested ? await nestedFields(database, file, fields) : fields));
  }
  return inspected;
}

interface Field {
  readonly name: string;
  /** DuckDB's, null of a field with children. */
  readonly type: string | null;
  readonly children: number;
}

async function readFooters(
  database: DuckDb,
  files: readonly LocalFile[],
): Promise<ReadonlyMap<string, readonly Field[]>> {
  const rows = await database.rows<Field & { readonly file: string }>(
    `SELECT file_name AS file, name, duckdb_type AS type, coalesce(num_children, 0) AS children
     FROM parquet_schema(${fileList(files.map(({ file }) => file))}) ORDER BY file_name, column_id`,
  );
  const footers = new Map<string, Field[]>();
  for (const { file, ...field } of rows) footers.set(file, [...(footers.get(file) ?? []), field]);
  // the root comes first, and every field before its children
  return new Map([...footers].map(([file, [, ...fields]]) => [file, fields]));
}

/** The outermost fields, with the types that DuckDB gives to nested ones. */
async function nestedFields(
  database: DuckDb,
  { file }: LocalFile,
  fields: readonly Field[],
): Promise<Field[]> {
  const described = await database.rows<{ column_type: string }>(
    `DESCRIBE SELECT * EXCLUDE (__filename) FROM ${parquetScan([file])}`,
  );
  const outermost: Field[] = [];
  let at = 0;
  const skip = (): void => {
    for (let left = fields[at++]!.children; left > 0; left--) skip();
  };
  while (at < fields.length) {
    const field = fields[at]!;
    skip();
    outermost.push({ ...field, type: described[outermost.length]!.column_type });
  }
  return outermost;
}

function describe(file: LocalFile, fields: readonly Field[]): InspectedFile {
  const names = fields.map(({ name }) => name);
  const problem = headerProblem(names);
  if (problem) return wrongFile(file, problem);
  const columns = fields.map(({ name, type }): SourceColumn => {
    const unread = unreadReason(name, type!);
    return { name, sourceType: type!, ...(unread ? { unread } : {}) };
  });
  const findings = headerWarnings(file.path, names).map((reason) => {
    return { check: 'header-names', severity: 'warn' as const, reason };
  });
  return { ...file, format: 'parquet', data: file.file, columns, longestLine: 0, findings };
}

function unreadReason(name: string, type: string): string | undefined {
  if (/^__index_level_\d+__$/.test(name)) {
    return 'is a pandas index and is not read (pandas: to_parquet(index=False))';
  }
  if (!isUnreadable(type)) return undefined;
  if (/\[|^(STRUCT|MAP|UNION)\(/.test(type))
    return 'holds objects or arrays and is not read; flatten it to use it';
  if (/^TIME/.test(type)) return 'holds times of day and is not read; write it as text or number to use it';
  if (/^INTERVAL/.test(type)) return 'holds intervals and is not read; write it as a number to use it';
  return 'holds binary data and is not read; write it as text to use it';
}
