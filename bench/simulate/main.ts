/**
 * `npm run simulate [-- --seeds N,N | --frozen] [--days N] [--port N] [--report FILE] [--write]`: half a year of production
 * in minutes. Without seeds it plays the first frozen one. `--write` keeps the page as bench/results/simulate.md. Ends
 * with 1 when an event that has to be seen was not, or Driftless' models were worse than the first one left alone; with 2
 * when it could not be played.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { run } from '../run.ts';
import { FROZEN_SEEDS, STREAM } from './events.ts';
import type { Outcome } from './outcome.ts';
import { pageOf } from './page.ts';

// its cloud is not that of `npm run local`
process.env.DRIFTLESS_LOCAL_FOLDER ??= '.driftless/simulate';

const OPTIONS = {
  seeds: { type: 'string' },
  frozen: { type: 'boolean', default: false },
  days: { type: 'string' },
  port: { type: 'string' },
  report: { type: 'string' },
  write: { type: 'boolean', default: false },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const whole = (name: string, text: string, least: number, most: number) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`--${name}: got "${text}"; allowed: whole numbers from ${least} to ${most}`);
  };
  const seeds = values.frozen
    ? FROZEN_SEEDS
    : (values.seeds ?? String(FROZEN_SEEDS[0])).split(',').map((text) => whole('seeds', text, 0, 2 ** 31));
  const days = whole('days', values.days ?? String(STREAM.days), 7, STREAM.days);
  const port = whole('port', values.port ?? '4567', 1024, 65_535);
  const { simulate } = await import('./simulate.ts');
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    const say = (line: string) => console.error(`seed ${seed}: ${line}`);
    outcomes.push(await simulate({ seed, days, port, say }));
    if (values.report) writeFileSync(values.report, `${JSON.stringify(outcomes, null, 2)}\n`);
  }
  const page = pageOf(outcomes);
  console.log(page);
  if (values.write) writeFileSync('bench/results/simulate.md', page);
  return outcomes.every(isGood) ? 0 : 1;
}

const isGood = ({ missed, auc: { driftless, none } }: Outcome) =>
  missed.length === 0 && (driftless ?? 0) >= (none ?? 0);

run('simulate', main, 2);
