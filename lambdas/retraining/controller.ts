/** The controller's logic: from its item, the requests and the guards' verdicts to its next item. Pure. */
import type { RunRequest, VersionItem } from '../shared/catalog-items.ts';
import { digestOf } from '../shared/digest.ts';
import type { Judgement } from '../shared/verdict.ts';
import type { TrainingRunInput } from '../training/contract.ts';
import type { Assessment } from './assess.ts';
import { type ControllerState, type Outbox, remember, type ToldEvent } from './controller-state.ts';
import { type ClosedEpisode, EMPTY_SETTLED, openEpisodes, type SettledEpisodes } from './episodes.ts';
import { dayOf } from './guards/daily-budget.ts';
import { lookAgainAt } from './guards/guard.ts';
import { monthOf } from './guards/monthly-budget.ts';
import { type Collected, leading, standingFor, toRequest } from './requests.ts';

const DIGEST_LENGTH = 10;
/** Longer than any run: a workflow is ended after 31 days. The reconciler finds a run that died much sooner. */
const LEASE_MS = 32 * 24 * 3_600_000;

export interface RunFacts {
  readonly project: string;
  readonly settingsDigest: string;
  readonly codeDigest: string;
  readonly trainingDigest: string;
  readonly head: VersionItem;
  /** Whether label files are there that the head does not hold. */
  readonly hasUnusedLabels: boolean;
  readonly hasChampion: boolean;
  /** What differs for requests with a version or settings of their own, by id. */
  readonly particular?: ReadonlyMap<
    string,
    Pick<RunFacts, 'settingsDigest' | 'trainingDigest'> & { readonly head: VersionItem }
  >;
}

/**
 * Name of the run that answers a request: from what is trained, who asked, and the version's time, which tells apart
 * two lives of a project that was removed and made again (a closed execution's name stays taken for 90 days).
 */
export function runId(request: RunRequest, facts: RunFacts, attempt = 1): string {
  const { head, trainingDigest, project } = facts;
  const digest = digestOf([request.id, trainingDigest, head.digest, head.createdAt]).slice(0, DIGEST_LENGTH);
  return `${project}-${digest}-a${attempt}`;
}

export interface Considered {
  readonly project: string;
  readonly assessments: readonly Assessment[];
  readonly superseded: Collected['superseded'];
  /** @default - no episode has an outcome yet */
  readonly settled?: SettledEpisodes;
}

/**
 * The next state, with what follows from it in its outbox. If any request passes all guards, one run starts: on the
 * newest version with the current code, so it answers every request that passes. The others wait or are answered, as
 * their guard says, and are told of when they come to a guard that they did not stand at before.
 */
export function advance(
  before: ControllerState,
  considered: Considered,
  facts: RunFacts | undefined,
  now: Date,
): ControllerState {
  const { project, assessments, superseded, settled = EMPTY_SETTLED } = considered;
  const having = (outcome: Assessment['outcome']) =>
    assessments.filter((assessment) => assessment.outcome === outcome);
  const waiting = having('wait').map(({ request, failed }) => {
    const again = lookAgainAt(failed!);
    return {
      ...toRequest(request),
      guard: failed!.rule,
      guardReason: failed!.reason,
      ...(again !== undefined && { lookAgainAt: again }),
    };
  });
  const answered = [...superseded, ...having('drop'), ...having('start')].map(({ request }) => request.id);
  const guardBefore = new Map(before.pending.map(({ id, guard }) => [id, guard]));
  const told = [...having('wait'), ...having('drop')].filter(
    ({ request, failed }) => guardBefore.get(request.id) !== failed!.rule,
  );
  const starting = having('start');
  const run = facts && starting.length > 0 ? newRun(starting, facts) : undefined;
  const episodes = openEpisodes(before, {
    settled,
    asked: assessments.map(({ request }) => request),
    dropped: having('drop').map(({ request, failed }) => ({ request, reason: failed!.reason })),
    started: run && { run: run.run, requests: starting.map(({ request }) => request) },
  });
  const { outbox: _sent, episodes: _before, losses: _losses, ...rest } = before;
  const state: ControllerState = {
    ...rest,
    pending: waiting,
    answered: remember(before.answered, ...answered),
    ...(episodes.open.length > 0 && { episodes: episodes.open }),
    ...(episodes.losses && { losses: episodes.losses }),
    ...(run && locked(before, run, facts!, now)),
  };
  const outbox = outboxOf(project, { told, superseded, starting, closed: episodes.closed, run });
  return outbox ? { ...state, outbox } : state;
}

