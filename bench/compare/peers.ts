/** Which peer is compared with which work of ours, and what counts as agreement. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { pythonPrograms } from '../../localstack/testing/python-venv.ts';
import { CACHE } from '../datasets/bench-table.ts';
import type { ComparedFiles } from './compare-files.ts';
import type { Measured, OursRequest, Work } from './ours.ts';

/** smclarify cannot read the text columns of pandas 3. */
const PACKAGES = [
  'evidently==0.7.23',
  'nannyml==0.13.1',
  'smclarify==0.5',
  'scipy==1.17.1',
  'scikit-learn==1.9.1',
  'pandas==2.3.3',
  'pyarrow==26.0.1',
  'numpy==2.4.6',
];

export interface Peer {
  readonly name: 'evidently' | 'scipy' | 'sklearn' | 'nannyml' | 'smclarify';
  readonly title: string;
  readonly work: Work;
  /** At 1M rows it must be so many times slower. */
  readonly budget?: number;
}

export const PEERS: readonly Peer[] = [
  { name: 'evidently', title: 'Evidently 0.7.23', work: 'drift', budget: 30 },
  { name: 'scipy', title: 'scipy 1.17.1', work: 'drift' },
  { name: 'sklearn', title: 'scikit-learn 1.9.1', work: 'quality' },
  { name: 'nannyml', title: 'NannyML 0.13.1', work: 'estimate' },
  { name: 'smclarify', title: 'smclarify 0.5', work: 'bias' },
];

const OUTPUT = resolve(CACHE, 'compare-ours.mjs');
/** Two virtual CPUs of Lambda's; DuckDB gets 60 % of the memory at most. */
const FUNCTION_MEMORY_MB = '3538';
const TWENTY_MINUTES_MS = 1_200_000;
const BUFFER = 2 ** 26;

export async function runPeer(peer: Peer, files: ComparedFiles, warm: ComparedFiles): Promise<Measured> {
  const bin = await pythonPrograms(PACKAGES);
  const paths = [files, warm].flatMap(({ reference, current }) => [reference, current]);
  const { stdout } = await promisify(execFile)(
    `${bin}/python`,
    ['bench/compare/peers.py', peer.name, ...paths],
    { timeout: TWENTY_MINUTES_MS, maxBuffer: BUFFER },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

let bundled: Promise<unknown> | undefined;

export async function runOurs(request: OursRequest): Promise<Measured> {
  bundled ??= build({
    entryPoints: [resolve('bench/compare/ours.ts')],
    outfile: OUTPUT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@duckdb/node-api', '@aws-sdk/*', 'esbuild'],
    logLevel: 'error',
  });
  await bundled;
  const { stdout } = await promisify(execFile)(process.execPath, [OUTPUT, JSON.stringify(request)], {
    env: { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: FUNCTION_MEMORY_MB },
    maxBuffer: BUFFER,
    timeout: TWENTY_MINUTES_MS,
  });
  return JSON.parse(stdout) as Measured;
}
