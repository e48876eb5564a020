/** Reads an upload in one function: downloads each file once, checks and profiles its rows, and stages what comes of it. */
import { join } from 'node:path';
import type { HashLimits } from '../../shared/content-hash.ts';
import { withDuckDb } from '../../shared/duckdb.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { collectFacts } from '../checks/facts.ts';
import type { ScanPlan, ScanResult } from '../contract.ts';
import type { InspectedFile } from '../files/inspected-file.ts';
import { inferenceFacts } from '../schema/inference-facts.ts';
import { inferenceFindings } from '../schema/inference-findings.ts';
import { readListing } from '../upload/freeze-listing.ts';
import { eraseRows } from '../versions/forgotten-rows.ts';
import { writeRowHashes } from '../versions/row-hashes.ts';
import { downloadUpload } from './download-upload.ts';
import { finishVersion } from './finish-version.ts';
import { prepareHead } from './head-rows.ts';
import { judgeUpload } from './judge-upload.ts';
import { ListedNames } from './listed-names.ts';
import { linesOf } from './local-lines.ts';
import { PositionSet } from './position-set.ts';
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

  const names = await ListedNames.open(join(directory, 'names.jsonl'));
  const listing = names.keepFrom(readListing(bucket, plan.upload));
  const downloaded = await downloadUpload({ bucket, listing, directory, hashLimits });
  await prepareHead(context, place);
  await createOwnFiles(database, downloaded, adds);
  if (adds && !(await hasNewContent(database))) return stageUnchanged(context, place);

  const known = adds ? await knownContents(database) : new PositionSet();
  const { evolved, present, files, scanned, inspected, isReadable } = await stageUpload({
    database,
    directory,
    settings: dataset,
    downloaded,
    known,
    head: head?.header,
    lastSchemaVersion: plan.lastSchemaVersion,
  });
  const { schema } = evolved;
  await createOwnFiles(database, scanned, adds);
  await eraseRows(database, dataset, schema, tombstones);
  const pathOf = (file: number) => names.pathOf(file);
  const table = isReadable
    ? await collectFacts(database, { settings: dataset, schema, present, head, pathOf, salt })
    : undefined;
  const hashes = join(directory, 'row-hashes.parquet');
  await writeRowHashes(database, dataset, schema, hashes);
  const isInferred = !head && dataset.columns.length === 0;
  const inference = isInferred
    ? await inferenceFacts(database, { schema, files: () => linesOf<InspectedFile>(inspected), pathOf })
    : undefined;
  const findings = [...names.findings(), ...(inference ? inferenceFindings(inference) : [])];
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
