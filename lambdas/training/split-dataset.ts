/** Writes the files that a run trains on and is judged by: a version's logical rows, each on its side of the split. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestHeader } from '../datasets/contract.ts';
import { featuresOf } from '../datasets/schema/schema.ts';
import { loadManifestHeader } from '../datasets/versions/manifest.ts';
import { loadTombstones } from '../datasets/versions/tombstones.ts';
import { forEachVersionFile, type VersionFilesOptions } from '../datasets/versions/version-files.ts';
import { type DuckDb, identifier, withDuckDb } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { s3Uri, splitPrefix } from '../shared/keys.ts';
import { findObject, putJson, requireJson, uploadFile } from '../shared/objects.ts';
import type { ProblemSettings, ProblemType, ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { RunDataset, SplitResult } from './contract.ts';
import {
  fixedThresholds,
  positionExpression,
  type SplitSide,
  sideExpression,
  splitDigest,
  stratifiedSideExpression,
  timeSideExpression,
} from './split.ts';
import { type SplitCounts, SplitFiles } from './split-files.ts';
import { findStrata } from './split-strata.ts';
import { findTimeBoundaries } from './split-times.ts';

const SIDES: readonly SplitSide[] = ['train', 'validation', 'holdout'];
/** Holds the SplitResult; written last, so that its presence means that everything else is there. */
const MARKER = 'split.json';

/** `schema.json`, the channel `schema` of a training job. */
export interface TrainingSchema {
  readonly target: string;
  /** What labels are: class codes, or a regression's numbers. Absent: 0 and 1. */
  readonly problem?: ProblemType;
  /** Names of the classes by code; absent for a regression. */
  readonly classes?: readonly string[];
  readonly features: readonly { readonly name: string; readonly type: string }[];
}

/** How a table's rows are told apart, and what is said of it in `split.json`. */
interface SideRule {
  /** Table expression with the columns of `data` that the side depends on. */
  readonly from: string;
  /** SQL for the side. */
  readonly side: string;
  readonly described?: Pick<SplitResult, 'boundaries' | 'strata'>;
}

/**
 * Splits a version, unless the same split of it was written before. Rows go file by file from the version's contents
 * through the function's disk; the first pass that a split by time or by class needs reads the same way.
 * @throws NonRetryableError (code `SplitEmpty`) when a side gets no row, (code `SplitSettings`) when the settings do not
 *   fit the version's columns.
 */
export async function splitDataset(settings: ProjectSettings, dataset: RunDataset): Promise<SplitResult> {
  const { project, dataBucket: bucket } = settings;
  const tombstones = await loadTombstones(project, bucket);
  const digest = splitDigest(settings, tombstones?.digest);
  const prefix = splitPrefix(dataset.version, digest);
  if (await findObject(bucket, `${prefix}${MARKER}`)) {
    return requireJson<SplitResult>(bucket, `${prefix}${MARKER}`);
  }

  const header = await loadManifestHeader(bucket, dataset.version);
  const written = await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const { version } = dataset;
      const files = {
        ...{ database, bucket, directory, settings: settings.dataset },
        ...{ version, header, tombstones },
      };
      const rule = await sideRule(settings, files);
      const sides = new SplitFiles({ database, directory, settings, header, prefix });
      await forEachVersionFile(files, async () => {
        await sides.add(rule.from, rule.side);
      });
      const counts = await sides.finish();
      requireRows(settings, counts);
      await writeSchema({ bucket, directory, prefix }, header, settings.problem);
      return { ...counts, ...rule.described };
    }),
  );
  const { holdoutParts, segmentsKey, ...counts } = written;
  const result: SplitResult = {
    version: dataset.version,
    splitDigest: digest,
    train: s3Uri(bucket, `${prefix}train/`),
    validation: s3Uri(bucket, `${prefix}validation/`),
    holdout: s3Uri(bucket, `${prefix}holdout/`),
    ...(holdoutParts.length > 1 ? { holdoutParts } : {}),
    holdoutLabels: s3Uri(bucket, `${prefix}holdout-labels/labels.csv`),
    schema: s3Uri(bucket, `${prefix}schema/schema.json`),
    ...counts,
    ...(segmentsKey === undefined ? {} : { segments: s3Uri(bucket, segmentsKey) }),
    tombstones: tombstones?.digest,
  };
  await putJson(bucket, `${prefix}${MARKER}`, result);
  return result;
}

async function sideRule(
  { split, dataset }: ProjectSettings,
  files: VersionFilesOptions & { readonly database: DuckDb; readonly header: ManifestHeader },
): Promise<SideRule> {
  const { schema } = files.header;
  if (split.by === 'event-time') {
    if (split.stratify) {
      throw new NonRetryableError(
        'split "stratify" does not go with "by": "event-time", whose sides are spans of time; remove one of the two',
        { code: 'SplitSettings' },
      );
    }
    const boundaries = await findTimeBoundaries(files, dataset.eventTime, split);
    const { holdoutFrom, validationFrom, withoutEventTime } = boundaries;
    return {
      from: 'data',
      side: timeSideExpression(identifier(dataset.eventTime!), boundaries),
      described: { boundaries: { holdoutFrom, validationFrom, withoutEventTime } },
    };
  }
  const names = schema.columns.map(({ name }) => name);
  const position = positionExpression(split, dataset.key, names);
  if (!split.stratify) return { from: 'data', side: sideExpression(position, fixedThresholds(split)) };

  const column = split.stratify === true ? dataset.target : split.stratify;
  if (!names.includes(column)) {
    throw new NonRetryableError(
      `split "stratify" names column "${column}", which the schema does not have; its columns are: ${names.join(', ')}`,
      { code: 'SplitSettings' },
    );
  }
  const strata = await findStrata({
    files,
    split,
    digest: splitDigest({ split, dataset }),
    position,
    stratum: `coalesce(CAST(${identifier(column)} AS VARCHAR), '')`,
  });
  return {
    from: `(SELECT data.*, key_strata.position AS __position, key_strata.stratum AS __stratum
      FROM data JOIN key_strata ON key_strata.position = ${position})`,
    side: stratifiedSideExpression('__position', '__stratum', strata),
    described: { strata: Object.fromEntries(strata) },
  };
}

function requireRows({ split }: ProjectSettings, { rows }: SplitCounts): void {
  const empty = SIDES.filter((side) => rows[side] === 0);
  if (empty.length === 0) return;
  const ties = split.by === 'event-time' ? ' (rows of one event time stay together)' : '';
  throw new NonRetryableError(
    `the split leaves no row for ${empty.join(' and ')}${ties}; upload more rows or raise the fractions of project "split"`,
    { code: 'SplitEmpty', details: rows },
  );
}

async function writeSchema(
  { bucket, directory, prefix }: Record<'bucket' | 'directory' | 'prefix', string>,
  { schema }: ManifestHeader,
  problem: ProblemSettings | undefined,
): Promise<void> {
  const trainingSchema: TrainingSchema = {
    target: schema.columns.find(({ role }) => role === 'target')!.name,
    ...(problem && { problem: problem.type }),
    ...(problem && problem.type !== 'regression' ? { classes: problem.classes } : {}),
    features: featuresOf(schema).map(({ name, type }) => ({ name, type })),
  };
  const file = join(directory, 'schema.json');
  await writeFile(file, JSON.stringify(trainingSchema));
  await uploadFile(bucket, `${prefix}schema/schema.json`, file, 'application/json');
}
