/** Writes the documents that a scan comes to: of a version to be, or of an upload that is refused. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { s3Uri } from '../../shared/keys.ts';
import { LineWriter } from '../../shared/line-writer.ts';
import { uploadFile } from '../../shared/objects.ts';
import type {
  ChecksDocument,
  Provenance,
  ScanBasis,
  ScannedFile,
  ScanPlan,
  ScanResult,
} from '../contract.ts';
import { constraintsJson, statisticsJson } from '../profile/model-monitor.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { type HeaderParts, writeManifest } from '../versions/manifest.ts';
import { writeSagemakerManifest } from '../versions/sagemaker-manifest.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { addedFiles, missingCopies, versionFiles } from './version-tables.ts';

const JSON_TYPE = 'application/json';
const JSON_LINES = 'application/x-ndjson';
const PARQUET = 'application/vnd.apache.parquet';

/** Prefix of the documents of a scan's version. */
export const scanStagedPrefix = ({ workPrefix }: Pick<ScanPlan, 'workPrefix'>) => `${workPrefix}staged/`;

export interface StageOptions {
  readonly context: ScanContext;
  readonly place: ScanPlace;
}

export interface VersionToStage {
  readonly checks: ChecksDocument;
  readonly profile: DatasetProfile;
  readonly parts: HeaderParts;
  /** Local Parquet file of the dropped rows. @default - there are none */
  readonly dropped?: string;
  /** Whether the files of the head stay beside those of the upload. */
  readonly adds: boolean;
  /** One sentence on how the version came about, for its decision. */
  readonly note?: string;
}

/** Stages a version; needs the tables `own_files` and `head_files`. */
export async function stageVersion(options: StageOptions, version: VersionToStage): Promise<ScanResult> {
  const { database, directory } = options.place;
  const { dataBucket: bucket } = options.context.settings;
  const { checks, profile, parts, dropped, adds, note } = version;
  const put = putter(options);
  await put.json('schema.json', { version: parts.schemaVersion, columns: parts.schema.columns });
  await put.json('checks.json', checks);
  await put.json('profile.json', profile);
  await put.json('statistics.json', statisticsJson(profile));
  await put.json('constraints.json', constraintsJson(profile));
  if (dropped !== undefined) await put.file('dropped.parquet', dropped, PARQUET);

  const copies = join(directory, 'copies.jsonl');
  await writeLines(copies, missingCopies(database));
  await put.file('copies.jsonl', copies, JSON_LINES);
  const provenance = join(directory, 'provenance.json');
  await writeProvenance(provenance, options, adds);
  await put.file('provenance.json', provenance, JSON_TYPE);
  const sagemaker = join(directory, 'sagemaker-manifest.json');
  await writeSagemakerManifest(sagemaker, bucket, versionFiles(database, adds));
  await put.file('sagemaker-manifest.json', sagemaker, JSON_TYPE);
  const manifest = join(directory, 'manifest.json');
  await writeManifest(manifest, parts, versionFiles(database, adds));
  // the last one: it says that the others are there
  await put.file('manifest.json', manifest, JSON_TYPE);
  return { ...resultOf(options, checks), ...(note === undefined ? {} : { note }) };
}

/** Stages the findings against an upload, and the list of what was read: JSON Lines of `ScannedFile`. */
export async function stageRefusal(
  options: StageOptions,
  checks: ChecksDocument,
  files: string,
): Promise<ScanResult> {
  const put = putter(options);
  await put.file('files.jsonl', files, JSON_LINES);
  await put.json('checks.json', checks);
  return resultOf(options, checks);
}

function resultOf({ context: { plan } }: StageOptions, { verdict }: ChecksDocument): ScanResult {
  const { project, upload, route, settingsDigest, headVersion, tombstones, lastSchemaVersion } = plan;
  const basis: ScanBasis = { settingsDigest, headVersion, tombstones, lastSchemaVersion };
  return { project, upload, route, ...basis, verdict, stagedPrefix: scanStagedPrefix(plan) };
}

function putter({ context, place }: StageOptions) {
  const { dataBucket: bucket } = context.settings;
  const { directory } = place;
  const prefix = scanStagedPrefix(context.plan);
  const file = async (name: string, local: string, contentType: string): Promise<void> => {
    await uploadFile(bucket, `${prefix}${name}`, local, contentType);
  };
  const json = async (name: string, document: unknown): Promise<void> => {
    const local = join(directory, `staged-${name}`);
    await writeFile(local, JSON.stringify(document));
    await file(name, local, JSON_TYPE);
  };
  return { file, json };
}

async function writeLines(file: string, values: AsyncIterable<unknown>): Promise<void> {
  const lines = await LineWriter.open(file);
  try {
    for await (const value of values) await lines.add(value);
  } finally {
    await lines.close();
  }
}

async function writeProvenance(file: string, { context, place }: StageOptions, adds: boolean): Promise<void> {
  const { plan, item, settings } = context;
  const { upload, requester, sourceIp, receivedAt } = item;
  const base = adds ? plan.headVersion : undefined;
  const header: Omit<Provenance, 'files'> = { format: 1, upload, base, requester, sourceIp, receivedAt };
  async function* lines(): AsyncIterable<string> {
    yield `${JSON.stringify(header).slice(0, -1)},"files":[`;
    let separator = '\n';
    for await (const added of addedFiles(place.database)) {
      yield `${separator}${JSON.stringify(provenanceOf(settings.dataBucket, added))}`;
      separator = ',\n';
    }
    yield '\n]}\n';
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

function provenanceOf(bucket: string, file: ScannedFile): Provenance['files'][number] {
  const { path, key, versionId, etag, lastModified } = file;
  return { path, readFrom: s3Uri(bucket, key), versionId, etag, lastModified };
}
