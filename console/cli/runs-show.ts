import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import { getRun } from '../client/catalog.ts';
import type { Connection } from '../client/connect.ts';
import { type EvaluationView, readEvaluation } from '../client/evaluations.ts';
import type { Step } from '../client/run-steps.ts';
import { findRun, type RunProgress, readProgress } from '../client/runs.ts';
import { evaluationLines } from './evaluation-view.ts';
import { durationText, print, printable, shortDigest, shortTime, table } from './output.ts';
import { connectFor, optionsOf, subcommand, withProgress } from './shared.ts';
import { endedText } from './train.ts';

const LOOK_EVERY_MS = 2000;

interface Shown extends RunProgress {
  readonly run: RunItem;
  readonly evaluation?: EvaluationView;
}

export function addShowRun(runs: Command): void {
  subcommand(runs, 'show <run>', 'its steps with their times, what it was asked for, its gates')
    .option('--follow', 'tell each step as it ends, until the run has ended')
    .addHelpText('after', '\nA run is meant by its name, by a part that only it has, or by "last".')
    .action(async (text: string, _options, command: Command) => {
      const { follow, json } = optionsOf<{ follow?: boolean }>(command);
      const connection = await connectFor(command);
      const run = await findRun(connection, text);
      if (follow) await followRun(connection, run, json);
      const shown = await show(connection, run);
      print(shown, json, (it) => (follow ? endedOrNot(it) : render(it)));
      if (follow && shown.run.status !== 'Registered') process.exitCode = 1;
    });
}

const endedOrNot = ({ run, execution }: Shown) =>
  run.status === 'InProgress'
    ? `run ${run.run}: its execution ended as ${execution ?? 'unknown'}, and its record follows within minutes: driftless runs show ${run.run}`
    : endedText(run);

async function show(connection: Connection, { run: name }: RunItem): Promise<Shown> {
  const run = (await getRun(connection, name))!;
  const [progress, evaluation] = await Promise.all([
    readProgress(connection, run),
    readEvaluation(connection, name),
  ]);
  return { run, ...progress, ...(evaluation && { evaluation }) };
}

/** Prints a line for every step that has ended, and the one at work as a progress line, until none is. */
async function followRun(connection: Connection, run: RunItem, json: boolean | undefined): Promise<void> {
  let told = 0;
  await withProgress(json, async (line) => {
    for (;;) {
      const { execution, steps } = await readProgress(connection, run);
      const ended = steps.filter(({ endedAt }) => endedAt !== undefined);
      if (ended.length > told) {
        line.end();
        // a parallel step ends after the steps in it: told in the order of their ends
        ended.sort((a, b) => a.endedAt!.localeCompare(b.endedAt!));
        if (!json) for (const step of ended.slice(told)) process.stdout.write(`${stepText(step)}\n`);
        told = ended.length;
      }
      if (execution !== 'RUNNING') return;
      const now = steps.filter(({ status }) => status === 'running').map(({ name }) => name);
      line.say(`at work: ${now.join(', ') || 'starting'}`);
      await sleep(LOOK_EVERY_MS);
    }
  });
}

const MARKS = { running: '…', done: '✓', failed: '✗', stopped: '■' } as const;

export function stepText(step: Step): string {
  const { name, status, failure } = step;
  const retries = step.retries > 0 ? `, tried ${step.retries + 1} times` : '';
  return `${MARKS[status]} ${name}: ${status}, ${tookText(step)}${retries}${failure === undefined ? '' : `: ${printable(failure)}`}`;
}

function tookText({ startedAt, endedAt }: Step, now = Date.now()): string {
  const ms = (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return durationText(ms / 1000);
}

function render({ run, execution, steps, evaluation }: Shown): string {
  const { request } = run;
  const lines: [string, string | undefined][] = [
    ['status', run.status],
    ['because', run.failureReason],
    ['asked for', `${request.reason} (${request.kind})`],
    ['dataset', run.datasetVersion === undefined ? undefined : `version ${run.datasetVersion}`],
    ['own values', ownText(request.overrides)],
    ['settings', shortDigest(run.settingsDigest)],
    ['code', shortDigest(run.codeDigest)],
    ['training job', run.trainingJobName],
    ['model', run.modelVersion === undefined ? undefined : String(run.modelVersion)],
    ['started', `${shortTime(run.startedAt)} UTC`],
    ['finished', run.finishedAt === undefined ? undefined : `${shortTime(run.finishedAt)} UTC`],
  ];
  return [
    `run ${run.run}`,
    ...lines.flatMap(([name, text]) =>
      text === undefined ? [] : [`  ${name.padEnd(12)} ${printable(text)}`],
    ),
    '',
    ...(execution === undefined
      ? ['its steps are no longer kept']
      : [
          table(
            ['step', 'status', 'started', 'took', 'tries', 'because'],
            steps.map((step) => [
              step.name,
              step.status,
              step.startedAt.slice(11, 19),
              tookText(step),
              step.retries + 1,
              step.failure ?? '',
            ]),
          ),
        ]),
    ...(evaluation ? ['', ...evaluationLines(evaluation)] : []),
  ].join('\n');
}

const ownText = (overrides: RunItem['request']['overrides']) =>
  overrides &&
  Object.entries(overrides)
    .map(([path, value]) => `${path}=${value}`)
    .join(', ');
