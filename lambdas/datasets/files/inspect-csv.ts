/** Looks at a CSV file: its header, its dialect, and whether all of its records are whole. */

import { describeBytes } from './bad-bytes.ts';
import type { CsvHead } from './csv-dialect.ts';
import { CsvText } from './csv-text.ts';
import type { NamedFormat } from './file-format.ts';
import { headerWarnings } from './header-names.ts';
import { type FileFinding, type InspectedFile, type LocalFile, wrongFile } from './inspected-file.ts';
import { judgeFile, mendFile } from './mend-csv.ts';
import { readText } from './read-text.ts';

export async function inspectCsv(local: LocalFile, named: NamedFormat): Promise<InspectedFile> {
  const reader = new CsvText(named.tabs);
  const text = await readText(local.file, local.size, named.compression, reader);
  if (text.problem) return wrongFile(local, text.problem);
  if (text.bytes) {
    reader.flush();
    const { what, row } = describeBytes(text.bytes, reader.place);
    return wrongFile(local, what, row);
  }
  if (text.size === 0) return { ...local, empty: true };
  reader.end();
  const { head, headProblem, repeatedHeader: again } = reader;
  if (!head) return wrongFile(local, headProblem!);
  if (again !== undefined) {
    return wrongFile(
      local,
      `row ${again} repeats the header; were files put together with their headers?`,
      again,
    );
  }
  const read = reader.wrong ? await readAsSpark(text.file, head, reader) : { ...counts(reader), head };
  if (!read) return wrongFile(local, reader.wrong!.problem, reader.wrong!.row);
  return {
    ...local,
    format: 'csv',
    data: reader.needsMending ? await mendFile(text.file, read.head) : text.file,
    dialect: read.head.dialect,
    columns: read.head.names.map((name) => ({ name, sourceType: 'VARCHAR' })),
    longestLine: read.longest,
    rows: read.rows,
    findings: findings(local.path, read.head.names, reader.blankLines),
  };
}

interface Read {
  readonly head: CsvHead;
  readonly rows: number;
  readonly longest: number;
}

const counts = ({ rows, longest }: CsvText) => ({ rows, longest });

/** A file that does not read as RFC 4180 is read once more with backslashes before quotation marks, as Spark writes them. */
async function readAsSpark(
  file: string,
  rfc: CsvHead,
  { hasBackslashes }: CsvText,
): Promise<Read | undefined> {
  if (!hasBackslashes) return undefined;
  const head: CsvHead = { ...rfc, dialect: { ...rfc.dialect, escape: '\\' } };
  const { wrong, rows, longest } = await judgeFile(file, head);
  return wrong ? undefined : { head, rows, longest };
}

function findings(path: string, names: readonly string[], blankLines: number): FileFinding[] {
  const found: FileFinding[] = headerWarnings(path, names).map((reason) => {
    return { check: 'header-names', severity: 'warn', reason };
  });
  if (names.length === 1 && blankLines > 0) {
    const lines =
      blankLines === 1 ? '1 blank line, which is not a row' : `${blankLines} blank lines, which are not rows`;
    const reason = `File "${path}" has one column and ${lines}; write a missing value as "".`;
    found.push({ check: 'blank-lines', severity: 'warn', reason });
  }
  return found;
}
