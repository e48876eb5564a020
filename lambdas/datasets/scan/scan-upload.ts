/** Reads an upload in one function: downloads each file once, checks and profiles its rows, and stages what comes of it. */
import { join } from 'node:path';
import type { HashLimits } from '../../shared/content-hash.ts';
import { withDuckDb } from '../../shared/duckdb.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { collectFacts } from '../checks/facts.ts';
import type { ListedObject, ScanPlan, ScanResult } from '../contract.ts';
import { type NamedFile, nameFindings } from '../files/file-names.ts';
import { readListing } from '../upload/freeze-listing.ts';
import { writeRowHashes } from '../versions/row-hashes.ts';
import { eraseRows } from '../versions/tombstones.ts';
import { downloadUpload } from './download-upload.ts';
import { finishVersion } from './finish-version.ts';
import { prepareHead } from './head-rows.ts';
import { judgeUpload } from './judge-upload.ts';
import { profileVersion } from './profile-version.ts';
import { loadScanContext, type ScanContext, type ScanPlace } from './scan-context.ts';
import { stageUnchanged } from './stage-unchanged.ts';
import { stageUpload } from './stage-upload.ts';
import { stageRefusal } from './stage-version.ts';
import { createOwnFiles, hasNewContent, knownContents } from './version-tables.ts';

/** @throws NonRetryableError when an object is gone for good; what is wrong with the data is part of the result. */
export async function scanUpload(
  settings: ProjectSettings,
  plan: ScanPlan,
  { hashLimits }: { readonly hashLimits?: HashLimits } = {},
): Promise<ScanResult> {
  const context = await loadScanContext(settings, plan);
  return withTempDirectory((directory) =>
    withDuckDb(directory, (database) => scan(context, { database, directory, hashLimits })),
  );
}

async function scan(context: ScanContext, place: ScanPlace): Promise<ScanResult> {
  const { settings, plan, head, adds, tombstones, salt } = context;
  const { dataset, dataBucket: bucket } = settings;
  const { database, directory, hashLimits } = place;

  const names: NamedFile[] = [];
  const listing = remembering(readListing(bucket, plan.upload), names);
  const downloaded = await downloadUpload({ bucket, listing, directory, hashLimits });
  await prepareHead(context, place);
  await createOwnFiles(database, downloaded, adds);
  if (adds && !(await hasNewContent(database))) return stageUnchanged(context, place);

  const known = adds ? await knownContents(database) : new Set<number>();
  const { evolved, present, files, scanned, isReadable } = await stageUpload({
    database,
    directory,
    settings: dataset,
    downloaded,
    known,
    head: head?.header,
  });
  const { schema } = evolved;
  await createOwnFiles(database, scanned, adds);
  await eraseRows(database, dataset, schema, tombstones);
  const pathOf = (file: number) => names[file]?.path;
  const table = isReadable
    ? await collectFacts(database, { settings: dataset, schema, present, head, pathOf, salt })
    : undefined;
  const hashes = join(directory, 'row-hashes.parquet');
  await writeRowHashes(database, dataset, schema, hashes);
  const findings = nameFindings(names);
  const judged = await judgeUpload(context, place, {
    evolved,
    files,
    findings,
    table,
    hashes: [hashes],
    pathOf,
  });
  if (judged.checks.verdict === 'FAIL') return stageRefusal({ context, place }, judged.checks, scanned);

  const profiled = await profileVersion(context, place, schema, judged.duplicates);
  return finishVersion(context, place, { ...judged, ...profiled, evolved, hashes: [hashes] });
}

/** Keeps names and sizes of the objects that pass. */
async function* remembering(
  objects: AsyncIterable<ListedObject>,
  names: NamedFile[],
): AsyncIterable<ListedObject> {
  for await (const object of objects) {
    names.push({ path: object.path, size: object.size });
    yield object;
  }
}
