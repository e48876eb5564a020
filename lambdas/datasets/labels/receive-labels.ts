/** Takes a file of label records into the catalog. */
import { join } from 'node:path';
import { createItem, getItem } from '../../shared/catalog.ts';
import { type LabelsItem, projectPk, SK } from '../../shared/catalog-items.ts';
import { nowIso } from '../../shared/clock.ts';
import { recordDecision } from '../../shared/decisions.ts';
import { type DuckDb, withDuckDb } from '../../shared/duckdb.ts';
import { publish } from '../../shared/events.ts';
import { LABELS_PREFIX, objectKey, rejectedPrefix } from '../../shared/keys.ts';
import { readLabelLines } from '../../shared/label-records.ts';
import {
  copyObject,
  type Downloaded,
  downloadObject,
  findObject,
  type ObjectSummary,
  putJson,
} from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { ChecksDocument } from '../contract.ts';

export interface ReceiveLabelsResult {
  readonly outcome: 'received' | 'duplicate' | 'rejected' | 'gone';
  readonly sha256?: string;
  /** Valid records. */
  readonly rows?: number;
  readonly badLines?: Readonly<Record<string, number>>;
}

interface Counted {
  readonly rows: number;
  /** Lines that are no record, by reason. */
  readonly badLines: Readonly<Record<string, number>>;
  /** Why no line could be read, when none could. */
  readonly unreadable?: string;
}

/** Counts a file's records; keeps it where it is. A file whose content was received before changes nothing. */
export async function receiveLabels(settings: ProjectSettings, key: string): Promise<ReceiveLabelsResult> {
  const { project, dataBucket: bucket } = settings;
  const read = await readFile(bucket, key);
  if (!read) return { outcome: 'gone' };
  const { downloaded, counted } = read;
  const { sha256 } = downloaded;
  if (counted.rows === 0) return reject(settings, read.source, { sha256, ...counted });

  // the name may be written again, so what was received is kept by content
  await copyObject(bucket, read.source, objectKey(sha256));
  const item: LabelsItem = { sha256, key, rows: counted.rows, receivedAt: nowIso() };
  if (!(await createItem(projectPk(project), SK.labels(sha256), item))) {
    const known = await getItem<LabelsItem>(projectPk(project), SK.labels(sha256));
    if (known?.item.key !== key) return { outcome: 'duplicate', sha256, ...counted };
  }
  const lines = describeBadLines(counted.badLines);
  await recordDecision({
    project,
    kind: 'upload',
    subject: `labels/${sha256}`,
    by: 'receive-labels',
    judgement: {
      rule: 'labels',
      verdict: lines ? 'WARN' : 'PASS',
      reason: `${counted.rows} label records received${lines ? `; lines left out: ${lines}` : ''}.`,
      inputs: { key, sha256, ...counted },
    },
  });
  // sent again by a retry for the same object: the detail is content, so listeners can tell
  await publish('LabelsReceived', { project, sha256, key, rows: counted.rows });
  return { outcome: 'received', sha256, ...counted };
}

async function readFile(
  bucket: string,
  key: string,
): Promise<{ source: ObjectSummary; downloaded: Downloaded; counted: Counted } | undefined> {
  const source = await findObject(bucket, key);
  if (!source) return undefined;
  return withTempDirectory(async (directory) => {
    const file = join(directory, key.endsWith('.gz') ? 'labels.jsonl.gz' : 'labels.jsonl');
    const downloaded = await downloadObject(bucket, key, file, { ifMatch: source.etag });
    const counted = await withDuckDb(directory, (database) =>
      countRecords(database, { sha256: downloaded.sha256, file }),
    );
    return { source, downloaded, counted };
  });
}

async function countRecords(
  database: DuckDb,
  { sha256, file }: { readonly sha256: string; readonly file: string },
): Promise<Counted> {
  try {
    await readLabelLines(database, [{ sha256, file }]);
  } catch (error) {
    const unreadable = whyUnreadable(error);
    if (unreadable) return { rows: 0, badLines: {}, unreadable };
    throw error;
  }
  const groups = await database.rows<{ problem: string | null; lines: number }>(
    'SELECT problem, count(*) AS lines FROM label_lines GROUP BY 1 ORDER BY 1',
  );
  const bad = groups.flatMap(({ problem, lines }) => (problem === null ? [] : [[problem, lines] as const]));
  return {
    rows: groups.find(({ problem }) => problem === null)?.lines ?? 0,
    badLines: Object.fromEntries(bad),
  };
}

/** Undefined for an error that is not the file's fault. DuckDB's own words are kept back: they quote the line. */
function whyUnreadable(error: unknown): string | undefined {
  const { message } = error as Error;
  if (message.includes('not a GZIP stream')) return 'it is not gzip-compressed, though its name ends in .gz';
  if (!message.startsWith('Invalid Input Error')) return undefined;
  return 'it is not text in UTF-8 with one record a line';
}

async function reject(
  { project, dataBucket: bucket }: ProjectSettings,
  source: ObjectSummary,
  { sha256, badLines, unreadable }: Counted & { readonly sha256: string },
): Promise<ReceiveLabelsResult> {
  const { key } = source;
  const name = key.slice(LABELS_PREFIX.length);
  const upload = `labels-${sha256.slice(0, 16)}`;
  const prefix = rejectedPrefix(upload);
  await copyObject(bucket, source, `${prefix}files/${name}`);
  const reason = `File "${name}" has no valid label record: ${unreadable ?? (describeBadLines(badLines) || 'it is empty')}.`;
  const checks: ChecksDocument = {
    format: 1,
    upload,
    verdict: 'FAIL',
    checks: [{ check: 'label-records', severity: 'block', verdict: 'FAIL', reason, examples: [] }],
  };
  const checksKey = `${prefix}checks.json`;
  await putJson(bucket, checksKey, checks);
  await recordDecision({
    project,
    kind: 'upload',
    subject: upload,
    by: 'receive-labels',
    judgement: { rule: 'labels', verdict: 'FAIL', reason, inputs: { key, sha256, badLines } },
  });
  await publish('UploadRejected', { project, upload, reasons: [reason], reason, checksKey });
  return { outcome: 'rejected', sha256, rows: 0, badLines };
}

function describeBadLines(badLines: Readonly<Record<string, number>>): string {
  return Object.entries(badLines)
    .map(([problem, lines]) => `${lines} (${problem})`)
    .join(', ');
}
