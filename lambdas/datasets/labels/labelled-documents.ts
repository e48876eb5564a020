/** Writes the file of labelled rows and the documents of the version that they make. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LabelsItem } from '../../shared/catalog-items.ts';
import { digestOf } from '../../shared/digest.ts';
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import { droppedKey, indexKey, objectKey, s3Uri, stagedPrefix } from '../../shared/keys.ts';
import { downloadObject, findObject, uploadFile } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { compareUtf8 } from '../../shared/utf8-order.ts';
import type { ChecksDocument, ManifestFile, Provenance } from '../contract.ts';
import { constraintsJson, statisticsJson } from '../profile/model-monitor.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { manifestFiles, writeManifest } from '../versions/manifest.ts';
import { indexDigest, parquet, writeIndex, writeRowHashes } from '../versions/row-hashes.ts';
import { writeSagemakerManifest } from '../versions/sagemaker-manifest.ts';
import type { Candidate, Head } from '../versions/version-store.ts';
import { labelledSelect } from './labelled-rows.ts';

/** Files of labelled rows in a manifest; each assembly replaces them all, so that a corrected label leaves no trace. */
export const LABELLED_PREFIX = 'labelled/';
/** Begins the name of an index of labelled rows, which is replaced with them. */
const LABELLED_INDEX = 'labelled-';

export interface LabelledWork {
  /** With the table `labelled`. */
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: ProjectSettings;
  readonly head: Head;
  readonly labelFiles: readonly LabelsItem[];
}

