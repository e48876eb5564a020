/** After the second pass: what the shards found as findings about the upload, its verdict, and what is profiled next. */
import { join } from 'node:path';
import { literal } from '../../shared/duckdb.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import { downloadObject, putJson, requireJson, uploadFile } from '../../shared/objects.ts';
import type { FileFacts, TableFacts } from '../checks/fact-types.ts';
import { type FilesFacts, mergeFilesFacts, summarizeFiles } from '../checks/file-facts.ts';
import { mergeFacts } from '../checks/merge-facts.ts';
import type { ScannedFile } from '../contract.ts';
import { type InferenceFacts, mergeInferenceFacts } from '../schema/inference-facts.ts';
import { inferenceFindings } from '../schema/inference-findings.ts';
import { readListing } from '../upload/freeze-listing.ts';
import type { Duplicates } from '../versions/duplicates.ts';
import { manifestFiles } from '../versions/manifest.ts';
import { createFileNumbers, parquet } from '../versions/row-hashes.ts';
import {
  droppedRowsKey,
  type MergedStage,
  mergedStageKey,
  ownDroppedKey,
  profiledShardsKey,
  readFilesKey,
  type SettledScan,
  type Shard,
  type StagedShard,
  scannedFilesKey,
  settledKey,
} from './contract.ts';
import { prepareHead } from './head-rows.ts';
import { judgeUpload } from './judge-upload.ts';
import { ListedNames } from './listed-names.ts';
import { linesOf } from './local-lines.ts';
import { SHARD_LIMITS } from './plan-shards.ts';
import { addedUp, readAgain, whyReadAgain } from './profile-version.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { fetchHashes, plannedShards, putText, shardResult } from './shard-tables.ts';
import { stageUnchanged } from './stage-unchanged.ts';
import { stageRefusal } from './stage-version.ts';
import { createOwnFiles, NUMBERED_FILES } from './version-tables.ts';

const JSON_LINES = 'application/x-ndjson';
const PARQUET = 'application/vnd.apache.parquet';

/** Joins the second pass. The answer is kept, too: the passes that follow read it. */
export async function joinShards(context: ScanContext, place: ScanPlace): Promise<MergedStage> {
  const { settings, plan } = context;
  const merged = await judge(context, place);
  await putJson(settings.dataBucket, mergedStageKey(plan.workPrefix), merged);
  return merged;
}

async function judge(context: ScanContext, place: ScanPlace): Promise<MergedStage> {
  const { settings, plan, adds } = context;
  const { dataBucket: bucket } = settings;
  const { database, directory } = place;
  const { workPrefix } = plan;
  const settled = await requireJson<SettledScan>(bucket, settledKey(workPrefix));
  const finished = { next: 'finish', shardsKey: plan.shardsKey!, ownDroppedRows: 0, droppedRows: 0 } as const;
  const looked = join(directory, 'looked.jsonl');
  await downloadObject(bucket, scannedFilesKey(workPrefix), looked);
  await prepareHead(context, place);
  await createOwnFiles(database, looked, adds);
  if (!settled.hasNewContent) return { ...finished, result: await stageUnchanged(context, place) };

  const shards: Shard[] = [];
  for await (const shard of plannedShards(bucket, plan)) if (shard.kind !== 'hash') shards.push(shard);
  const found = await joinFindings(context, shards);
  const scanned = join(directory, 'files.jsonl');
  await writeWithRows(looked, scanned, { rows: found.rows, kept: new Set(settled.kept) });
  await uploadFile(bucket, readFilesKey(workPrefix), scanned, JSON_LINES);
  await createOwnFiles(database, scanned, adds);
  const names = await ListedNames.of(join(directory, 'names.jsonl'), readListing(bucket, plan.upload));
  const { checks, duplicates, headIndexes } = await judgeUpload(context, place, {
    evolved: settled,
    files: found.files,
    findings: [...names.findings(), ...(found.inference ? inferenceFindings(found.inference) : [])],
    table: settled.present.length > 0 ? found.table : undefined,
    hashes: await fetchHashes(context, place, shards),
    pathOf: (file) => names.pathOf(file),
  });
  if (checks.verdict === 'FAIL') {
    return { ...finished, result: await stageRefusal({ context, place }, checks, scanned) };
  }
  await keepDropped(context, place, duplicates);
  const { dropped: _local, ...counts } = duplicates ?? { ownDroppedRows: 0, droppedRows: 0 };
  const { next, note, again } = howToProfile(context, settled, duplicates);
  return {
    next,
    shardsKey: await listProfiled(context, shards, again),
    ownDroppedRows: counts.ownDroppedRows,
    droppedRows: counts.droppedRows,
    accepted: {
      checks,
      headIndexes,
      note,
      ...(duplicates && { duplicates: counts as Omit<Duplicates, 'dropped'> }),
    },
  };
}

interface Findings {
  readonly files: FilesFacts;
  readonly table?: TableFacts;
  readonly inference?: InferenceFacts;
  /** Rows by position of the file. */
  readonly rows: ReadonlyMap<number, number>;
}

