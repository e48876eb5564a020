/** An upload's way from local files to its verdict and its profile, as `scan-upload` goes it, without S3. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { collectFacts } from '../../lambdas/datasets/checks/facts.ts';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { localFile } from '../../lambdas/datasets/scan/download-upload.ts';
import { judgeUpload } from '../../lambdas/datasets/scan/judge-upload.ts';
import { PositionSet } from '../../lambdas/datasets/scan/position-set.ts';
import type { ScanContext } from '../../lambdas/datasets/scan/scan-context.ts';
import { type StagedUpload, stageUpload } from '../../lambdas/datasets/scan/stage-upload.ts';
import { createHeadFiles, createOwnFiles } from '../../lambdas/datasets/scan/version-tables.ts';
import { writeRowHashes } from '../../lambdas/datasets/versions/row-hashes.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { DatasetSettings } from '../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

export interface UploadedFile {
  readonly file: string;
  readonly size: number;
  readonly settings: DatasetSettings;
}

interface Place {
  readonly database: DuckDb;
  readonly directory: string;
  /** Local JSON Lines of the files. */
  readonly downloaded: string;
}

/** The file in a folder of its own, as if it had been downloaded. */
export function withUpload<T>({ file, size }: UploadedFile, work: (place: Place) => Promise<T>): Promise<T> {
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      mkdirSync(join(directory, 'files'), { recursive: true });
      rmSync(localFile(directory, 0), { force: true });
      symlinkSync(file, localFile(directory, 0));
      const path = basename(file);
      const object = { path, key: `incoming/${path}`, versionId: 'v', etag: '"e"', lastModified: '' };
      const downloaded = join(directory, 'downloaded.jsonl');
      writeFileSync(downloaded, JSON.stringify({ ...object, index: 0, size, sha256: '0'.repeat(64) }));
      return work({ database, directory, downloaded });
    }),
  );
}

/** Looks at the file, settles its schema and makes the table of its typed rows. */
export async function read({ settings }: UploadedFile, place: Place): Promise<StagedUpload> {
  const staged = await stageUpload({ ...place, settings, known: new PositionSet(), lastSchemaVersion: 0 });
  if (!staged.isReadable) throw new Error('the file cannot be read');
  return staged;
}

/** The same, all checks and the profile. @throws Error when a check refuses the rows. */
export async function readCheckAndProfile(upload: UploadedFile, place: Place): Promise<void> {
  const { settings } = upload;
  const { database, directory } = place;
  const staged = await read(upload, place);
  const { evolved, present, files, scanned } = staged;
  const { schema } = evolved;
  await createHeadFiles(database);
  await createOwnFiles(database, scanned, false);
  const pathOf = () => upload.file;
  const table = await collectFacts(database, {
    settings,
    schema,
    present,
    head: undefined,
    pathOf,
    salt: '',
  });
  const hashes = [join(directory, 'row-hashes.parquet')];
  await writeRowHashes(database, settings, schema, hashes[0]!);
  const context = {
    settings: { dataset: settings },
    plan: { upload: 'bench' },
    item: { receivedAt: new Date().toISOString() },
    adds: false,
  } as unknown as ScanContext;
  const scannedUpload = { evolved, files, findings: [], table, hashes, pathOf };
  const { checks } = await judgeUpload(context, { database, directory }, scannedUpload);
  if (checks.verdict === 'FAIL') throw new Error(JSON.stringify(checks).slice(0, 1000));
  await profileTable(database, 'data', schema);
}
