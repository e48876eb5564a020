/** Adds the rows that have a true outcome by now to the dataset, as a new version. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Baseline } from '../../evaluation/contract.ts';
import { listCaptureFiles, listEndpointConfigs, loadCaptures } from '../../shared/capture-store.ts';
import type { LabelsItem } from '../../shared/catalog-items.ts';
import { digestOf } from '../../shared/digest.ts';
import { type DuckDb, literal, withDuckDb } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { baselineKey, objectKey, s3Uri } from '../../shared/keys.ts';
import {
  downloadLabelFiles,
  latestLabels,
  listLabelFiles,
  readLabelLines,
} from '../../shared/label-records.ts';
import { findObject, requireJson, uploadFile } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { RunDataset, TrainingRunInput } from '../../training/contract.ts';
import type { Check, ChecksDocument, ManifestFile } from '../contract.ts';
import { profileTable } from '../profile/profile-table.ts';
import { featuresOf } from '../schema/schema.ts';
import { makeManifest } from '../versions/manifest.ts';
import { loadVersionFiles } from '../versions/version-files.ts';
import { type Candidate, commitVersion, type Head, loadHead } from '../versions/version-store.ts';
import {
  addServed,
  createServed,
  joinLabelled,
  type LabelledCounts,
  labelledSelect,
} from './labelled-rows.ts';

/** Files of labelled rows in a manifest; each assembly replaces them all, so that a corrected label leaves no trace. */
const LABELLED_PREFIX = 'labelled/';

/**
 * The version that a run trains on: the head with all labelled rows.
 * @throws NonRetryableError (code `NoNewLabelledRows`) when a run that an alarm asked for would train on the same rows.
 */
export async function assembleDataset(settings: ProjectSettings, run: TrainingRunInput): Promise<RunDataset> {
  const { project, dataBucket: bucket } = settings;
  const committed = await commitVersion<LabelledCounts>({
    project,
    bucket,
    commit: run.run,
    build: (head) => buildCandidate(settings, run, head),
  });
  if (!('refusal' in committed) && committed.outcome !== 'unchanged') return committed;

  const head = (await loadHead(project, bucket))!;
  const { source } = head.item;
  const isOurs = source.kind === 'labels' && source.run === run.run;
  if (run.request.kind === 'alarm' && !isOurs) {
    const counts = 'refusal' in committed ? ` (${describe(committed.refusal)})` : '';
    throw new NonRetryableError(
      `no labelled row is new since version ${head.version}${counts}: training again could not help`,
      { code: 'NoNewLabelledRows', details: { version: head.version } },
    );
  }
  return { version: head.version, digest: head.digest, rows: head.manifest.rows };
}

async function buildCandidate(
  settings: ProjectSettings,
  run: TrainingRunInput,
  head: Head | undefined,
): Promise<Candidate | { refusal: LabelledCounts }> {
  if (!head) {
    throw new NonRetryableError(
      `project "${settings.project}" has no dataset version to add to; upload one`,
      {
        code: 'NoDataset',
      },
    );
  }
  const { dataBucket: bucket, dataset, project } = settings;
  const { schema } = head.manifest;
  const labelFiles = await listLabelFiles(project);
  const kept = head.manifest.files.filter(({ path }) => !path.startsWith(LABELLED_PREFIX));
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await loadVersionFiles({ database, bucket, directory, schema }, dataset.format, kept);
      await loadServed(database, settings, head, directory);
      await readLabelLines(database, await downloadLabelFiles(bucket, labelFiles, directory));
      await latestLabels(database);
      const counts = await joinLabelled(database, dataset, schema);
      if (counts.added === 0) return { refusal: counts };

      const file = await writeLabelled({ database, directory, settings, head, labelFiles }, counts.added);
      await database.run(`INSERT INTO data ${labelledSelect(schema)}`);
      return {
        manifest: makeManifest([...kept, file], schema),
        profile: await profileTable(database, 'data', schema),
        checks: checksOf(run.run, counts),
        provenance: {
          format: 1,
          run: run.run,
          base: head.version,
          files: [{ path: file.path, readFrom: s3Uri(bucket, 'captures/') }],
          labelFiles: labelFiles.map(({ sha256 }) => sha256),
        },
        source: { kind: 'labels', run: run.run },
        labelFiles: labelFiles.map(({ sha256 }) => sha256),
      };
    }),
  );
}

/** All captured requests; each configuration's by the features of the model that it served. */
async function loadServed(
  database: DuckDb,
  { project, dataBucket: bucket }: ProjectSettings,
  { manifest }: Head,
  directory: string,
): Promise<void> {
  await createServed(database, manifest.schema);
  for (const config of await listEndpointConfigs(project)) {
    const files = await listCaptureFiles(bucket, config);
    if (files.length === 0) continue;
    const { schema } = await requireJson<Baseline>(bucket, baselineKey(config.run));
    const features = featuresOf(schema).map(({ name }) => name);
    await loadCaptures({ database, bucket, directory, files, features });
    await addServed(database, manifest.schema, features);
  }
}

interface WriteOptions {
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: ProjectSettings;
  readonly head: Head;
  readonly labelFiles: readonly LabelsItem[];
}

/** Writes the labelled rows in the dataset's format, always the same bytes for the same rows. */
async function writeLabelled(
  { database, directory, settings, head, labelFiles }: WriteOptions,
  rows: number,
): Promise<ManifestFile> {
  const { dataBucket: bucket, dataset } = settings;
  const name = digestOf(labelFiles.map(({ sha256 }) => sha256));
  const path = `${LABELLED_PREFIX}${name}.${dataset.format}`;
  const file = join(directory, `labelled.${dataset.format}`);
  const format = { csv: 'FORMAT csv, HEADER true', jsonl: 'FORMAT json', parquet: 'FORMAT parquet' };
  // several threads would cut a Parquet file into other row groups each time
  const { threads } = await database.row<{ threads: number }>("SELECT current_setting('threads') AS threads");
  await database.run('SET threads = 1');
  await database.run(
    `COPY (${labelledSelect(head.manifest.schema)}) TO ${literal(file)} (${format[dataset.format]})`,
  );
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

function checksOf(run: string, counts: LabelledCounts): ChecksDocument {
  const skipped = counts.labelled - counts.added;
  const check: Check = {
    check: 'labelled-rows',
    severity: 'warn',
    verdict: skipped > 0 ? 'WARN' : 'PASS',
    reason: `${describe(counts)}.`,
    examples: [],
  };
  return { format: 1, upload: run, verdict: skipped > 0 ? 'WARN' : 'PASS', checks: [check] };
}

function describe({ labelled, added, withoutCapture, withoutKey, knownKey }: LabelledCounts): string {
  return (
    `${added} of ${labelled} labelled rows joined; left out: ${withoutCapture} without capture, ` +
    `${withoutKey} without key, ${knownKey} whose key the dataset has`
  );
}