async function joinFindings({ settings, plan }: ScanContext, shards: readonly Shard[]): Promise<Findings> {
  const place = { bucket: settings.dataBucket, workPrefix: plan.workPrefix };
  const rows = new Map<number, number>();
  let files = summarizeFiles([]);
  let table: TableFacts | undefined;
  let inference: InferenceFacts | undefined;
  let cut: FileFacts | undefined;
  const endCut = () => {
    if (cut) files = mergeFilesFacts(files, summarizeFiles([cut]));
    cut = undefined;
  };
  for (const { shard, kind } of shards) {
    const staged = await shardResult<StagedShard>(place, 'stage', shard);
    if (staged.facts) table = table ? mergeFacts(table, staged.facts) : staged.facts;
    if (staged.inference) {
      inference = inference ? mergeInferenceFacts(inference, staged.inference) : staged.inference;
    }
    for (const file of staged.files) rows.set(file.index!, (rows.get(file.index!) ?? 0) + (file.rows ?? 0));
    if (kind === 'row-groups') {
      const [part] = staged.files;
      if (cut && part && cut.index !== part.index) endCut();
      if (part) cut = cut ? joinParts(cut, part) : part;
      continue;
    }
    endCut();
    files = mergeFilesFacts(files, summarizeFiles(staged.files));
  }
  endCut();
  return { files, table, inference, rows };
}

/** Facts of two parts of one file. */
function joinParts(a: FileFacts, b: FileFacts): FileFacts {
  const rows = a.rows === undefined || b.rows === undefined ? undefined : a.rows + b.rows;
  const texts = [
    ...new Set([...(a.warnings ?? []), ...(b.warnings ?? [])].map((each) => JSON.stringify(each))),
  ];
  return { ...a, rows, problem: a.problem ?? b.problem, warnings: texts.map((text) => JSON.parse(text)) };
}

async function writeWithRows(
  looked: string,
  scanned: string,
  { rows, kept }: { readonly rows: ReadonlyMap<number, number>; readonly kept: ReadonlySet<number> },
): Promise<void> {
  const lines = await LineWriter.open(scanned);
  try {
    for await (const file of linesOf<ScannedFile>(looked)) {
      await lines.add(kept.has(file.index) ? file : { ...file, rows: rows.get(file.index) ?? 0 });
    }
  } finally {
    await lines.close();
  }
}

/** Keeps the dropped rows by path, as the version will have them, and those of the upload by `__file` and `__row`. */
async function keepDropped(
  { settings, plan }: ScanContext,
  { database, directory }: ScanPlace,
  duplicates: Duplicates | undefined,
): Promise<void> {
  if (duplicates?.dropped === undefined) return;
  const { dataBucket: bucket } = settings;
  await uploadFile(bucket, droppedRowsKey(plan.workPrefix), duplicates.dropped, PARQUET);
  if (duplicates.ownDroppedRows === 0) return;
  const own = join(directory, 'own-dropped.parquet');
  await createFileNumbers(database, NUMBERED_FILES);
  await database.run(
    `COPY (SELECT n.index AS file, d.row FROM ${parquet([duplicates.dropped])} AS d
       JOIN file_numbers AS n ON n.path = d.path) TO ${literal(own)} (FORMAT parquet)`,
  );
  await uploadFile(bucket, ownDroppedKey(plan.workPrefix), own, PARQUET);
}

/** Whether the head's profile is part of the new one, or its rows have to be read again. */
function howToProfile(
  context: ScanContext,
  { schema }: SettledScan,
  duplicates: Duplicates | undefined,
): { readonly next: 'sample' | 'count'; readonly again: boolean; readonly note?: string } {
  const { head, adds } = context;
  if (!adds || !head) return { next: 'sample', again: false };
  const why = whyReadAgain(context, head, schema, duplicates);
  return why === undefined
    ? { next: 'count', again: false, note: addedUp(head.version) }
    : { next: 'sample', again: true, note: readAgain(head.version, why) };
}

/** Writes the list of shards that are profiled: those of the upload, and those of the head where it is read again. */
async function listProfiled(
  { settings, plan, head }: ScanContext,
  own: readonly Shard[],
  again: boolean,
): Promise<string> {
  const { dataBucket: bucket } = settings;
  const shards = [...own];
  if (again) {
    const next = Math.max(...own.map(({ shard }) => shard)) + 1;
    for await (const part of headParts(bucket, head!.version)) {
      const lines = { from: 0, to: 0 };
      shards.push({ shard: next + shards.length - own.length, kind: 'head', ...part, lines });
    }
  }
  const key = profiledShardsKey(plan.workPrefix);
  await putText(bucket, key, shards.map((shard) => `${JSON.stringify(shard)}\n`).join(''));
  return key;
}

/** Files of a version in parts of about a shard's size. */
async function* headParts(
  bucket: string,
  version: number,
): AsyncIterable<Pick<Shard, 'firstFile' | 'files' | 'bytes'>> {
  let part = { firstFile: 0, files: 0, bytes: 0 };
  for await (const { size } of manifestFiles(bucket, version)) {
    const isFull = part.bytes + size > SHARD_LIMITS.bytes || part.files === SHARD_LIMITS.files;
    if (part.files > 0 && isFull) {
      yield part;
      part = { firstFile: part.firstFile + part.files, files: 0, bytes: 0 };
    }
    part.files += 1;
    part.bytes += size;
  }
  if (part.files > 0) yield part;
}
