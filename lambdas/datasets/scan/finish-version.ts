/** Stages the version that an accepted upload becomes. For both routes. */
import { join } from 'node:path';
import { indexKey } from '../../shared/keys.ts';
import { uploadFile } from '../../shared/objects.ts';
import type { ScanResult } from '../contract.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import type { EvolvedSchema } from '../schema/evolution.ts';
import { DatasetDigest } from '../versions/manifest.ts';
import { indexDigest, writeIndex } from '../versions/row-hashes.ts';
import type { JudgedUpload } from './judge-upload.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { stageVersion } from './stage-version.ts';
import { addedFiles, NUMBERED_FILES } from './version-tables.ts';

const PARQUET = 'application/vnd.apache.parquet';

export interface FinishedVersion extends JudgedUpload {
  readonly evolved: EvolvedSchema;
  /** Of the version's logical rows. */
  readonly profile: DatasetProfile;
  readonly note?: string;
  /** Local Parquet files by `writeRowHashes`, of the upload's files. */
  readonly hashes: readonly string[];
}

/** Needs the tables `own_files` and `head_files`. */
export async function finishVersion(
  context: ScanContext,
  place: ScanPlace,
  version: FinishedVersion,
): Promise<ScanResult> {
  const { adds, tombstones } = context;
  const { checks, duplicates, evolved, profile, note } = version;
  const { schema, schemaVersion } = evolved;
  const indexes = await indexesOf(context, place, version);
  return stageVersion(
    { context, place },
    {
      checks,
      profile,
      adds,
      note,
      dropped: duplicates?.dropped,
      parts: {
        rows: profile.rows,
        schemaVersion,
        schema,
        droppedRows: duplicates?.droppedRows ?? 0,
        ...(indexes && { indexes }),
        ...(tombstones && { tombstones: tombstones.digest }),
      },
    },
  );
}

/** Writes the index of the upload's rows. @returns the keys of the version's indexes; undefined when there is nothing to index. */
async function indexesOf(
  context: ScanContext,
  place: ScanPlace,
  { evolved: { schema }, hashes, headIndexes = [] }: FinishedVersion,
): Promise<readonly string[] | undefined> {
  const { settings } = context;
  const { database, directory } = place;
  const made = indexDigest(settings.dataset, schema);
  if (made === undefined) return undefined;
  // named by the files with their paths in the version, which are in it
  const digest = new DatasetDigest();
  for await (const file of addedFiles(database)) digest.add(file);
  const key = indexKey(made, digest.hex());
  const to = join(directory, 'index.parquet');
  await writeIndex(database, { hashes, files: NUMBERED_FILES, to });
  await uploadFile(settings.dataBucket, key, to, PARQUET, { ifAbsent: true });
  return [...headIndexes, key];
}
