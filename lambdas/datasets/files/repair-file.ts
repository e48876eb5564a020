/** Looks closely at a file that DuckDB could not read although nothing was wrong with it before. */
import type { FileProblem } from '../checks/fact-types.ts';
import { diagnoseJson } from './diagnose-json.ts';
import { type ReadableFile, wrongFile } from './inspected-file.ts';
import { mendFile } from './mend-csv.ts';

/** @returns the file as DuckDB may be able to read it, or what is wrong with it. */
export async function repairFile(file: ReadableFile): Promise<ReadableFile | FileProblem> {
  const { format, data, dialect, columns } = file;
  const wrong = (what: string, row?: number) => wrongFile(file, what, row).problem!;
  if (format === 'parquet') return wrong('has damaged data; write it again');
  if (format === 'csv') {
    const names = columns.map(({ name }) => name);
    return { ...file, data: await mendFile(data, { dialect: dialect!, names }) };
  }
  const found = await diagnoseJson(data);
  return found ? wrong(found.problem, found.row) : file;
}
