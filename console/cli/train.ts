import type { Command } from 'commander';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import { applyOverrides, OVERRIDE_PATHS, type RunOverrides } from '../../lambdas/shared/run-overrides.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { xgboostHyperparameters } from '../../lib/config/xgboost-hyperparameters.ts';
import { requestRun } from '../client/actions.ts';
import { type Connection, UsageError } from '../client/connect.ts';
import { readSettings } from '../client/project-settings.ts';
import { type RequestState, waitForRequest } from '../client/runs.ts';
import { findVersion } from '../client/versions/documents.ts';
import { durationText, print, printable } from './output.ts';
import { connectFor, minutesOf, optionsOf, subcommand, withProgress } from './shared.ts';

interface Options {
  readonly dataset?: string;
  readonly reason?: string;
  readonly set?: readonly string[];
  readonly wait: boolean;
  readonly timeout: string;
}

export function addTrain(program: Command): void {
  subcommand(program, 'train', 'ask for a training run, and wait for its verdict')
    .option('--dataset <version>', 'dataset version, or head; the newest rows when absent')
    .option('--reason <text>', 'why, for the record')
    .option('--set <key=value>', 'a setting of this run alone; may be given again', collect)
    .option('--no-wait', 'do not wait for the end of the run')
    .option('--timeout <minutes>', 'how long to wait', '120')
    .addHelpText(
      'after',
      `
Every run goes through the guards of retraining: one at a time, within the day's budget. The exit code is 1 unless a
model is registered. --set changes for this run alone:
  ${OVERRIDE_PATHS.join('\n  ')}
Gates, split and serving are those of the deployed project.

  driftless train --reason "new season"
  driftless train --dataset 3 --set trainer.hyperparameters.max_depth=6`,
    )
    .action(async (_options, command: Command) => {
      const {
        dataset,
        reason = 'asked for by hand',
        set = [],
        wait,
        timeout,
        json,
      } = optionsOf<Options>(command);
      if (reason.trim() === '') {
        throw new UsageError('--reason: got nothing; say why, for example --reason "new season"');
      }
      const timeoutMs = minutesOf(timeout);
      const overrides = parseOverrides(set);
      const connection = await connectFor(command);
      if (overrides) checkOverrides(await readSettings(connection), overrides);
      const version = dataset === undefined ? undefined : await findVersion(connection, dataset);
      const requestId = await requestRun(connection, reason, {
        ...(version && { datasetVersion: version.item.version }),
        ...(overrides && { overrides }),
      });
      if (!wait) {
        print({ requestId }, json, () => askedText(requestId));
        return;
      }
      if (!json) process.stdout.write(`asked for a run (request ${requestId})\n`);
      const state = await withProgress(json, (line) =>
        waitForRequest(connection, `manual-${requestId}`, {
          timeoutMs,
          onLook: (seen, waitedMs) => line.say(`${stateText(seen)}, ${durationText(waitedMs / 1000)}`),
        }),
      );
      print({ requestId, ...state }, json, () => endText(connection, state, timeoutMs));
      if (state.state !== 'ended' || state.run.status !== 'Registered') process.exitCode = 1;
    });
}

const collect = (value: string, before: readonly string[] = []) => [...before, value];

const askedText = (requestId: string) =>
  `asked for a run (request ${requestId}); see what came of it: driftless runs, or driftless decisions --subject manual-${requestId}`;

/** @throws UsageError for what is not `key=value`, or a key that is given twice. */
export function parseOverrides(texts: readonly string[]): RunOverrides | undefined {
  if (texts.length === 0) return undefined;
  const overrides = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new UsageError(
        `--set: got "${text}"; allowed: key=value, for example trainer.hyperparameters.max_depth=6`,
      );
    }
    const key = text.slice(0, at);
    if (overrides.has(key)) throw new UsageError(`--set: got ${key} twice; allowed: once`);
    overrides.set(key, text.slice(at + 1));
  }
  return Object.fromEntries(overrides);
}

/**
 * The controller checks again, against what is deployed when the run starts.
 * @throws UsageError naming everything that cannot be set so.
 */
export function checkOverrides(settings: ProjectSettings, overrides: RunOverrides): void {
  const { mistakes } = applyOverrides(settings, overrides);
  const all = [...mistakes, ...(mistakes.length === 0 ? algorithmMistakes(settings, overrides) : [])];
  if (all.length > 0) throw new UsageError(all.map((mistake) => `--set: ${mistake}`).join('\n  '));
}

/** Hyperparameters of the built-in algorithm have types and ranges, those of a script are its own affair. */
function algorithmMistakes({ trainer }: ProjectSettings, overrides: RunOverrides): string[] {
  if (trainer.kind !== 'built-in') return [];
  const prefix = 'trainer.hyperparameters.';
  const own = Object.entries(overrides)
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, text]) => [path.slice(prefix.length), text] as const);
  const typed = (text: string) => (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? Number(text) : text);
  const all = { ...trainer.hyperparameters, ...Object.fromEntries(own) };
  const parsed = xgboostHyperparameters.safeParse(
    Object.fromEntries(Object.entries(all).map(([name, text]) => [name, typed(text)])),
  );
  const issues = parsed.error?.issues ?? [];
  return own.flatMap(([name, text]) => {
    const issue = issues.find(
      ({ path, ...rest }) => path[0] === name || ('keys' in rest && (rest.keys as string[]).includes(name)),
    );
    if (!issue) return [];
    return [
      issue.code === 'unrecognized_keys'
        ? `${prefix}${name}: the built-in algorithm has no such hyperparameter; allowed: ${Object.keys(xgboostHyperparameters.shape).join(', ')}`
        : `${prefix}${name}: got "${text}"; ${issue.message}`,
    ];
  });
}

function stateText(seen: RequestState): string {
  switch (seen.state) {
    case 'unseen':
      return 'waiting for the guards';
    case 'waiting':
      return `held back: ${printable(seen.because)}`;
    case 'refused':
      return 'turned down';
    default:
      return `${seen.run.run}: ${seen.run.status}`;
  }
}

/** What a person wants to know after a run: the model, or why there is none. */
export function endText(
  { project }: Pick<Connection, 'project'>,
  state: RequestState,
  timeoutMs: number,
): string {
  const waited = durationText(timeoutMs / 1000);
  switch (state.state) {
    case 'unseen':
      return `"${project}" has not answered the request after ${waited}; look again with: driftless runs`;
    case 'waiting':
      return `the request still waits after ${waited}: ${printable(state.because)}\nit starts when it can; see driftless runs`;
    case 'refused':
      return `no run: ${printable(state.because)}`;
    case 'running':
      return `run ${state.run.run} is still in progress after ${waited}; follow it: driftless runs show ${state.run.run} --follow`;
    case 'ended':
      return endedText(state.run);
  }
}

/** How a run ended, and where to look. */
export function endedText({ run, status, modelVersion, failureReason }: RunItem): string {
  if (status === 'Registered') {
    return `run ${run}: registered model ${modelVersion}; look at it: driftless models show ${modelVersion}`;
  }
  const next =
    status === 'Failed'
      ? `driftless runs logs ${run}`
      : `driftless runs show ${run} has every gate's numbers`;
  return `run ${run}: ${status === 'Failed' ? 'failed' : 'rejected by a gate'}: ${printable(failureReason ?? 'no reason was recorded')}\n${status === 'Failed' ? `its steps: driftless runs show ${run}; its training log: ` : ''}${next}`;
}
