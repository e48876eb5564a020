/** Looks at a JSON Lines file: which fields its objects have. */
import type { DuckDb } from '../../shared/duckdb.ts';
import { describeBytes } from './bad-bytes.ts';
import { hasBom, type NamedFormat } from './file-format.ts';
import { headerProblem, headerWarnings } from './header-names.ts';
import { type InspectedFile, type LocalFile, wrongFile } from './inspected-file.ts';
import { jsonFields } from './json-fields.ts';
import { JsonText } from './json-text.ts';
import { LONGEST_LINE, readText } from './read-text.ts';

export async function inspectJson(
  database: DuckDb,
  local: LocalFile,
  { compression }: NamedFormat,
): Promise<InspectedFile> {
  const reader = new JsonText();
  const text = await readText(local.file, local.size, compression, reader);
  if (text.problem) return wrongFile(local, text.problem);
  if (text.bytes) {
    const { what, row } = describeBytes(text.bytes, reader.place);
    return wrongFile(local, what, row);
  }
  if (text.size === 0) return { ...local, empty: true };
  const { longRow } = reader;
  if (longRow !== undefined) {
    return wrongFile(local, `row ${longRow} is longer than 16 MiB; is a line end missing?`, longRow);
  }
  const found = await jsonFields(database, text, hasBom(reader.beginning));
  if ('problem' in found) return wrongFile(local, found.problem, found.row);
  const { names, file } = found;
  const problem = headerProblem(names);
  // the objects of JSON have no order of columns
  if (problem)
    return wrongFile(
      local,
      problem.replace(/ \(\d+ and \d+\)/, '').replace(/ for column \d+$/, ' for a field'),
    );
  return {
    ...local,
    format: 'jsonl',
    data: file,
    columns: names.map((name) => ({ name, sourceType: 'JSON' })),
    longestLine: LONGEST_LINE,
    findings: headerWarnings(local.path, names).map((reason) => ({
      check: 'header-names',
      severity: 'warn',
      reason,
    })),
  };
}
