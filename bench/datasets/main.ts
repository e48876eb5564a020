/**
 * `npm run bench:datasets [-- --only GROUP,GROUP] [--write]`: figures of the datasets capability. Prints a table, which
 * `--write` keeps as bench/results/datasets.md. Ends with 1 when a budget is missed.
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { madeOn, run } from '../run.ts';
import { PROFILE_GROUPS } from './profile-rows.ts';
import { type Figure, type Groups, isMissed } from './row.ts';
import { UPLOAD_GROUPS } from './upload-rows.ts';

const GROUPS: Groups = { ...PROFILE_GROUPS, ...UPLOAD_GROUPS };

/** With the machine's load average when it was measured: other work slows whatever uses both processors. */
interface MeasuredFigure extends Figure {
  readonly load: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, write: { type: 'boolean', default: false } },
  });
  const wanted = values.only?.split(',');
  const groups = Object.entries(GROUPS).filter(([name]) => !wanted || wanted.includes(name));
  if (groups.length === 0) {
    throw new Error(`--only ${values.only}: there are ${Object.keys(GROUPS).join(', ')}`);
  }
  const figures: MeasuredFigure[] = [];
  const failed: string[] = [];
  for (const [name, measure] of groups) {
    try {
      await measure((figure) => {
        figures.push({ ...figure, load: loadavg()[0]! });
        console.log(line(figures.at(-1)!));
      });
    } catch (error) {
      // the other groups are still worth their figures
      failed.push(`${name}: ${(error as Error).message}`);
      console.log(`| ${failed.at(-1)} |`);
    }
  }
  const names = groups.map(([name]) => name);
  const left = Object.keys(GROUPS)
    .filter((name) => !names.includes(name))
    .map((name) => `${name} (not asked for)`);
  const missed = figures.filter(isMissed);
  if (missed.length > 0) console.log(`\nbudget missed: ${missed.map(({ name }) => name).join('; ')}`);
  if (values.write) writeFileSync('bench/results/datasets.md', page(figures, [...failed, ...left]));
  return missed.length + failed.length === 0 ? 0 : 1;
}

const text = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3
    ? value.toExponential(1)
    : value.toFixed(Number.isInteger(value) || value >= 100 ? 0 : value < 10 ? 2 : 1);

const line = (figure: MeasuredFigure): string => {
  const { name, unit, budget, note } = figure;
  const limit = budget === undefined ? '' : `${budget}${isMissed(figure) ? ' (missed)' : ''}`;
  return `| ${[name, unit, text(figure.figure), limit, figure.load.toFixed(1), note ?? ''].join(' | ')} |`;
};

function page(figures: readonly MeasuredFigure[], notMeasured: readonly string[]): string {
  return [
    '# Datasets: profiles, windows, uploads',
    '',
    `${madeOn()}; "load" is the load average of the last minute.`,
    'Made by `npm run bench:datasets -- --write`. Profiles and windows are read from zstd Parquet by a process of its own,',
    'bundled like a handler, with the processors and memory of a function of 3,538 MB. Ratios are of pairs that were',
    'measured one after the other. Budgets: at most for times, memory, ratios and wrong counts, at least for rates and for',
    'how many times slower a peer is.',
    '',
    '| what | unit | figure | budget | load | note |',
    '|---|---|---|---|---|---|',
    ...figures.map(line),
    ...notMeasured.map((reason) => `\nNot measured: ${reason}.`),
    '',
  ].join('\n');
}

run('bench', main);
