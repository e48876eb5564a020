/** Looks at a CSV file: its header, its dialect, and whether all of its records are whole. */
import { describeBytes } from './bad-bytes.ts';
import type { CsvHead } from './csv-dialect.ts';
import { CsvText } from './csv-text.ts';
import type { NamedFormat } from './file-format.ts';
import { headerWarnings } from './header-names.ts';
import { type FileFinding, type InspectedFile, type LocalFile, wrongFile } from './inspected-file.ts';
import { type CsvRecords, type CsvSource, judgeRecords, mendRecords, placeIn } from './mend-csv.ts';
import { LONGEST_LINE, readText } from './read-text.ts';

export async function inspectCsv(local: LocalFile, named: NamedFormat): Promise<InspectedFile> {
  const reader = new CsvText(named.tabs);
  const text = await readText(local.file, local.size, named.compression, reader);
  if (text.problem) return wrongFile(local, text.problem);
  if (text.size === 0 && !text.bytes) return { ...local, empty: true };
  reader.end();
  const { head, headProblem } = reader;
  const source = text.whole ?? text.file;
  if (text.bytes) {
    const { what, row } = describeBytes(text.bytes, await placeIn(source, text.bytes.offset, head));
    return wrongFile(local, what, row);
  }
  if (!head) return wrongFile(local, headProblem!);
  const again = await repeatedHeader(source, reader);
  if (again !== undefined) {
    return wrongFile(
      local,
      `row ${again} repeats the header; were files put together with their headers?`,
      again,
    );
  }
  const records = text.whole ? undefined : plainRecords(reader);
  const rfc = { head, records: records ?? (await judgeRecords(source, head)) };
  const read = rfc.records.wrong && reader.hasBackslashes ? await readAsSpark(source, rfc) : rfc;
  const { wrong, rows, longest, blankLines, hasMixedLineEnds } = read.records;
  if (wrong) return wrongFile(local, wrong.problem, wrong.row);
  const isOneColumn = head.names.length === 1;
  // DuckDB would stumble over these although nothing is wrong with them
  const needsMending = hasMixedLineEnds || reader.startsBlank || (isOneColumn && blankLines > 0);
  return {
    ...local,
    format: 'csv',
    data: needsMending ? await mendRecords(source, read.head, `${text.file}.mended`) : text.file,
    dialect: read.head.dialect,
    columns: head.names.map((name) => ({ name, sourceType: 'VARCHAR' })),
    longestLine: longest,
    rows,
    findings: findings(local.path, head.names, isOneColumn ? blankLines : 0),
  };
}

interface Read {
  readonly head: CsvHead;
  readonly records: CsvRecords;
}

/** Records as far as they can be told without looking at each; undefined where they cannot. */
function plainRecords({ lines }: CsvText): CsvRecords | undefined {
  if (!lines?.isPlain || lines.longest > LONGEST_LINE) return undefined;
  const { lines: records, blankLines, longest } = lines;
  return { rows: records - 1, blankLines, longest, hasMixedLineEnds: false };
}

/** A file that does not read as RFC 4180 is read once more with backslashes before quotation marks, as Spark writes them. */
async function readAsSpark(source: CsvSource, rfc: Read): Promise<Read> {
  const head: CsvHead = { ...rfc.head, dialect: { ...rfc.head.dialect, escape: '\\' } };
  const records = await judgeRecords(source, head);
  return records.wrong ? rfc : { head, records };
}

/** The data row that is the header again, unless its bytes stand within a value. */
async function repeatedHeader(
  source: CsvSource,
  { head, repeatedHeader: offset }: CsvText,
): Promise<number | undefined> {
  if (offset === undefined) return undefined;
  const { row, isWithin } = await placeIn(source, offset, head);
  return isWithin || row === 0 ? undefined : row;
}

function findings(path: string, names: readonly string[], blankLines: number): FileFinding[] {
  const found = headerWarnings(path, names).map((reason): FileFinding => {
    return { check: 'header-names', severity: 'warn', reason };
  });
  if (blankLines > 0) {
    const lines =
      blankLines === 1 ? '1 blank line, which is not a row' : `${blankLines} blank lines, which are not rows`;
    const reason = `File "${path}" has one column and ${lines}; write a missing value as "".`;
    found.push({ check: 'blank-lines', severity: 'warn', reason });
  }
  return found;
}
