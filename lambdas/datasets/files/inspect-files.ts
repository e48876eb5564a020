/** Looks at the files of an upload: what each is, how it is read, which columns it has, and what is wrong with it. */
import type { DuckDb } from '../../shared/duckdb.ts';
import { forEachParallel } from '../../shared/parallel.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import { contradiction, formatOfName, readEnds, unknownEnding } from './file-format.ts';
import { isIgnored } from './file-names.ts';
import { inspectCsv } from './inspect-csv.ts';
import { inspectJson } from './inspect-json.ts';
import { inspectParquet } from './inspect-parquet.ts';
import { type InspectedFile, type LocalFile, wrongFile } from './inspected-file.ts';

export type { InspectedFile, LocalFile } from './inspected-file.ts';

/** Files that are looked at together. */
const AT_ONCE = 8;
/** Footers that are read by one statement: one that is damaged has all of them read again by halves. */
const FOOTERS_AT_ONCE = 256;

/** @returns one answer for each file, in their order. Nothing is thrown for what is wrong with a file. */
export async function inspectFiles(
  database: DuckDb,
  settings: Pick<DatasetSettings, 'format'>,
  files: readonly LocalFile[],
): Promise<InspectedFile[]> {
  const inspected = new Array<InspectedFile>(files.length);
  const parquet: number[] = [];
  const look = async (file: LocalFile, place: number) => {
    const found = await inspectFile(database, settings, file);
    if (found) inspected[place] = found;
    else parquet.push(place);
  };
  await forEachParallel(files, look, AT_ONCE);
  parquet.sort((a, b) => a - b);
  for (let from = 0; from < parquet.length; from += FOOTERS_AT_ONCE) {
    const places = parquet.slice(from, from + FOOTERS_AT_ONCE);
    const found = await inspectParquet(
      database,
      places.map((place) => files[place]!),
    );
    for (const [at, place] of places.entries()) inspected[place] = found[at]!;
  }
  return inspected;
}

/** @returns undefined for what looks like Parquet. */
async function inspectFile(
  database: DuckDb,
  { format: only }: Pick<DatasetSettings, 'format'>,
  local: LocalFile,
): Promise<InspectedFile | undefined> {
  const { path, size, file } = local;
  if (isIgnored(local))
    return { ...local, ignored: 'its name, or that of a folder above it, begins with "_" or "."' };
  const named = formatOfName(path);
  if (!named) return wrongFile(local, unknownEnding(path));
  if (only && named.format !== only) {
    const other = `is ${named.format} by its name, but the project's format is ${only} (dataset.format)`;
    return wrongFile(local, other);
  }
  if (size === 0) return { ...local, empty: true };
  const against = contradiction(named, readEnds(file));
  if (against) return wrongFile(local, against);
  if (named.format === 'parquet') return undefined;
  return named.format === 'csv' ? inspectCsv(local, named) : inspectJson(database, local, named);
}
