/** After the first pass: which files add anything, and the schema that the rows of all shards are read with. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HASH_LIMITS, type HashLimits } from '../../shared/content-hash.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import { putJson, uploadFile } from '../../shared/objects.ts';
import type { ScannedFile } from '../contract.ts';
import { evolveSchema } from '../schema/evolution.ts';
import { mergeTypeEvidence, schemaOfEvidence, type TypeEvidence } from '../schema/infer-types.ts';
import {
  type LookedFile,
  type LookedShard,
  type SettledScan,
  scannedFilesKey,
  settledKey,
} from './contract.ts';
import { prepareHead } from './head-rows.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { plannedShards, shardResult } from './shard-tables.ts';
import { createOwnFiles, hasNewContent, knownContents } from './version-tables.ts';

export async function settleSchema(
  context: ScanContext,
  place: ScanPlace,
  limits: HashLimits = HASH_LIMITS,
): Promise<void> {
  const { settings, plan, head, adds } = context;
  const { dataBucket: bucket, dataset } = settings;
  const { database, directory } = place;
  const { workPrefix } = plan;
  const present = new Set<string>();
  let evidence: TypeEvidence = { columns: [] };
  const file = join(directory, 'looked.jsonl');
  const files = new FileList(await LineWriter.open(file), limits);
  for await (const shard of plannedShards(bucket, plan)) {
    const looked = await shardResult<LookedShard>({ bucket, workPrefix }, 'look', shard.shard);
    if (looked.evidence) evidence = mergeTypeEvidence(evidence, looked.evidence);
    for (const name of looked.present) present.add(name);
    await files.add(looked);
  }
  await files.close();

  await prepareHead(context, place);
  await createOwnFiles(database, file, adds);
  const names = [...present];
  const inferred = dataset.columns.length > 0 ? undefined : schemaOfEvidence(evidence, dataset);
  const settled: SettledScan = {
    ...evolveSchema({
      settings: dataset,
      head: head?.header,
      lastSchemaVersion: plan.lastSchemaVersion,
      present: names,
      inferred,
    }),
    present: names,
    kept: adds ? [...(await knownContents(database))] : [],
    hasNewContent: !adds || (await hasNewContent(database)),
  };
  await uploadFile(bucket, scannedFilesKey(workPrefix), file, 'application/x-ndjson');
  await putJson(bucket, settledKey(workPrefix), settled);
}

/** The files of all shards, each once, with its hash: that of a cut file is in the shards that follow its row groups. */
class FileList {
  private readonly lines: LineWriter;
  private readonly limits: HashLimits;
  private cut: { readonly file: LookedFile; readonly digests: string[] } | undefined;

  constructor(lines: LineWriter, limits: HashLimits) {
    this.lines = lines;
    this.limits = limits;
  }

  async add({ files, digests }: LookedShard): Promise<void> {
    if (digests) {
      this.cut!.digests.push(...digests);
      return;
    }
    for (const file of files) {
      if (this.cut && this.cut.file.index !== file.index) await this.endCut();
      if (file.sha256 === undefined) this.cut ??= { file, digests: [] };
      else await this.lines.add(file);
    }
  }

  async close(): Promise<void> {
    await this.endCut();
    await this.lines.close();
  }

  private async endCut(): Promise<void> {
    if (!this.cut) return;
    const { file, digests } = this.cut;
    this.cut = undefined;
    const { treeAbove, chunkSize } = this.limits;
    const hash =
      file.size > treeAbove ? { sha256: treeHash(digests), chunkSize } : { sha256: digests.join('') };
    await this.lines.add({ ...file, ...hash } satisfies ScannedFile);
  }
}

/** SHA-256 over the digests of the chunks, as `ContentHasher` takes it. */
function treeHash(digests: readonly string[]): string {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}
