/**
 * DuckDB table expressions over local files, with `__filename`. Text comes as text (JSON as JSON): what a value is, is
 * decided by the declared type and a lossless cast, not by a sniffer that may change its mind between two files.
 */
import { identifier, literal } from '../../shared/duckdb.ts';
import type { SourceColumn } from '../schema/schema.ts';
import type { CsvDialect } from './csv-records.ts';
import type { ReadableFile } from './inspected-file.ts';
import { LONGEST_LINE } from './read-text.ts';

/** Option that adds the local name of each row's file; a file may have a column `filename` of its own. */
const FILENAME = `filename = '__filename'`;
/** DuckDB's own limit; a longer one costs memory, so it is raised only for files that need it. */
const USUAL_LINE = 2_000_000;

/** Table expression over files that are read alike: of one format, dialect and header. */
export function scanFiles(files: readonly ReadableFile[], nullValues: readonly string[] = []): string {
  const [{ format, dialect, columns }] = files as [ReadableFile, ...ReadableFile[]];
  const paths = files.map(({ data }) => data);
  if (format === 'parquet') return parquetScan(paths);
  if (format === 'jsonl') return jsonScan(paths, columns);
  const longest = Math.max(...files.map(({ longestLine }) => longestLine));
  return csvScan(paths, { dialect: dialect!, columns, nullValues, longest });
}

/** Files with equal signatures can be read by one scan. */
export function scanSignature({ format, dialect, columns }: ReadableFile): string {
  return JSON.stringify([format, dialect, columns.map(({ name, sourceType }) => [name, sourceType])]);
}

interface CsvOptions {
  readonly dialect: CsvDialect;
  readonly columns: readonly SourceColumn[];
  readonly nullValues: readonly string[];
  readonly longest: number;
}

function csvScan(paths: readonly string[], { dialect, columns, nullValues, longest }: CsvOptions): string {
  const long = longest > USUAL_LINE / 2 ? [`max_line_size = ${LONGEST_LINE + 1024}`] : [];
  const options = [
    'auto_detect = false',
    'header = true',
    'strict_mode = true',
    FILENAME,
    `delim = ${literal(dialect.delimiter)}`,
    `quote = '"'`,
    `escape = ${literal(dialect.escape)}`,
    `columns = ${struct(columns, 'VARCHAR')}`,
    `nullstr = [${['', ...nullValues].map(literal).join(', ')}]`,
    ...long,
  ];
  return `read_csv(${fileList(paths)}, ${options.join(', ')})`;
}

function jsonScan(paths: readonly string[], columns: readonly SourceColumn[]): string {
  // objects without any field have no column to ask for; one that nobody has makes them rows
  const asked = columns.length > 0 ? columns : [{ name: '__none', sourceType: 'JSON' }];
  const size = `maximum_object_size = ${LONGEST_LINE}`;
  return `read_json(${fileList(paths)}, format = 'newline_delimited', ${FILENAME}, columns = ${struct(asked, 'JSON')}, ${size})`;
}

/** Table expression over Parquet files of one schema. */
export function parquetScan(paths: readonly string[]): string {
  return `read_parquet(${fileList(paths)}, ${FILENAME})`;
}

/** Local paths as a list for a table function. */
export const fileList = (paths: readonly string[]) => `[${paths.map(escapeGlob).map(literal).join(', ')}]`;
const struct = (columns: readonly SourceColumn[], type: string) =>
  `{${columns.map(({ name }) => `${identifier(name)}: ${literal(type)}`).join(', ')}}`;

/** Local names are ours, but a folder above them may hold what DuckDB takes for a pattern. */
const escapeGlob = (path: string) => path.replaceAll(/[[*?]/g, (character) => `[${character}]`);
