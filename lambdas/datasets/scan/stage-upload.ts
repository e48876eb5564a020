/** From local files to the table `data`: looks at the files, settles the schema, reads the rows. A batch at a time. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { FileFacts } from '../checks/fact-types.ts';
import { type FilesFacts, mergeFilesFacts, summarizeFiles } from '../checks/file-facts.ts';
import type { DatasetSchema, ScannedFile } from '../contract.ts';
import { inspectFiles } from '../files/inspect-files.ts';
import { type InspectedFile, isReadable } from '../files/inspected-file.ts';
import { type StagedFile, stageRows } from '../files/stage-rows.ts';
import { type EvolvedSchema, evolveSchema } from '../schema/evolution.ts';
import {
  mergeTypeEvidence,
  schemaOfEvidence,
  stageInferred,
  type TypeEvidence,
  typeEvidence,
} from '../schema/infer-types.ts';
import { localFile } from './download-upload.ts';

/** Files that are looked at and read together: what is known of one takes about 2 KB. */
const BATCH_FILES = 2_000;

export interface StageUploadOptions {
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: DatasetSettings;
  /** Local JSON Lines of `ScannedFile`. */
  readonly downloaded: string;
  /** Position of files that are not read: the version has their content already. */
  readonly known: ReadonlySet<number>;
  readonly head?: { readonly schema: DatasetSchema; readonly schemaVersion: number };
}

export interface StagedUpload {
  readonly evolved: EvolvedSchema;
  /** Names of the columns that the files have. */
  readonly present: readonly string[];
  /** Of the files that were read. */
  readonly files: FilesFacts;
  /** Local JSON Lines of `ScannedFile` with rows, all files. */
  readonly scanned: string;
  /** Whether any file could be read. */
  readonly isReadable: boolean;
}

/** Makes the table `data` of an upload. */
export async function stageUpload(options: StageUploadOptions): Promise<StagedUpload> {
  const { directory } = options;
  const inspected = join(directory, 'inspected.jsonl');
  const { present, batches } = await inspectUpload(options, inspected);
  const found = await stageBySchema(options, { inspected, present, batches });
  const scanned = join(directory, 'files.jsonl');
  const files = await sumUp(options, inspected, { staged: found.stagedFile, scanned });
  return { evolved: found.evolved, present, files, scanned, isReadable: present.length > 0 };
}

/** Looks at every file and writes what it is to a local file, a line each. */
async function inspectUpload(
  { database, directory, settings, downloaded, known }: StageUploadOptions,
  file: string,
): Promise<{ readonly present: readonly string[]; readonly batches: number }> {
  const present = new Set<string>();
  let batches = 0;
  const lines = await LineWriter.open(file);
  try {
    for await (const batch of inBatches(linesOf<ScannedFile>(downloaded), ({ index }) => !known.has(index))) {
      const local = batch.map(({ index, path, size }) => {
        return { index, path, size, file: localFile(directory, index) };
      });
      for (const each of await inspectFiles(database, settings, local)) {
        await lines.add(each);
        if (isReadable(each)) for (const { name } of each.columns) present.add(name);
      }
      batches += 1;
    }
  } finally {
    await lines.close();
  }
  return { present: [...present], batches };
}

interface Inspected {
  /** Local JSON Lines of `InspectedFile`. */
  readonly inspected: string;
  readonly present: readonly string[];
  readonly batches: number;
}

interface StagedBySchema {
  readonly evolved: EvolvedSchema;
  /** Local JSON Lines of `StagedFile`, in the order of `inspected`. */
  readonly stagedFile: string;
}

/** Reads the rows once where the schema is known or can be guessed, and once more where a guess was wrong. */
async function stageBySchema(options: StageUploadOptions, looked: Inspected): Promise<StagedBySchema> {
  const { database, settings, head } = options;
  const { present, inspected, batches } = looked;
  const evolve = (inferred?: DatasetSchema) => evolveSchema({ settings, head, present, inferred });
  if (settings.columns.length > 0) {
    const evolved = evolve();
    return { evolved, stagedFile: await stageAll(options, inspected, evolved.schema) };
  }
  if (!head && batches === 1) {
    const files: InspectedFile[] = [];
    for await (const file of linesOf<InspectedFile>(inspected)) files.push(file);
    const { schema, staged } = await stageInferred(database, files, settings);
    return { evolved: evolve(schema), stagedFile: await writeStaged(options, [staged]) };
  }
  if (head && hasOnly(head.schema, present)) {
    // nothing new in the headers: the frozen schema holds unless an integer column has fractions by now
    const stagedFile = await stageAll(options, inspected, head.schema);
    const evolved = evolve({ columns: head.schema.columns });
    const isFrozen = JSON.stringify(evolved.schema) === JSON.stringify(head.schema);
    if (isFrozen && !(await hasBadIntegers(database, head.schema))) return { evolved, stagedFile };
  }
  let evidence: TypeEvidence = { columns: [] };
  for await (const batch of inBatches(linesOf<InspectedFile>(inspected))) {
    evidence = mergeTypeEvidence(evidence, await evidenceOf(options, batch));
  }
  const evolved = evolve(schemaOfEvidence(evidence, settings));
  return { evolved, stagedFile: await stageAll(options, inspected, evolved.schema) };
}

