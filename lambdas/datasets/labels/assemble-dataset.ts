/** Adds the rows that have a true outcome by now to the dataset, as a new version. */
import type { Baseline } from '../../evaluation/contract.ts';
import { listCaptureFiles, listEndpointConfigs, loadCaptures } from '../../shared/capture-store.ts';
import { type DuckDb, withDuckDb } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import { baselineKey } from '../../shared/keys.ts';
import {
  downloadLabelFiles,
  latestLabels,
  listLabelFiles,
  readLabelLines,
} from '../../shared/label-records.ts';
import { requireJson } from '../../shared/objects.ts';
import type { ProjectSettings } from '../../shared/settings.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import type { RunDataset, TrainingRunInput } from '../../training/contract.ts';
import type { Check, ChecksDocument, ManifestFile } from '../contract.ts';
import { featuresOf } from '../schema/schema.ts';
import { profileBatches } from '../versions/profile-batches.ts';
import { forEachVersionFile } from '../versions/version-files.ts';
import { type Candidate, commitVersion, type Head, loadHead } from '../versions/version-store.ts';
import { forgetLabelledRows } from './forget-labelled-rows.ts';
import { LABELLED_PREFIX, stageLabelledVersion, writeLabelled } from './labelled-documents.ts';
import {
  addServed,
  createServed,
  joinLabelled,
  type LabelledCounts,
  noteKnownKeys,
  selectLabelled,
} from './labelled-rows.ts';

/**
 * The version that a run trains on: the head with all labelled rows.
 * @throws NonRetryableError (code `NoNewLabelledRows`) when a run that an alarm asked for would train on the same rows.
 */
export async function assembleDataset(settings: ProjectSettings, run: TrainingRunInput): Promise<RunDataset> {
  const { project, dataBucket: bucket } = settings;
  const committed = await commitVersion<Assembled>({
    project,
    bucket,
    commit: run.run,
    build: (head) => buildCandidate(settings, run, head),
  });
  if (!('refusal' in committed) && committed.outcome !== 'unchanged') {
    const { version, digest, rows } = committed;
    return { version, digest, rows };
  }

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
  return { version: head.version, digest: head.digest, rows: head.header.rows };
}

/** What became of the label records. */
interface Assembled extends LabelledCounts {
  /** Captured rows whose records carry a key that has to be forgotten. */
  readonly forgotten: number;
}

async function buildCandidate(
  settings: ProjectSettings,
  run: TrainingRunInput,
  head: Head | undefined,
): Promise<Candidate | { refusal: Assembled }> {
  if (!head) {
    throw new NonRetryableError(
      `project "${settings.project}" has no dataset version to add to; upload one`,
      { code: 'NoDataset' },
    );
  }
  const { dataBucket: bucket, dataset, project } = settings;
  const { header } = head;
  const { schema } = header;
  const labelFiles = await listLabelFiles(project);
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await readLabelLines(database, await downloadLabelFiles(bucket, labelFiles, directory));
      const { forgotten, tombstones } = await forgetLabelledRows(database, project, bucket);
      await latestLabels(database);
      await loadServed(database, settings, head, directory);
      await joinLabelled(database, dataset, schema);

      const only = ({ path }: ManifestFile) => !path.startsWith(LABELLED_PREFIX);
      const files = {
        ...{ database, bucket, directory, settings: dataset },
        ...{ version: head.version, header, tombstones, only },
      };
      let kept = 0;
      await forEachVersionFile(files, async () => {
        kept += (await database.row<{ rows: number }>('SELECT count(*) AS rows FROM data')).rows;
        await noteKnownKeys(database, dataset);
      });
      const counts = { ...(await selectLabelled(database, dataset, schema)), forgotten };
      if (counts.added === 0) return { refusal: counts };

      const work = { database, directory, settings, head, labelFiles };
      const file = await writeLabelled(work, counts.added);
      const profile = await profileBatches(database, schema, async (each) => {
        await forEachVersionFile(files, () => each('data'));
        await each('labelled');
      });
      return stageLabelledVersion(work, {
        run: run.run,
        rows: kept + counts.added,
        file,
        profile,
        checks: checksOf(run.run, counts),
        tombstones: tombstones?.digest,
      });
    }),
  );
}

/** All captured requests; each configuration's by the features of the model that it served. */
async function loadServed(
  database: DuckDb,
  { project, dataBucket: bucket }: ProjectSettings,
  { header }: Head,
  directory: string,
): Promise<void> {
  await createServed(database, header.schema);
  for (const config of await listEndpointConfigs(project)) {
    const files = await listCaptureFiles(bucket, config);
    if (files.length === 0) continue;
    const { schema } = await requireJson<Baseline>(bucket, baselineKey(config.run));
    const features = featuresOf(schema).map(({ name }) => name);
    await loadCaptures({ database, bucket, directory, files, features });
    await addServed(database, header.schema, features);
  }
}

function checksOf(run: string, counts: Assembled): ChecksDocument {
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

function describe({ labelled, added, withoutCapture, withoutKey, knownKey, forgotten }: Assembled): string {
  const erased = forgotten > 0 ? `; ${forgotten} more are of keys to forget` : '';
  return (
    `${added} of ${labelled} labelled rows joined; left out: ${withoutCapture} without capture, ` +
    `${withoutKey} without key, ${knownKey} whose key the dataset has${erased}`
  );
}
