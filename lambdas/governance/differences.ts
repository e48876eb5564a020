/** What does not agree between catalog, executions and endpoint. Pure. */

import type { LiveEndpoint } from '../deployment/live-endpoint.ts';
import type { RolloutState } from '../deployment/rollout-state.ts';
import type { ControllerState } from '../retraining/controller-state.ts';
import { datasetRequestId } from '../retraining/run-request.ts';
import type { ChampionItem, RunItem, VersionItem } from '../shared/catalog-items.ts';
import type { ExecutionState } from './project-view.ts';

export interface ProjectView {
  readonly project: string;
  readonly now: Date;
  readonly controller: ControllerState;
  /** Runs that are recorded as in progress. */
  readonly unfinished: readonly RunItem[];
  /** Of the unfinished runs and of the run that holds the lock. */
  readonly runStates: ReadonlyMap<string, ExecutionState>;
  readonly rollout: RolloutState;
  readonly rolloutState: ExecutionState | undefined;
  readonly champion: ChampionItem | undefined;
  /** The champion's endpoint; undefined when it is gone. */
  readonly endpoint: LiveEndpoint | undefined;
  readonly head: VersionItem | undefined;
}

export type Difference = { readonly what: string } & (
  | { readonly kind: 'run-ended'; readonly run: RunItem }
  | { readonly kind: 'lock-without-run'; readonly run: string }
  | { readonly kind: 'rollout-ended'; readonly modelVersion: number; readonly attempt: number }
  | { readonly kind: 'version-unheard'; readonly version: VersionItem }
  /** For a person: which of the two is right is not for a program to say. */
  | { readonly kind: 'endpoint' }
);

/** A workflow ends its own affairs in seconds; what is younger is left to it. */
const GRACE_MS = 15 * 60_000;

const isOld = (since: string | undefined, now: Date) =>
  since !== undefined && now.getTime() - Date.parse(since) > GRACE_MS;

/** Every difference of a project, in the order in which they are mended. */
export function findDifferences(view: ProjectView): Difference[] {
  return [...runs(view), ...lock(view), ...rollout(view), ...endpoint(view), ...unheardVersion(view)];
}

function runs({ unfinished, runStates, now }: ProjectView): Difference[] {
  return unfinished
    .filter(({ run, startedAt }) => runStates.get(run) !== 'running' && isOld(startedAt, now))
    .map((run) => ({
      kind: 'run-ended',
      run,
      what: `run ${run.run} is recorded as in progress, but its execution is ${runStates.get(run.run)}`,
    }));
}

function lock({ controller, runStates, unfinished, now }: ProjectView): Difference[] {
  const { lock: held, outbox } = controller;
  // a run that is still to be started is the controller's
  if (!held || outbox?.input?.run === held.run || !isOld(held.since, now)) return [];
  if (runStates.get(held.run) === 'running' || unfinished.some(({ run }) => run === held.run)) return [];
  const what = `run ${held.run} holds the lock since ${held.since}, but its execution is ${runStates.get(held.run)}`;
  return [{ kind: 'lock-without-run', run: held.run, what }];
}

function rollout({ rollout: state, rolloutState, now }: ProjectView): Difference[] {
  const { executionArn, modelVersion, attempt, since, pending } = state;
  if (!executionArn || modelVersion === undefined || attempt === undefined) return [];
  if (rolloutState === 'running' || !isOld(since, now)) return [];
  const waits = pending ? `; version ${pending.modelVersion} waits and has to be approved again` : '';
  const what = `the rollout of version ${modelVersion} is recorded as in progress, but its execution is ${rolloutState}${waits}`;
  return [{ kind: 'rollout-ended', modelVersion, attempt, what }];
}

function endpoint({ champion, endpoint: live, rollout: state, rolloutState }: ProjectView): Difference[] {
  // in a rollout the two differ by design
  if (!champion || (state.executionArn && rolloutState === 'running')) return [];
  const { endpointName, endpointConfigName, modelVersion } = champion;
  if (!live) {
    const what = `endpoint ${endpointName} is gone, but model version ${modelVersion} is recorded as in production`;
    return [{ kind: 'endpoint', what }];
  }
  if (live.endpointConfigName === endpointConfigName) return [];
  const what = `endpoint ${endpointName} serves ${live.endpointConfigName}, but ${endpointConfigName} is recorded as in production`;
  return [{ kind: 'endpoint', what }];
}

/** The controller has never heard of the version at the head: its event was lost. */
function unheardVersion({ head, controller, now }: ProjectView): Difference[] {
  if (head?.source.kind !== 'upload' || !isOld(head.createdAt, now)) return [];
  const id = datasetRequestId({ ...head, upload: head.source.upload });
  const isKnown =
    controller.answered.includes(id) ||
    controller.pending.some((request) => request.id === id) ||
    controller.trained.some((each) => each.startsWith(`${head.digest}:`));
  if (isKnown) return [];
  const what = `dataset version ${head.version} was never put before the retraining controller`;
  return [{ kind: 'version-unheard', version: head, what }];
}
