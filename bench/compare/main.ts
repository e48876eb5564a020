/**
 * `npm run bench:compare [-- --rows N,N] [--only PEER,PEER] [--write]`: the same metrics of the same files by Driftless and
 * by its peers, numbers first, then times. `--write` keeps the table as bench/results/compare.md. Ends with 1 when a
 * number differs or a budget is missed.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { madeOn, run } from '../run.ts';
import { difference, type Pair, pairsOf } from './agreement.ts';
import { type ComparedFiles, comparedFiles } from './compare-files.ts';
import type { Measured } from './ours.ts';
import { PEERS, type Peer, runOurs, runPeer } from './peers.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const WARM_UP_ROWS = 10_000;

interface Comparison {
  readonly peer: Peer;
  readonly rows: number;
  readonly pairs: readonly Pair[];
  readonly ours: Measured;
  readonly theirs: Measured;
  /** Seconds of the baseline's first profile, where the work reads a stored one. */
  readonly baseline?: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const sizes = values.rows?.split(',').map(Number) ?? SIZES;
  const peers = PEERS.filter(({ name }) => !values.only || values.only.split(',').includes(name));
  if (peers.length === 0) {
    throw new Error(`--only ${values.only}: allowed: ${PEERS.map(({ name }) => name).join(', ')}`);
  }
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1000)) {
    throw new Error(`--rows ${values.rows}: allowed: whole numbers from 1000, with commas`);
  }
  const found: Comparison[] = [];
  const warm = await filesOf(WARM_UP_ROWS);
  for (const rows of sizes) {
    const files = await filesOf(rows);
    for (const peer of peers) {
      found.push(await compare(peer, rows, files, warm));
      console.log(text(found.at(-1)!));
    }
  }
  if (values.write) writeFileSync('bench/results/compare.md', page(found));
  const wrong = found.filter(({ pairs }) => pairs.some(({ agrees }) => !agrees));
  const slow = found.filter(isMissed);
  for (const { peer, rows } of wrong) console.log(`numbers differ: ${peer.title}, ${rows} rows`);
  for (const { peer, rows } of slow) console.log(`budget missed: ${peer.title}, ${rows} rows`);
  return wrong.length + slow.length === 0 ? 0 : 1;
}

const filesOf = (rows: number): Promise<ComparedFiles> =>
  withTempDirectory((directory) => withDuckDb(directory, (database) => comparedFiles(database, rows)));

async function compare(
  peer: Peer,
  rows: number,
  files: ComparedFiles,
  warm: ComparedFiles,
): Promise<Comparison> {
  const { work } = peer;
  const baseline = work === 'drift' ? await runOurs({ work: 'baseline', files, warm }) : undefined;
  const ours = await runOurs({ work, files, warm });
  const theirs = await runPeer(peer, files, warm);
  const pairs = pairsOf(ours.values, theirs.values);
  return { peer, rows, pairs, ours, theirs, ...(baseline && { baseline: baseline.seconds }) };
}

const times = ({ ours, theirs, baseline = 0 }: Comparison, withBaseline: boolean) =>
  theirs.seconds / (ours.seconds + (withBaseline ? baseline : 0));

const isMissed = (comparison: Comparison) =>
  comparison.peer.budget !== undefined &&
  comparison.rows >= 1_000_000 &&
  times(comparison, false) < comparison.peer.budget;

function text(comparison: Comparison): string {
  const { peer, rows, pairs, ours, theirs } = comparison;
  const lines = pairs.map(
    ({ metric, ours: own, theirs: other, agrees }) =>
      `  ${agrees ? ' ' : '!'} ${metric.padEnd(28)} ${own.toPrecision(12).padStart(20)} ${other.toPrecision(12).padStart(20)}`,
  );
  const head = `${peer.title}, ${rows.toLocaleString('en')} x 20: ${pairs.length} numbers, ours and theirs`;
  const end = `  ${theirs.seconds.toFixed(2)} s to ${ours.seconds.toFixed(2)} s: ${times(comparison, false).toFixed(1)} times`;
  return [head, ...lines, end, ''].join('\n');
}

function row(comparison: Comparison): string {
  const { peer, rows, pairs, ours, theirs, baseline } = comparison;
  const differing = pairs.filter(({ agrees }) => !agrees).length;
  const cells = [
    peer.title,
    peer.work,
    rows.toLocaleString('en'),
    `${pairs.length}, ${differing} differ`,
    difference(pairs[0]!).toExponential(1),
    `${ours.seconds.toFixed(2)} s, ${ours.peakMiB.toFixed(0)} MiB`,
    `${theirs.seconds.toFixed(2)} s, ${theirs.peakMiB.toFixed(0)} MiB`,
    `${times(comparison, false).toFixed(1)}${isMissed(comparison) ? ' (missed)' : ''}`,
    baseline === undefined ? '' : times(comparison, true).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function page(found: readonly Comparison[]): string {
  const worst = found.filter(({ rows }) => rows === Math.max(...found.map(({ rows: size }) => size)));
  return [
    '# The same metrics by Driftless and by its peers',
    '',
    `${madeOn()}. Made by \`npm run bench:compare -- --write\`.`,
    'Every tool reads the same zstd Parquet in a process of its own, after one small report to be warm; ours is the median',
    'of three. Numbers are compared before times. A monitor reads the stored profile of its baseline, peers read the',
    'baseline again: the last column counts the making of that profile too. Ours checks every record of a file that',
    '`driftless quality` and `driftless bias` read, and adds intervals.',
    '',
    '| peer | work | rows x 20 | numbers | largest difference | ours | theirs | times slower | with our baseline made |',
    '|---|---|---|---|---|---|---|---|---|',
    ...found.map(row),
    '',
    'The largest differences are those of distances from binned values, which are lower bounds (KS and Wasserstein, by at',
    'most 0.02); the others are roundings.',
    '',
    '## The numbers of the largest file',
    '',
    '| peer | metric | ours | theirs |',
    '|---|---|---|---|',
    ...worst.flatMap(({ peer, pairs }) =>
      pairs.map(
        ({ metric, ours, theirs }) =>
          `| ${peer.title} | ${metric} | ${ours.toPrecision(12)} | ${theirs.toPrecision(12)} |`,
      ),
    ),
    '',
  ].join('\n');
}

run('bench', main);
