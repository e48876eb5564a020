/**
 * `npm run bench:window [-- --write]`: a window of captured requests, from the files in S3 to the verdicts, as one function
 * judges it; and what that costs. `--write` keeps the table as bench/results/window.md. Ends with 1 when a budget is missed.
 */
import { execFile } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import type { NumericProfile } from '../../lambdas/datasets/profile/profile.ts';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { estimationBaseline } from '../../lambdas/evaluation/estimation/estimation-baseline.ts';
import { readDoubles } from '../../lambdas/shared/doubles.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { comparedFiles } from '../compare/compare-files.ts';
import { PRICES } from '../costs/prices.ts';
import { BENCH_SCHEMA, CACHE } from '../datasets/bench-table.ts';
import { madeOn, run as runMain } from '../run.ts';
import type { CapturedResult, CapturedWork } from './captured-work.ts';

const run = promisify(execFile);
const REQUEST_ROWS = 300;
const ROWS_PER_FILE = 60_000;
const TIMES = 3;
/** Of `run-monitor`. */
const MEMORY_MB = 3008;
const SIZES = [100_000, 1_000_000];
const BUDGETS = { seconds: 3, mebibytes: 512, dollars: 0.001 };
/** A processing job of Model Monitor for an hour's window. @see https://aws.amazon.com/sagemaker/ai/pricing/ */
const MODEL_MONITOR_DOLLARS = 0.038;

async function captured(database: DuckDb, rows: number): Promise<string[]> {
  const { current } = await comparedFiles(database, rows);
  mkdirSync(CACHE, { recursive: true });
  const files = Array.from({ length: Math.ceil(rows / ROWS_PER_FILE) }, (_, part) =>
    resolve(CACHE, `captured-${rows}-${part}.jsonl`),
  );
  if (files.every(existsSync)) return files;
  const features = BENCH_SCHEMA.map(({ name }) => `coalesce(CAST(${identifier(name)} AS VARCHAR), '')`);
  for (const [part, file] of files.entries()) {
    const from = part * ROWS_PER_FILE;
    const found = await database.rows<{ line: string; score: string }>(
      `SELECT concat_ws(',', ${features.join(', ')}) AS line, printf('%.7g', score) AS score
       FROM read_parquet(${literal(current)}, file_row_number = true)
       WHERE file_row_number >= ${from} AND file_row_number < ${from + ROWS_PER_FILE} ORDER BY file_row_number`,
    );
    const records: string[] = [];
    for (let at = 0; at < found.length; at += REQUEST_ROWS) {
      const request = found.slice(at, at + REQUEST_ROWS);
      const side = (data: readonly string[]) => ({ data: `${data.join('\n')}\n`, encoding: 'CSV' });
      const id = `request-${part}-${at}`;
      records.push(
        JSON.stringify({
          captureData: {
            endpointInput: side(request.map(({ line }) => line)),
            endpointOutput: side(request.map(({ score }) => score)),
          },
          eventMetadata: { eventId: id, inferenceId: id, inferenceTime: '2026-03-02T10:00:00Z' },
          eventVersion: '0',
        }),
      );
    }
    writeFileSync(file, `${records.join('\n')}\n`);
  }
  return files;
}

async function baselineOf(database: DuckDb, rows: number): Promise<CapturedWork['baseline']> {
  const { reference } = await comparedFiles(database, rows);
  await database.run(`CREATE OR REPLACE VIEW reference_rows AS FROM read_parquet(${literal(reference)})`);
  const { columns: features } = await profileTable(database, 'reference_rows', { columns: BENCH_SCHEMA });
  const score = { name: 'score', type: 'double', role: 'feature' } as const;
  const { columns: predictions } = await profileTable(database, 'reference_rows', { columns: [score] });
  const sql = 'SELECT score, CAST(label AS DOUBLE) FROM reference_rows';
  const [scores, labels] = (await readDoubles(database, sql, 2)) as [Float64Array, Float64Array];
  const estimation = estimationBaseline(scores, labels, 0.5);
  return { features, prediction: predictions[0] as NumericProfile, ...(estimation && { estimation }) };
}