/** Writes the labelled rows in the dataset's format, always the same bytes for the same rows. */
export async function writeLabelled(
  { database, directory, settings, head, labelFiles }: LabelledWork,
  rows: number,
): Promise<ManifestFile> {
  const { dataBucket: bucket } = settings;
  const ending = settings.dataset.format ?? 'csv';
  const name = digestOf(labelFiles.map(({ sha256 }) => sha256));
  const path = `${LABELLED_PREFIX}${name}.${ending}`;
  const file = join(directory, `labelled.${ending}`);
  const format = { csv: 'FORMAT csv, HEADER true', jsonl: 'FORMAT json', parquet: 'FORMAT parquet' };
  // several threads would cut a Parquet file into other row groups each time
  const { threads } = await database.row<{ threads: number }>("SELECT current_setting('threads') AS threads");
  await database.run('SET threads = 1');
  await database.run(`COPY (${labelledSelect(head.header.schema)}) TO ${literal(file)} (${format[ending]})`);
  await database.run(`SET threads = ${threads}`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const sha256 = hash.digest('hex');
  const { size } = await stat(file);
  if ((await findObject(bucket, objectKey(sha256)))?.size !== size) {
    await uploadFile(bucket, objectKey(sha256), file);
  }
  return { path, size, sha256, rows };
}

export interface LabelledVersion {
  readonly run: string;
  /** Logical rows of the version. */
  readonly rows: number;
  /** By `writeLabelled`. */
  readonly file: ManifestFile;
  readonly profile: DatasetProfile;
  readonly checks: ChecksDocument;
  /** Digest of the list of forgotten keys that rows and profile honour. */
  readonly tombstones: string | undefined;
}

/** Stages the documents of the head's uploaded files with the file of labelled rows. */
export async function stageLabelledVersion(
  work: LabelledWork,
  { run, rows, file, profile, checks, tombstones }: LabelledVersion,
): Promise<Candidate> {
  const { directory, settings, head, labelFiles } = work;
  const { dataBucket: bucket } = settings;
  const { schema, schemaVersion } = head.header;
  const dropped = await keepDropped(work);
  const local = (name: string) => join(directory, name);
  const header = await writeManifest(
    local('manifest.json'),
    {
      ...{ rows, schemaVersion, schema, tombstones, droppedRows: dropped.rows },
      indexes: await indexLabelled(work, file),
    },
    withLabelled(bucket, head.version, file),
  );
  await writeSagemakerManifest(
    local('sagemaker-manifest.json'),
    bucket,
    withLabelled(bucket, head.version, file),
  );
  const digests = labelFiles.map(({ sha256 }) => sha256);
  const provenance: Provenance = {
    format: 1,
    run,
    base: head.version,
    files: [{ path: file.path, readFrom: s3Uri(bucket, 'captures/') }],
    labelFiles: digests,
  };
  const documents = {
    'schema.json': { version: schemaVersion, columns: schema.columns },
    'profile.json': profile,
    'statistics.json': statisticsJson(profile),
    'constraints.json': constraintsJson(profile),
    'checks.json': checks,
    'provenance.json': provenance,
  };
  for (const [name, document] of Object.entries(documents)) {
    await writeFile(local(name), JSON.stringify(document));
  }
  // under the digest and the head too: after a lost race the same run may come to other content
  const prefix = stagedPrefix(`${run}-${header.digest.slice(0, 12)}-${head.version}`);
  const json = [...Object.keys(documents), 'manifest.json', 'sagemaker-manifest.json'];
  for (const name of json) await uploadFile(bucket, `${prefix}${name}`, local(name), 'application/json');
  if (dropped.file) await uploadFile(bucket, `${prefix}dropped.parquet`, dropped.file);
  return {
    stagedPrefix: prefix,
    header,
    verdict: checks.verdict === 'PASS' ? 'PASS' : 'WARN',
    source: { kind: 'labels', run },
    labelFiles: digests,
  };
}

/** The head's files in order of path, with one file of labelled rows instead of those that it has. */
async function* withLabelled(
  bucket: string,
  version: number,
  file: ManifestFile,
): AsyncGenerator<ManifestFile> {
  let isWritten = false;
  for await (const kept of manifestFiles(bucket, version)) {
    if (kept.path.startsWith(LABELLED_PREFIX)) continue;
    if (!isWritten && compareUtf8(file.path, kept.path) < 0) {
      isWritten = true;
      yield file;
    }
    yield kept;
  }
  if (!isWritten) yield file;
}

/** The head's dropped rows without those of its labelled rows. */
async function keepDropped({
  database,
  directory,
  settings,
  head,
}: LabelledWork): Promise<{ readonly rows: number; readonly file?: string }> {
  if (head.header.droppedRows === 0) return { rows: 0 };
  const before = join(directory, 'dropped-before.parquet');
  await downloadObject(settings.dataBucket, droppedKey(head.version), before);
  const kept = `FROM ${parquet([before])} WHERE NOT starts_with(path, ${literal(LABELLED_PREFIX)})`;
  const { rows } = await database.row<{ rows: number }>(`SELECT count(*) AS rows ${kept}`);
  if (rows === 0) return { rows };
  const file = join(directory, 'dropped.parquet');
  await database.run(
    `COPY (SELECT path, row ${kept} ORDER BY path, row) TO ${literal(file)} (FORMAT parquet)`,
  );
  return { rows, file };
}

/** Keys of the index objects of the version: those of the head's uploads, and one of the labelled rows. */
async function indexLabelled(
  { database, directory, settings, head }: LabelledWork,
  { path, sha256 }: ManifestFile,
): Promise<readonly string[] | undefined> {
  const { schema, indexes } = head.header;
  const made = indexDigest(settings.dataset, schema);
  if (made === undefined || indexes === undefined) return undefined;
  const hashes = join(directory, 'labelled-hashes.parquet');
  const file = join(directory, 'labelled-index.parquet');
  await writeRowHashes(database, settings.dataset, schema, hashes, 'labelled');
  await writeIndex(database, { hashes: [hashes], files: [{ index: 0, path }], to: file });
  // the index names the path, which follows from the label files: two of them may come to the same content
  const key = indexKey(made, `${LABELLED_INDEX}${digestOf([path, sha256])}`);
  await uploadFile(settings.dataBucket, key, file);
  return [...indexes.filter((index) => !index.includes(`/${LABELLED_INDEX}`)), key];
}
