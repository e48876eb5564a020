/** Episodes: an alarm asks for a better model, and what came of it. Pure. */
import type { ControllerItem, Episode, RunItem, RunRequest } from '../shared/catalog-items.ts';
import type { Judgement, Verdict } from '../shared/verdict.ts';
import type { ControllerState } from './controller-state.ts';

/**
 * `promoted`: the run's model is in production. `refused`: a gate turned it down. `failed`: the run did not end.
 * `rejected`: a person, or nobody in time. `rolled-back`: the rollout failed. `outdated`: a newer
 * model is in production by now. `dropped`: a guard answered the request without a run.
 */
export type EpisodeOutcome =
  | 'promoted'
  | 'refused'
  | 'failed'
  | 'rejected'
  | 'rolled-back'
  | 'outdated'
  | 'dropped';

const VERDICT: Readonly<Record<EpisodeOutcome, Verdict>> = {
  promoted: 'PASS',
  refused: 'FAIL',
  failed: 'FAIL',
  rejected: 'FAIL',
  'rolled-back': 'FAIL',
  outdated: 'NOT_APPLICABLE',
  dropped: 'NOT_APPLICABLE',
};

/** What is known of an episode's run. */
export interface EpisodeFacts {
  readonly run?: Pick<RunItem, 'status' | 'failureReason' | 'modelVersion'>;
  readonly champion?: { readonly run: string; readonly modelVersion: number };
  /** Of the run's model, when it was turned down. */
  readonly turnedDown?: { readonly outcome: 'rejected' | 'rolled-back'; readonly reason: string };
}

export interface ClosedEpisode {
  readonly subject: string;
  readonly judgement: Judgement;
  readonly event: {
    readonly alarmName: string;
    readonly openedAt: string;
    readonly outcome: EpisodeOutcome;
    readonly run?: string;
    readonly reason: string;
  };
}

export interface SettledEpisodes {
  readonly open: readonly Episode[];
  readonly closed: readonly ClosedEpisode[];
  readonly losses?: ControllerItem['losses'];
}

export const EMPTY_SETTLED: SettledEpisodes = { open: [], closed: [] };

/** The outcome, as soon as there is one. A run that is registered waits for its rollout. */
export function outcomeOf(
  { run }: Episode,
  facts: EpisodeFacts,
): { readonly outcome: EpisodeOutcome; readonly reason: string } | undefined {
  if (run === undefined || !facts.run) return undefined;
  const { status, failureReason = '', modelVersion } = facts.run;
  switch (status) {
    case 'InProgress':
      return undefined;
    case 'RejectedByGate':
      return { outcome: 'refused', reason: `run ${run} was refused by a gate: ${failureReason}` };
    case 'Failed':
      return { outcome: 'failed', reason: `run ${run} failed: ${failureReason}` };
    case 'Registered': {
      const { champion, turnedDown } = facts;
      const name = `model version ${modelVersion} of run ${run}`;
      if (champion?.run === run) return { outcome: 'promoted', reason: `${name} is in production` };
      if (turnedDown) return { outcome: turnedDown.outcome, reason: `${name}: ${turnedDown.reason}` };
      if (champion && modelVersion !== undefined && champion.modelVersion > modelVersion) {
        const reason = `${name} was overtaken by version ${champion.modelVersion}`;
        return { outcome: 'outdated', reason };
      }
      return undefined;
    }
  }
}

/**
 * Closes the episodes that have an outcome. A run that brought no better model is a loss, counted once however many
 * alarms it answered; a promotion ends the row of losses.
 */
export function settleEpisodes(state: ControllerState, facts: readonly EpisodeFacts[]): SettledEpisodes {
  const open: Episode[] = [];
  const closed: ClosedEpisode[] = [];
  let { losses } = state;
  for (const [index, episode] of (state.episodes ?? []).entries()) {
    const found = outcomeOf(episode, facts[index] ?? {});
    if (!found) {
      open.push(episode);
      continue;
    }
    const run = episode.run!;
    if (found.outcome === 'promoted') losses = undefined;
    else if (found.outcome !== 'outdated' && losses?.run !== run) {
      losses = { count: (losses?.count ?? 0) + 1, run };
    }
    closed.push(close(episode, found.outcome, found.reason));
  }
  return { open, closed, ...(losses && { losses }) };
}

export interface OpenOptions {
  readonly settled: SettledEpisodes;
  /** All requests before the guards. */
  readonly asked: readonly RunRequest[];
  /** Those of them that a guard answered without a run, and why. */
  readonly dropped: readonly { readonly request: RunRequest; readonly reason: string }[];
  /** The run that starts, and the requests that it answers. */
  readonly started?: { readonly run: string; readonly requests: readonly RunRequest[] } | undefined;
}

/** The episodes after a step: one for each alarm that asks; what was dropped is closed. */
export function openEpisodes(
  state: ControllerState,
  { settled, asked, dropped, started }: OpenOptions,
): SettledEpisodes {
  const isSettled = settled !== EMPTY_SETTLED;
  const known = isSettled ? settled.open : (state.episodes ?? []);
  const losses = isSettled ? settled.losses : state.losses;
  const open = [...known];
  for (const { alarmName, requestedAt, reason } of asked) {
    if (alarmName === undefined || open.some((each) => each.alarmName === alarmName && !each.run)) continue;
    open.push({ alarmName, openedAt: requestedAt, reason });
  }
  const isOf = (request: RunRequest) => (episode: Episode) =>
    episode.run === undefined && episode.alarmName === request.alarmName;
  const closed = [...settled.closed];
  for (const { request, reason } of dropped) {
    const at = open.findIndex(isOf(request));
    if (at >= 0) closed.push(close(open.splice(at, 1)[0]!, 'dropped', reason));
  }
  for (const request of started?.requests ?? []) {
    const at = open.findIndex(isOf(request));
    if (at >= 0) open[at] = { ...open[at]!, run: started!.run };
  }
  return { open, closed, ...(losses && { losses }) };
}

function close(episode: Episode, outcome: EpisodeOutcome, reason: string): ClosedEpisode {
  const { alarmName, openedAt, run } = episode;
  return {
    subject: `${alarmName} since ${openedAt}`,
    judgement: {
      rule: 'episode',
      verdict: VERDICT[outcome],
      reason: `${outcome}: ${reason}`,
      inputs: { outcome, alarm: episode.reason, ...(run !== undefined && { run }) },
    },
    event: { alarmName, openedAt, outcome, ...(run !== undefined && { run }), reason },
  };
}