/** What S3 answers to GetObject, from the files of the cache. */
function store(): Promise<{ endpoint: string; close(): void }> {
  const server = createServer((request, response) => {
    const file = resolve(CACHE, basename(new URL(request.url!, 'http://s3').pathname));
    response.writeHead(200, { 'content-length': statSync(file).size, etag: '"bench"' });
    createReadStream(file).pipe(response);
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      done({ endpoint: `http://127.0.0.1:${port}`, close: () => server.close() });
    });
  });
}

async function judge(endpoint: string, rows: number): Promise<CapturedResult> {
  const work = await withTempDirectory((directory) =>
    withDuckDb(directory, async (database): Promise<CapturedWork> => {
      const files = (await captured(database, rows)).map((file) => {
        const lastModified = new Date(0).toISOString();
        return { key: basename(file), etag: '"bench"', size: statSync(file).size, lastModified };
      });
      return { files, baseline: await baselineOf(database, rows), times: TIMES };
    }),
  );
  writeFileSync(REQUEST, JSON.stringify(work));
  const { stdout } = await run(process.execPath, [OUTPUT, REQUEST], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MEMORY_MB),
    },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as CapturedResult;
}

const OUTPUT = resolve(CACHE, 'captured-work.mjs');
const REQUEST = resolve(CACHE, 'captured-work.json');
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  await build({
    entryPoints: [resolve('bench/monitoring/captured-work.ts')],
    outfile: OUTPUT,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    external: ['@duckdb/node-api', '@aws-sdk/*'],
  });
  const { endpoint, close } = await store();
  const lines: string[] = [];
  let missed = 0;
  for (const rows of SIZES) {
    const result = await judge(endpoint, rows);
    if (result.rows !== rows) throw new Error(`${result.rows} rows were judged of ${rows}`);
    const seconds = middle(result.seconds);
    const dollars =
      (seconds * (MEMORY_MB / 1024) * PRICES.gigabyteSeconds.dollars) / PRICES.gigabyteSeconds.per +
      PRICES.invocations.dollars / PRICES.invocations.per;
    const over = [
      ...(rows === 1_000_000 && seconds > BUDGETS.seconds ? ['time'] : []),
      ...(rows === 1_000_000 && result.peakMiB > BUDGETS.mebibytes ? ['memory'] : []),
      ...(rows === 100_000 && dollars > BUDGETS.dollars ? ['price'] : []),
    ];
    missed += over.length;
    const cells = [
      rows.toLocaleString('en'),
      `${seconds.toFixed(2)} s`,
      `${middle(result.loadSeconds).toFixed(2)} s`,
      `${result.peakMiB.toFixed(0)} MiB`,
      `$${dollars.toFixed(6)}`,
      over.join(', ') || '-',
    ];
    lines.push(`| ${cells.join(' | ')} |`);
    console.log(lines.at(-1));
  }
  close();
  if (values.write) writeFileSync('bench/results/window.md', page(lines));
  return missed === 0 ? 0 : 1;
}

function page(lines: readonly string[]): string {
  return [
    '# A window of captured requests',
    '',
    `${madeOn()}. Made by \`npm run bench:window -- --write\`.`,
    'Capture files as SageMaker writes them (JSON Lines, 300 rows of 20 columns a request), fetched over HTTP from the same',
    'machine, read, typed, counted on the baseline and judged, with the quality estimated from the scores: what',
    `\`run-monitor\` does, in a process of its own with the processors and memory of its function (${MEMORY_MB} MB), median of ${TIMES}.`,
    `Budgets: 1M rows in ${BUDGETS.seconds} s and ${BUDGETS.mebibytes} MiB; 100,000 rows for $${BUDGETS.dollars} of Lambda at list price.`,
    '',
    '| rows x 20 | window | of it: S3 to table | memory at its most | Lambda, list price | missed |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
    `An hour's window of SageMaker Model Monitor is a processing job: about $${MODEL_MONITOR_DOLLARS} (ml.m5.large, 20 minutes).`,
    '',
  ].join('\n');
}

runMain('bench', main);
