/** The verdict on what a scan found out: duplicates, then all checks. For both routes. */
import { join } from 'node:path';
import { checkUpload } from '../checks/check-upload.ts';
import type { ReadFinding, TableFacts } from '../checks/fact-types.ts';
import type { FilesFacts } from '../checks/file-facts.ts';
import type { ChecksDocument } from '../contract.ts';
import type { EvolvedSchema } from '../schema/evolution.ts';
import { type Duplicates, findDuplicates } from '../versions/duplicates.ts';
import { headDuplicates, headIndexes } from './head-rows.ts';
import type { ScanContext, ScanPlace } from './scan-context.ts';
import { setFindings } from './set-findings.ts';
import { NUMBERED_FILES } from './version-tables.ts';

export interface ScannedUpload {
  readonly evolved: EvolvedSchema;
  readonly files: FilesFacts;
  /** What the reader found out beside the files' problems: names, headers. */
  readonly findings: readonly ReadFinding[];
  /** Absent when no file could be read. */
  readonly table?: TableFacts;
  /** Local Parquet files by `writeRowHashes`, of all files. */
  readonly hashes: readonly string[];
  /** Name of a file by its position in the listing. */
  readonly pathOf: (file: number) => string | undefined;
}

export interface JudgedUpload {
  readonly checks: ChecksDocument;
  /** Absent when no file could be read. */
  readonly duplicates?: Duplicates;
  /** Keys of the head's index objects; absent without any, and where the upload replaces the head. */
  readonly headIndexes?: readonly string[];
}

/** Needs the tables `own_files` and `head_files`. */
export async function judgeUpload(
  context: ScanContext,
  place: ScanPlace,
  scanned: ScannedUpload,
): Promise<JudgedUpload> {
  const { settings, plan, item, head, adds } = context;
  const { evolved, files, findings, table, hashes, pathOf } = scanned;
  const indexes = adds ? await headIndexes(context, place, evolved.schema) : undefined;
  const duplicates = table
    ? await findDuplicates(place.database, {
        own: hashes,
        files: NUMBERED_FILES,
        head: await headDuplicates(context, place, indexes),
        to: join(place.directory, 'dropped.parquet'),
      })
    : undefined;
  const checks = checkUpload({
    upload: plan.upload,
    settings: settings.dataset,
    files,
    findings: [...findings, ...(await setFindings(place.database, files))],
    table,
    schemaChanges: evolved.changes,
    head: head && { profile: head.profile, rows: head.header.rows },
    duplicates,
    uploadedAtMs: Date.parse(item.receivedAt),
    pathOf,
  });
  return { checks, duplicates, ...(indexes && { headIndexes: indexes }) };
}
