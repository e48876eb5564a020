/** `driftless retraining`: who asks for a run, what holds it back, what came of alarms; pause and resume. */
import type { Command } from 'commander';
import type { PendingRequest } from '../../lambdas/retraining/controller-state.ts';
import type { ControllerItem } from '../../lambdas/shared/catalog-items.ts';
import { switchRetraining } from '../client/actions.ts';
import { getController } from '../client/catalog.ts';
import { print, shortTime } from './output.ts';
import { connectFor, optionsOf, reasonOf, subcommand } from './shared.ts';

type Shown = ControllerItem & { readonly pending: readonly PendingRequest[] };

export function addRetraining(program: Command): void {
  const retraining = subcommand(
    program,
    'retraining',
    'who asks for a run, what holds it back, and what came of alarms; pause or resume it',
  );
  retraining.action(async (_options, command: Command) => {
    const connection = await connectFor(command);
    const state = (await getController(connection)) as Shown | undefined;
    const { project } = connection;
    const shown = { pending: [], answered: [], ...state };
    print(shown, optionsOf(command).json, () => render(project, shown));
  });
  addSwitch(retraining, 'pause', true, 'only what a person asks for starts runs; the rest waits');
  addSwitch(retraining, 'resume', false, 'what waits is looked at again');
}

function addSwitch(retraining: Command, name: string, paused: boolean, next: string): void {
  subcommand(retraining, name, next)
    .requiredOption('--reason <text>', 'why, for the record')
    .action(async (_options, command: Command) => {
      const { reason, json } = optionsOf<{ reason: string }>(command);
      const why = reasonOf(reason);
      const connection = await connectFor(command);
      await switchRetraining(connection, paused, why);
      const { project, identity: by } = connection;
      print(
        { project, paused, reason: why, by },
        json,
        () => `retraining of ${project} is ${paused ? 'paused' : 'resumed'}: ${next}`,
      );
    });
}

function render(project: string, state: Shown): string {
  const { lock, paused, pending, episodes = [], losses, lastRun, runsToday, runsThisMonth } = state;
  const lines: [string, string][] = [
    ['state', paused ? `paused by ${paused.by} at ${shortTime(paused.at)}: ${paused.reason}` : 'on'],
    ['run', lock ? `${lock.run}, since ${shortTime(lock.since)}` : 'none in progress'],
    ['last run', lastRun ? `${lastRun.run}, ${shortTime(lastRun.startedAt)}` : 'none yet'],
    [
      'started',
      `${runsToday?.count ?? 0} on ${runsToday?.day ?? 'any day'}, ${runsThisMonth?.count ?? 0} in ${runsThisMonth?.month ?? 'any month'}`,
    ],
  ];
  if (losses) {
    const text = `${losses.count} runs for alarms in a row brought no better model; the last is ${losses.run}`;
    lines.push(['back-off', text]);
  }
  for (const request of pending) {
    const until = request.lookAgainAt ? `; looked at again at ${shortTime(request.lookAgainAt)}` : '';
    lines.push([
      'waiting',
      `${request.reason}\n${' '.repeat(15)}${request.guard}: ${request.guardReason}${until}`,
    ]);
  }
  for (const { alarmName, openedAt, run } of episodes) {
    const answer = run ? `answered by run ${run}, whose outcome is open` : 'no run answers it yet';
    lines.push(['alarm', `${alarmName} since ${shortTime(openedAt)}: ${answer}`]);
  }
  return [`retraining of ${project}`, ...lines.map(([name, text]) => `  ${name.padEnd(12)} ${text}`)].join(
    '\n',
  );
}
