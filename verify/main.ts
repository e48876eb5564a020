/**
 * `npm run verify:aws`: checks on a real account what the code assumes of AWS. Without `--yes` it only lists what it
 * would check, make and cost.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AccountInUse, type AccountOptions, openAccount } from './account.ts';
import { ASSUMPTIONS } from './assumptions/index.ts';
import { type Outcome, verify } from './check.ts';
import { planOf } from './plan.ts';
import { normalise, type Recording } from './recording.ts';

const RECORDINGS = join(import.meta.dirname, 'recordings');
const USAGE = 'npm run verify:aws -- [--only ID,ID] [--stage STAGE --project PROJECT] [--yes]';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      stage: { type: 'string' },
      project: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  });
  if (Boolean(values.stage) !== Boolean(values.project)) {
    throw new Error(`--stage and --project go together (a deployed stage and one of its projects): ${USAGE}`);
  }
  const plan = planOf(ASSUMPTIONS, { only: values.only?.split(','), hasStage: Boolean(values.stage) });
  console.log(plan.text);
  if (!values.yes) {
    console.log(`\nNothing was made or called. To check: add --yes (${USAGE})`);
    return 0;
  }
  // a local cloud would only confirm itself, and its answers must never be kept as AWS's
  const elsewhere = Object.keys(process.env).find(
    (name) => name.startsWith('AWS_ENDPOINT_URL') && process.env[name],
  );
  if (elsewhere) throw new Error(`${elsewhere} is set: this looks at AWS itself. Unset it and try again.`);
  const options: AccountOptions = {
    stage: values.stage,
    project: values.project,
    log: (line) => console.log(`    ${line}`),
  };
  const outcomes: Outcome[] = [];
  for (const assumption of plan.chosen) {
    const account = await openAccount(options);
    console.log(`\n${assumption.id}: ${assumption.statement}`);
    const outcome = await verify(assumption, account);
    outcomes.push(outcome);
    console.log(`  ${outcome.verdict}${outcome.reason ? `: ${outcome.reason}` : ''}`);
    for (const { what, reason } of outcome.leftovers) console.log(`  LEFT BEHIND: ${what}: ${reason}`);
    keep(assumption.id, account);
  }
  return summary(outcomes);
}

function keep(id: string, account: AccountInUse): void {
  const recording: Recording = {
    assumption: id,
    recordedOn: new Date().toISOString().slice(0, 10),
    calls: normalise(account.calls, account),
  };
  writeFileSync(join(RECORDINGS, `${id}.json`), `${JSON.stringify(recording, null, 2)}\n`);
}

/** @returns the exit code: 0 only when each assumption holds and nothing is left behind */
function summary(outcomes: readonly Outcome[]): number {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((each) => each.verdict === verdict).length;
  const leftovers = outcomes.flatMap((each) => each.leftovers).length;
  console.log(
    `\n${count('HOLDS')} hold, ${count('BROKEN')} are broken, ${count('NOT CHECKED')} could not be checked; ` +
      `${leftovers} things left behind. Recordings are in verify/recordings: commit them, and npm test replays them.`,
  );
  return count('HOLDS') === outcomes.length && leftovers === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(`verify:aws: ${error.message}`);
    process.exitCode = 1;
  },
);
