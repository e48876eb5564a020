/** From local files to the table `data`: looks at the files, settles the schema, reads the rows. A batch at a time. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LineWriter } from '../../shared/line-writer.ts';
import type { FileFacts } from '../checks/fact-types.ts';
import { type FilesFacts, mergeFilesFacts, summarizeFiles } from '../checks/file-facts.ts';
import type { ScannedFile } from '../contract.ts';
import { inspectFiles } from '../files/inspect-files.ts';
import { type InspectedFile, isReadable } from '../files/inspected-file.ts';
import type { StagedFile } from '../files/stage-rows.ts';
import type { EvolvedSchema } from '../schema/evolution.ts';
import { localFile } from './download-upload.ts';
import { inBatches, linesOf } from './local-lines.ts';
import { type StageBySchemaOptions, stageBySchema } from './stage-by-schema.ts';

export interface StageUploadOptions extends StageBySchemaOptions {
  /** Local JSON Lines of `ScannedFile`. */
  readonly downloaded: string;
  /** Position of files that are not read: the version has their content already. */
  readonly known: Pick<ReadonlySet<number>, 'has'>;
}

export interface StagedUpload {
  readonly evolved: EvolvedSchema;
  /** Names of the columns that the files have. */
  readonly present: readonly string[];
  /** Of the files that were read. */
  readonly files: FilesFacts;
  /** Local JSON Lines of `ScannedFile` with rows, all files. */
  readonly scanned: string;
  /** Local JSON Lines of `InspectedFile`. */
  readonly inspected: string;
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
  return { evolved: found.evolved, present, files, scanned, inspected, isReadable: present.length > 0 };
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
  await rm(staged);
  return facts;
}

/** What the checks look at, from what the readers found. */
export function fileFacts(file: InspectedFile, staged?: StagedFile): FileFacts {
  const { index, path, size } = file;
  if (!isReadable(file)) {
    const { problem, ignored, empty } = file;
    // a text of no byte once it is unpacked is as empty as a file of none
    const isPackedEmpty = empty && size > 0;
    return { index, path, size: empty ? 0 : size, problem, ignored, ...(isPackedEmpty && { isPackedEmpty }) };
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