/** Evidence of the files that parse: what is wrong with the others, staging them says. */
export async function evidenceOf(
  options: Pick<StageUploadOptions, 'database' | 'settings'>,
  files: readonly InspectedFile[],
): Promise<TypeEvidence> {
  const { database, settings } = options;
  try {
    return await typeEvidence(database, files, { nullValues: settings.nullValues });
  } catch {
    if (files.length > 1) {
      const half = Math.ceil(files.length / 2);
      return mergeTypeEvidence(
        await evidenceOf(options, files.slice(0, half)),
        await evidenceOf(options, files.slice(half)),
      );
    }
    // what is not about the file comes again when its rows are read
    return { columns: [] };
  }
}

async function stageAll(
  options: StageUploadOptions,
  inspected: string,
  schema: DatasetSchema,
): Promise<string> {
  const { database, settings } = options;
  async function* staged(): AsyncIterable<readonly StagedFile[]> {
    let append = false;
    for await (const batch of inBatches(linesOf<InspectedFile>(inspected))) {
      yield await stageRows(database, batch, schema, { nullValues: settings.nullValues, append });
      append = true;
    }
    if (!append) await stageRows(database, [], schema);
  }
  return writeStaged(options, staged());
}

async function writeStaged(
  { directory }: StageUploadOptions,
  batches: AsyncIterable<readonly StagedFile[]> | Iterable<readonly StagedFile[]>,
): Promise<string> {
  const file = join(directory, 'staged.jsonl');
  const lines = await LineWriter.open(file);
  try {
    for await (const batch of batches) for (const each of batch) await lines.add(each);
  } finally {
    await lines.close();
  }
  return file;
}

/** Facts of all files, and the list of them with their rows. */
async function sumUp(
  { downloaded, known }: StageUploadOptions,
  inspected: string,
  { staged, scanned }: { readonly staged: string; readonly scanned: string },
): Promise<FilesFacts> {
  let facts = summarizeFiles([]);
  const looked = linesOf<InspectedFile>(inspected)[Symbol.asyncIterator]();
  const read = linesOf<StagedFile>(staged)[Symbol.asyncIterator]();
  const lines = await LineWriter.open(scanned);
  try {
    for await (const batch of inBatches(linesOf<ScannedFile>(downloaded))) {
      const ofBatch: FileFacts[] = [];
      for (const file of batch) {
        if (known.has(file.index)) {
          await lines.add(file);
          continue;
        }
        const one = (await looked.next()).value as InspectedFile;
        const rows = isReadable(one) ? ((await read.next()).value as StagedFile) : undefined;
        const fact = fileFacts(one, rows);
        ofBatch.push(fact);
        await lines.add({ ...file, rows: fact.rows ?? 0 } satisfies ScannedFile);
      }
      facts = mergeFilesFacts(facts, summarizeFiles(ofBatch));
    }
  } finally {
    await lines.close();
    await looked.return?.();
    await read.return?.();
  }
  await Promise.all([inspected, staged].map((file) => rm(file)));
  return facts;
}

/** What the checks look at, from what the readers found. */
export function fileFacts(file: InspectedFile, staged?: StagedFile): FileFacts {
  const { index, path, size } = file;
  if (!isReadable(file)) {
    const { problem, ignored, empty } = file;
    // a text of no byte once it is unpacked is as empty as a file of none
    return { index, path, size: empty ? 0 : size, problem, ignored };
  }
  return {
    index,
    path,
    size,
    rows: staged?.rows,
    problem: staged?.problem,
    warnings: staged?.findings ?? file.findings,
    format: file.format,
    columns: file.columns.map(({ name }) => name),
  };
}

/** Whether a schema has every column of the files, under its name or an alias. */
function hasOnly({ columns }: DatasetSchema, present: readonly string[]): boolean {
  const known = new Set(columns.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  return present.every((name) => known.has(name));
}

async function hasBadIntegers(database: DuckDb, { columns }: DatasetSchema): Promise<boolean> {
  const integers = columns.filter(({ type }) => type === 'integer').map(({ name }) => name);
  if (integers.length === 0) return false;
  const found = await database.rows(
    `SELECT 1 FROM data WHERE __bad IS NOT NULL AND list_has_any(map_keys(__bad), [${integers.map(literal).join(', ')}]) LIMIT 1`,
  );
  return found.length > 0;
}

/** The values of a local JSON Lines file. */
export async function* linesOf<T>(file: string): AsyncIterable<T> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as T;
}

async function* inBatches<T>(
  items: AsyncIterable<T>,
  isWanted: (item: T) => boolean = () => true,
): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (!isWanted(item)) continue;
    batch.push(item);
    if (batch.length < BATCH_FILES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
