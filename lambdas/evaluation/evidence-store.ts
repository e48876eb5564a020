/** Writes a run's evidence beside its evaluation: the monitors' baseline and the rollout's smoke test. */
import { join } from 'node:path';
import type { DatasetProfile, NumericProfile } from '../datasets/profile/profile.ts';
import { profileTable } from '../datasets/profile/profile-table.ts';
import { loadManifestHeader } from '../datasets/versions/manifest.ts';
import { answerForm } from '../shared/answers.ts';
import { type DuckDb, literal } from '../shared/duckdb.ts';
import { baselineKey, parseS3Uri, profileKey, smokeTestKey } from '../shared/keys.ts';
import { fileLines } from '../shared/lines.ts';
import { downloadObject, putJson, requireJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { EvaluateRunInput } from '../training/contract.ts';
import type { Baseline, ModelMetrics, SmokeTest } from './contract.ts';
import { estimationBaseline } from './estimation/estimation-baseline.ts';
import { answerWidth, predictedClasses, type Reading } from './metrics/scored-rows.ts';
import { holdoutParts } from './scores-store.ts';
import { smokeTestRows } from './smoke-test-rows.ts';
import { writeNumbers } from './write-numbers.ts';

/** The challenger on its holdout. */
export interface Evaluated {
  readonly metrics: ModelMetrics;
  /** Numbers of each row's answer, row after row. */
  readonly scores: Float64Array;
  /** Class codes, or values of a regression; as many as rows. */
  readonly labels: Float64Array;
  readonly reading: Reading;
}

export interface EvaluationWork {
  readonly settings: ProjectSettings;
  readonly input: EvaluateRunInput;
  readonly database: DuckDb;
  readonly directory: string;
}

/** Writes what a monitor will compare with. */
export async function writeBaseline(
  { settings, input, database, directory }: EvaluationWork,
  evaluated: Evaluated,
): Promise<void> {
  const { metrics, scores, reading } = evaluated;
  const bucket = settings.dataBucket;
  const { version, digest } = input.dataset;
  const column = { name: 'prediction', type: 'double', role: 'feature' } as const;
  const predictions = predictionsOf(scores, reading);
  const file = join(directory, 'predictions.csv');
  await writeNumbers(file, predictions);
  const table = `(SELECT CAST(column0 AS DOUBLE) AS prediction FROM read_csv(${literal(file)}, header = false))`;
  const profiled = await profileTable(database, table, { columns: [column] });
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
    prediction: profiled.columns[0] as NumericProfile,
    ...(reading.problem.type === 'multiclass' && {
      predictedClasses: classCounts(reading.problem.classes, scores, reading),
    }),
    metrics,
    ...estimationOf(evaluated),
    confidence: settings.gates.confidence,
  };
  await putJson(bucket, baselineKey(input.run.run), baseline);
}

/** Writes rows of the holdout with the challenger's answers, for the rollout to replay. */
export async function writeSmokeTest(
  { settings, input, directory }: EvaluationWork,
  { metrics, scores, reading }: Evaluated,
): Promise<void> {
  const { run } = input.run;
  const holdoutRows = metrics.rows;
  const { bucket, key: prefix } = parseS3Uri(input.split.holdout);
  const rows = smokeTestRows(holdoutRows, settings.serving.smokeTest.rows);
  const lines: string[] = [];
  let before = 0;
  for (const part of holdoutParts(input.split, holdoutRows)) {
    const wanted = rows.filter((row) => row >= before && row < before + part.rows).map((row) => row - before);
    before += part.rows;
    if (wanted.length === 0) continue;
    const file = join(directory, 'holdout.csv');
    await downloadObject(bucket, `${prefix}${part.name}`, file);
    lines.push(...(await pickLines(file, wanted)));
  }
  const width = answerWidth(reading.problem);
  const document: SmokeTest = {
    format: 2,
    run,
    contentType: 'text/csv',
    ...answerForm(settings),
    rows: rows.map((row, index) => ({
      row,
      request: lines[index]!,
      answer: [...scores.subarray(row * width, (row + 1) * width)],
    })),
  };
  await putJson(settings.dataBucket, smokeTestKey(run), document);
}

/** Probabilities of two classes can be trusted later as far as they can be here; of other answers nothing is said. */
function estimationOf({ scores, labels, reading }: Evaluated): Pick<Baseline, 'estimation'> {
  if (reading.problem.type !== 'binary' || !reading.areProbabilities) return {};
  const estimation = estimationBaseline(scores, labels, reading.threshold);
  return estimation ? { estimation } : {};
}

/** What is profiled of the answers: the number itself, and of several classes the score of the predicted one. */
function predictionsOf(scores: Float64Array, reading: Reading): Float64Array {
  const width = answerWidth(reading.problem);
  if (width === 1) return scores;
  const predicted = predictedClasses({ labels: new Uint8Array(), scores }, reading);
  return Float64Array.from(predicted, (code, row) => scores[row * width + code]!);
}

function classCounts(
  classes: readonly string[],
  scores: Float64Array,
  reading: Reading,
): Record<string, number> {
  const counts = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const code of predictedClasses({ labels: new Uint8Array(), scores }, reading)) {
    counts[classes[code]!]! += 1;
  }
  return counts;
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
