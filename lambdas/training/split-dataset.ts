/** Writes the files that a run trains on and is judged by. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSchema, Manifest } from '../datasets/contract.ts';
import { featuresOf } from '../datasets/schema/schema.ts';
import { featureValueExpression, labelExpression } from '../datasets/schema/typed-columns.ts';
import { loadVersionFiles } from '../datasets/versions/version-files.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { manifestKey, s3Uri, splitPrefix } from '../shared/keys.ts';
import { findObject, putJson, requireJson, uploadFile } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { RunDataset, SplitResult } from './contract.ts';
import { positionExpression, type SplitSide, sideExpression, splitDigest } from './split.ts';

const SIDES: readonly SplitSide[] = ['train', 'validation', 'holdout'];
/** Holds the SplitResult; written last, so that its presence means that everything else is there. */
const MARKER = 'split.json';

/** `schema.json`, the channel `schema` of a training job. */
export interface TrainingSchema {
  readonly target: string;
  readonly features: readonly { readonly name: string; readonly type: string }[];
}

/**
 * Splits a version, unless the same split of it was written before.
 * @throws NonRetryableError (code `SplitEmpty`) when a side gets no row.
 */
export async function splitDataset(settings: ProjectSettings, dataset: RunDataset): Promise<SplitResult> {
  const bucket = settings.dataBucket;
  const prefix = splitPrefix(dataset.version, splitDigest(settings));
  if (await findObject(bucket, `${prefix}${MARKER}`)) {
    return requireJson<SplitResult>(bucket, `${prefix}${MARKER}`);
  }

  const manifest = await requireJson<Manifest>(bucket, manifestKey(dataset.version));
  const rows = await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      const { schema } = manifest;
      await loadVersionFiles(
        { database, bucket, directory, schema },
        settings.dataset.format,
        manifest.files,
      );
      const counts = await assignSides(database, settings, schema);
      await writeFiles({ database, directory, settings, schema, prefix });
      return counts;
    }),
  );
  const result: SplitResult = {
    version: dataset.version,
    splitDigest: splitDigest(settings),
    train: s3Uri(bucket, `${prefix}train/`),
    validation: s3Uri(bucket, `${prefix}validation/`),
    holdout: s3Uri(bucket, `${prefix}holdout/`),
    holdoutLabels: s3Uri(bucket, `${prefix}holdout-labels/labels.csv`),
    schema: s3Uri(bucket, `${prefix}schema/schema.json`),
    rows,
  };
  await putJson(bucket, `${prefix}${MARKER}`, result);
  return result;
}

async function assignSides(
  database: DuckDb,
  { split, dataset }: ProjectSettings,
  schema: DatasetSchema,
): Promise<SplitResult['rows']> {
  const names = schema.columns.map(({ name }) => name);
  const position = positionExpression(split, dataset.key, names);
  await database.run(
    `CREATE TABLE split AS SELECT row_number() OVER () AS __order, ${sideExpression(position, split)} AS __side, * FROM data`,
  );
  const found = await database.rows<{ side: SplitSide; rows: number }>(
    'SELECT __side AS side, count(*) AS rows FROM split GROUP BY 1',
  );
  const rows = { train: 0, validation: 0, holdout: 0 };
  for (const { side, rows: count } of found) rows[side] = count;
  const empty = SIDES.filter((side) => rows[side] === 0);
  if (empty.length > 0) {
    throw new NonRetryableError(
      `the split leaves no row for ${empty.join(' and ')}; upload more rows or raise the fractions of project "split"`,
      { code: 'SplitEmpty', details: rows },
    );
  }
  return rows;
}

interface WriteOptions {
  readonly database: DuckDb;
  readonly directory: string;
  readonly settings: ProjectSettings;
  readonly schema: DatasetSchema;
  readonly prefix: string;
}

async function writeFiles({ database, directory, settings, schema, prefix }: WriteOptions): Promise<void> {
  const { dataBucket: bucket, dataset } = settings;
  const features = featuresOf(schema).map(featureValueExpression);
  const target = schema.columns.find(({ role }) => role === 'target')!;
  const optional = (name: string | undefined) => (name ? identifier(name) : 'NULL');
  const write = async (select: string, format: string, key: string, contentType: string) => {
    const file = join(directory, key.replaceAll('/', '-'));
    await database.run(`COPY (${select}) TO ${literal(file)} (${format})`);
    await uploadFile(bucket, `${prefix}${key}`, file, contentType);
  };
  const from = (side: SplitSide) => `FROM split WHERE __side = '${side}' ORDER BY __order`;
  const csv = 'FORMAT csv, HEADER false';

  const labelled = [labelExpression(target), ...features].join(', ');
  for (const side of ['train', 'validation'] as const) {
    await write(`SELECT ${labelled} ${from(side)}`, csv, `${side}/${side}.csv`, 'text/csv');
  }
  await write(`SELECT ${features.join(', ')} ${from('holdout')}`, csv, 'holdout/holdout.csv', 'text/csv');
  await write(
    `SELECT row_number() OVER (ORDER BY __order) - 1 AS row, CAST(${optional(dataset.key)} AS VARCHAR) AS key,
       CAST(${optional(dataset.eventTime)} AS TIMESTAMP) AS event_time, ${labelExpression(target)} AS label ${from('holdout')}`,
    'FORMAT csv, HEADER',
    'holdout-labels/labels.csv',
    'text/csv',
  );
  const trainingSchema: TrainingSchema = {
    target: target.name,
    features: featuresOf(schema).map(({ name, type }) => ({ name, type })),
  };
  const file = join(directory, 'schema.json');
  await writeFile(file, JSON.stringify(trainingSchema));
  await uploadFile(bucket, `${prefix}schema/schema.json`, file, 'application/json');
}
