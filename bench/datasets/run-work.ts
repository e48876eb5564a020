/** Runs measured work in a process of its own. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { CACHE } from './bench-table.ts';
import type { WorkRequest, WorkResult } from './measured-work.ts';

const OUTPUT = resolve(CACHE, 'measured-work.mjs');
/** Two virtual CPUs of Lambda's; DuckDB gets 60 % of the memory at most. */
const FUNCTION_MEMORY_MB = 3538;
const TEN_MINUTES_MS = 600_000;

let bundled: Promise<unknown> | undefined;

export async function runWork(request: WorkRequest): Promise<WorkResult> {
  bundled ??= build({
    entryPoints: [resolve('bench/datasets/measured-work.ts')],
    outfile: OUTPUT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@duckdb/node-api', '@aws-sdk/*'],
    logLevel: 'error',
  });
  await bundled;
  const { stdout } = await promisify(execFile)(process.execPath, [OUTPUT, JSON.stringify(request)], {
    env: { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(FUNCTION_MEMORY_MB) },
    maxBuffer: 2 ** 28,
    timeout: TEN_MINUTES_MS,
  });
  return JSON.parse(stdout) as WorkResult;
}

/** The middle of some times. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
