/** Looks closely at a file that DuckDB could not read: says what is wrong with it, or writes it once more. */
import type { FileProblem } from '../checks/fact-types.ts';
import { diagnoseJson } from './diagnose-json.ts';
import { type ReadableFile, wrongFile } from './inspected-file.ts';
import { judgeRecords, mendRecords } from './mend-csv.ts';

/** @returns the file as DuckDB may be able to read it, or what is wrong with it. */
export async function repairFile(file: ReadableFile): Promise<ReadableFile | FileProblem> {
  const { format, data, dialect, columns } = file;
  const wrong = (what: string, row?: number) => wrongFile(file, what, row).problem!;
  if (format === 'parquet') return wrong('has damaged data; write it again');
  if (format === 'csv') {
    const head = { dialect: dialect!, names: columns.map(({ name }) => name) };
    const { wrong: row, longest } = await judgeRecords(data, head);
    if (row) return wrong(row.problem, row.row);
    return { ...file, data: await mendRecords(data, head, `${data}.mended`), longestLine: longest };
  }
  const found = await diagnoseJson(data);
  return found ? wrong(found.problem, found.row) : file;
}