function newRun(starting: readonly Assessment[], facts: RunFacts): TrainingRunInput {
  const requests = starting.map(({ request }) => request);
  const first = leading(requests);
  const own = { ...facts, ...facts.particular?.get(first.id) };
  const { project, settingsDigest, codeDigest } = own;
  return {
    project,
    run: runId(first, own),
    settingsDigest,
    codeDigest,
    request: standingFor(
      first,
      requests.filter((request) => request !== first),
    ),
    // rows that are added make another version than the one that was asked for
    addLabelledRows: first.datasetVersion === undefined && wantsLabelledRows(requests, facts),
  };
}

/** An alarm has passed the guard on new labels; whoever else asks gets what is there, but an upload its own rows. */
function wantsLabelledRows(requests: readonly RunRequest[], facts: RunFacts): boolean {
  if (requests.some(({ kind }) => kind === 'alarm')) return true;
  const isOpen = requests.some(({ kind }) => kind === 'manual' || kind === 'schedule' || kind === 'event');
  return isOpen && facts.hasUnusedLabels && facts.hasChampion;
}

function locked(
  { runsToday, runsThisMonth }: ControllerState,
  { run, request }: TrainingRunInput,
  facts: RunFacts,
  now: Date,
): Pick<ControllerState, 'lock' | 'lastRun' | 'runsToday' | 'runsThisMonth'> {
  const startedAt = now.toISOString();
  const [day, month] = [dayOf(now), monthOf(now)];
  const { trainingDigest } = facts.particular?.get(request.id) ?? facts;
  const leaseUntil = new Date(now.getTime() + LEASE_MS).toISOString();
  return {
    lock: { run, since: startedAt, leaseUntil, trainingDigest },
    lastRun: { run, startedAt },
    runsToday: { day, count: (runsToday?.day === day ? runsToday.count : 0) + 1 },
    runsThisMonth: { month, count: (runsThisMonth?.month === month ? runsThisMonth.count : 0) + 1 },
  };
}

interface Follows {
  readonly told: readonly Assessment[];
  readonly superseded: Collected['superseded'];
  readonly starting: readonly Assessment[];
  readonly closed: readonly ClosedEpisode[];
  readonly run: TrainingRunInput | undefined;
}

function outboxOf(project: string, { told, superseded, starting, closed, run }: Follows): Outbox | undefined {
  const verdicts = (assessments: readonly Assessment[]) =>
    assessments.flatMap(({ request: { id: subject }, judgements }) =>
      judgements.map((judgement) => ({ subject, judgement })),
    );
  const decisions = [
    ...verdicts(told),
    ...superseded.map(({ request, by }) => ({ subject: request.id, judgement: supersededBy(request, by) })),
    ...(run ? verdicts(starting) : []),
    ...closed.map(({ subject, judgement }) => ({ subject, judgement })),
  ];
  const deferred = told.map(({ request, failed }): ToldEvent => {
    const { rule: guard, reason } = failed!;
    const again = lookAgainAt(failed!);
    const asked = [...(request.also ?? []), request.reason].join('; ');
    const detail = { project, request: request.id, guard, reason, asked };
    return { name: 'RunDeferred', detail: again === undefined ? detail : { ...detail, lookAgainAt: again } };
  });
  const events: ToldEvent[] = [
    ...closed.map(({ event }): ToldEvent => ({ name: 'EpisodeClosed', detail: { project, ...event } })),
    ...deferred,
  ];
  if (run) {
    const { reason, id: request } = run.request;
    events.push({ name: 'RunStarted', detail: { project, run: run.run, reason, request } });
  }
  if (decisions.length === 0 && events.length === 0 && !run) return undefined;
  const content = { ...(run && { input: run }), decisions, events };
  return { id: digestOf(content), ...content };
}

function supersededBy(request: RunRequest, by: RunRequest): Judgement {
  return {
    rule: 'superseded',
    verdict: 'NOT_APPLICABLE',
    reason: `${by.reason} came after ${request.reason}: one run answers both`,
    inputs: { by: by.id },
  };
}
