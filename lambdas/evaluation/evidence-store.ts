/** Writes a run's evidence beside its evaluation: the monitors' baseline and the rollout's smoke test. */
import { join } from 'node:path';
import type { DatasetProfile, NumericProfile } from '../datasets/profile/profile.ts';
import { profileTable } from '../datasets/profile/profile-table.ts';
import { loadManifestHeader } from '../datasets/versions/manifest.ts';
import type { DuckDb } from '../shared/duckdb.ts';
import { baselineKey, parseS3Uri, profileKey, smokeTestKey } from '../shared/keys.ts';
import { fileLines } from '../shared/lines.ts';
import { downloadObject, putJson, requireJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { EvaluateRunInput } from '../training/contract.ts';
import type { Baseline, BinaryMetrics } from './contract.ts';
import { holdoutParts } from './scores-store.ts';
import { makeSmokeTest, smokeTestRows } from './smoke-test-rows.ts';

export interface EvaluationWork {
  readonly settings: ProjectSettings;
  readonly input: EvaluateRunInput;
  readonly database: DuckDb;
  readonly directory: string;
}

/** DuckDB table with the challenger's scores. */
export const CHALLENGER_TABLE = 'challenger';

/** Writes what a monitor will compare with. */
export async function writeBaseline(
  { settings, input, database }: EvaluationWork,
  metrics: BinaryMetrics,
): Promise<void> {
  const bucket = settings.dataBucket;
  const { version, digest } = input.dataset;
  const column = { name: 'prediction', type: 'double', role: 'feature' } as const;
  const scores = await profileTable(database, CHALLENGER_TABLE, { columns: [column] });
  const [manifest, profile] = await Promise.all([
    loadManifestHeader(bucket, version),
    requireJson<DatasetProfile>(bucket, profileKey(version)),
  ]);
  const baseline: Baseline = {
    format: 1,
    project: settings.project,
    run: input.run.run,
    datasetVersion: version,
    datasetDigest: digest,
    schema: manifest.schema,
    features: profile.columns.filter(({ role }) => role === 'feature'),
    prediction: scores.columns[0] as NumericProfile,
    metrics,
    confidence: settings.gates.confidence,
  };
  await putJson(bucket, baselineKey(input.run.run), baseline);
}

/** Writes rows of the holdout with the challenger's answers, for the rollout to replay. */
export async function writeSmokeTest(
  { settings, input, directory }: EvaluationWork,
  scores: Float64Array,
): Promise<void> {
  const { run } = input.run;
  const { bucket, key: prefix } = parseS3Uri(input.split.holdout);
  const rows = smokeTestRows(scores.length, settings.serving.smokeTest.rows);
  const lines: string[] = [];
  let before = 0;
  for (const part of holdoutParts(input.split, scores.length)) {
    const wanted = rows.filter((row) => row >= before && row < before + part.rows).map((row) => row - before);
    before += part.rows;
    if (wanted.length === 0) continue;
    const file = join(directory, 'holdout.csv');
    await downloadObject(bucket, `${prefix}${part.name}`, file);
    lines.push(...(await pickLines(file, wanted)));
  }
  await putJson(settings.dataBucket, smokeTestKey(run), makeSmokeTest(run, rows, { lines, scores }));
}

/** Lines of a text file by number, from 0, ascending. */
async function pickLines(file: string, numbers: readonly number[]): Promise<string[]> {
  const wanted = new Set(numbers);
  const picked: string[] = [];
  let number = 0;
  for await (const line of fileLines(file)) {
    if (wanted.has(number++)) picked.push(line);
    if (picked.length === wanted.size) break;
  }
  return picked;
}
