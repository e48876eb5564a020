/**
 * `npm run bench:cloud [-- --only TEXT] [--alone] [--write]`: figures of the local cloud beside MiniStack's, on the same
 * work in one run. Prints a table, which `--write` keeps as bench/results/local-cloud.md. Ends with 1 when a budget is
 * missed, or a row is slower than the peer's by more than two runs of it differ.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pythonPrograms } from '../../localstack/testing/python-venv.ts';
import { madeOn, run } from '../run.ts';
import { type MeasuredCloud, PEER, startOurs, startPeer } from './clouds.ts';
import { DEPLOYMENT_ROWS } from './deployment-rows.ts';
import { FUNCTION_ROWS } from './function-rows.ts';
import { lessIsBetter, type Row } from './row.ts';
import { STORAGE_ROWS } from './storage-rows.ts';

const ROWS: readonly Row[] = [
  { name: 'start to the first answer', unit: 's', budget: 2, measure: async ({ startMs }) => startMs / 1000 },
  { name: 'memory when idle', unit: 'MiB', measure: async (cloud) => cloud.memoryMiB() },
  ...STORAGE_ROWS,
  ...FUNCTION_ROWS,
  ...DEPLOYMENT_ROWS,
];

/** Two runs on the same machine differ by this much. */
const SAME = 0.85;

interface Result {
  readonly row: Row;
  readonly ours: number | string;
  readonly peer: number | string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      alone: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const rows = ROWS.filter(({ name }) => !values.only || name.includes(values.only));
  if (rows.length === 0) throw new Error(`--only ${values.only}: no row has this in its name`);
  const bin = values.alone ? undefined : await pythonPrograms([PEER]);
  const ours = await startOurs();
  const results: Result[] = [];
  const peer = bin ? await startPeer(bin) : undefined;
  try {
    for (const row of rows) {
      // one after the other, so that neither takes the other's processor
      const mine = await figure(row, ours);
      const theirs = peer && !row.isOurs ? await figure(row, peer) : '-';
      results.push({ row, ours: mine, peer: theirs });
      console.log(line(results.at(-1)!));
    }
  } finally {
    await Promise.all([ours.stop(), peer?.stop()]);
  }
  const missed = results.filter(isMissed);
  const slower = results.filter(isSlower);
  tell('budget missed', missed);
  tell('behind the peer', slower);
  if (values.write) writeFileSync('bench/results/local-cloud.md', page(results));
  return missed.length + slower.length === 0 ? 0 : 1;
}

function tell(what: string, results: readonly Result[]): void {
  if (results.length > 0) console.log(`\n${what}: ${results.map(({ row }) => row.name).join('; ')}`);
}

/** A number, or why there is none. */
const figure = (row: Row, cloud: MeasuredCloud): Promise<number | string> =>
  row.measure(cloud).catch((error: Error) => `fails: ${error.message.split('\n')[0]?.slice(0, 60)}`);

function isMissed({ row, ours }: Result): boolean {
  if (row.budget === undefined) return false;
  if (typeof ours === 'string') return true;
  return lessIsBetter(row) ? ours > row.budget : ours < row.budget;
}

/** How many times better ours is; below 1 it is worse. Undefined without two figures. */
function ratio({ row, ours, peer }: Result): number | undefined {
  if (typeof ours === 'string' || typeof peer === 'string') return undefined;
  return lessIsBetter(row) ? peer / ours : ours / peer;
}

const isSlower = (result: Result): boolean => (ratio(result) ?? 1) < SAME;

const text = (value: number | string): string =>
  typeof value === 'string' ? value : value.toFixed(value < 10 ? 2 : 0);

const line = (result: Result): string => {
  const { row, ours, peer } = result;
  const cells = [
    row.name,
    row.unit,
    text(ours),
    text(peer),
    ratio(result)?.toFixed(1) ?? '',
    row.budget ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
};

function page(results: readonly Result[]): string {
  return [
    '# The local cloud beside MiniStack',
    '',
    `${madeOn()}. The peer is ${PEER}.`,
    'Made by `npm run bench:cloud -- --write`. One process on the same machine drives both: rates by signed requests over',
    'plain HTTP, since an SDK is slower than either cloud, the rest by SDK v3. "better" is how many times better ours is',
    '(below 1: worse). Budgets are for ours, in the unit of the row.',
    '',
    '| what | unit | ours | MiniStack | better | budget |',
    '|---|---|---|---|---|---|',
    ...results.map(line),
    '',
  ].join('\n');
}

run('bench', main);
