/** The controller's logic: from its item, the requests and the guards' verdicts to its next item. Pure. */
import type { RunRequest, VersionItem } from '../shared/catalog-items.ts';
import { digestOf } from '../shared/digest.ts';
import type { TrainingRunInput } from '../training/contract.ts';
import type { Assessment } from './assess.ts';
import { type ControllerState, remember } from './controller-state.ts';
import { dayOf } from './guards/daily-budget.ts';

/** What a run is named after when several requests ask for it: a person first, then data, code, alarms. */
const PRIORITY: readonly RunRequest['kind'][] = ['manual', 'dataset', 'code', 'alarm'];
const DIGEST_LENGTH = 10;

export interface Collected {
  /** To be put before the guards. */
  readonly live: readonly RunRequest[];
  /** Answered without a run of their own, by `by`. */
  readonly superseded: readonly { readonly request: RunRequest; readonly by: RunRequest }[];
}

/** Requests of one key stand for the same wish: only the newest counts. */
function wishOf(request: RunRequest): string {
  switch (request.kind) {
    case 'dataset':
    case 'code':
      return request.kind;
    case 'alarm':
      return `alarm ${request.alarmName}`;
    case 'manual':
      return `manual ${request.id}`;
  }
}

/** The requests that wait and the one that has just come, unless it was answered or waits already. */
export function collect(state: ControllerState, offered: RunRequest | undefined): Collected {
  const isNew =
    offered && !state.answered.includes(offered.id) && !state.pending.some(({ id }) => id === offered.id);
  const all = [...state.pending.map(toRequest), ...(isNew ? [offered] : [])];
  const newest = new Map<string, RunRequest>();
  for (const request of [...all].sort((a, b) => a.requestedAt.localeCompare(b.requestedAt))) {
    newest.set(wishOf(request), request);
  }
  const live = all.filter((request) => newest.get(wishOf(request)) === request);
  const superseded = all
    .filter((request) => newest.get(wishOf(request)) !== request)
    .map((request) => ({ request, by: newest.get(wishOf(request))! }));
  return { live, superseded };
}

/** A request for a version or settings of its own: no run of another request answers it, nor the other way round. */
const isParticular = ({ datasetVersion, overrides }: RunRequest) =>
  datasetVersion !== undefined || overrides !== undefined;

/**
 * The assessments of those that pass together: one run answers either all requests for the newest with what is
 * deployed, or a particular one; the others wait for its end.
 */
export function oneRunOf(assessments: readonly Assessment[]): readonly Assessment[] {
  const starting = assessments.filter(({ outcome }) => outcome === 'start');
  if (!starting.some(({ request }) => isParticular(request))) return assessments;
  const first = leading(starting.map(({ request }) => request));
  return assessments.map((assessment): Assessment => {
    const { request, outcome, judgements } = assessment;
    if (outcome !== 'start' || request === first || !(isParticular(first) || isParticular(request))) {
      return assessment;
    }
    const failed = {
      rule: 'run-lock',
      verdict: 'FAIL',
      reason: `${first.reason} comes first: one run at a time, and it cannot answer both`,
      inputs: { before: first.id },
    } as const;
    const others = judgements.filter(({ rule }) => rule !== failed.rule);
    return { request, outcome: 'wait', judgements: [...others, failed], failed };
  });
}

/** The request that a run is named after. */
function leading(requests: readonly RunRequest[]): RunRequest {
  return [...requests].sort(
    (a, b) =>
      PRIORITY.indexOf(a.kind) - PRIORITY.indexOf(b.kind) || b.requestedAt.localeCompare(a.requestedAt),
  )[0]!;
}

/** Without what the queue adds to a request. */
function toRequest(request: RunRequest): RunRequest {
  const { id, kind, reason, requestedAt, alarmName, datasetVersion, overrides } = request;
  return {
    id,
    kind,
    reason,
    requestedAt,
    ...(alarmName !== undefined && { alarmName }),
    ...(datasetVersion !== undefined && { datasetVersion }),
    ...(overrides !== undefined && { overrides }),
  };
}

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

export interface Step {
  readonly state: ControllerState;
  /** Requests to tell of: they have come to a guard that they did not stand at before. */
  readonly deferred: readonly Assessment[];
}

/**
 * The next state. If any request passes all guards, one run starts: on the newest version with the current code, so
 * it answers every request that passes. The others wait or are answered, as their guard says.
 */
export function advance(
  before: ControllerState,
  { assessments, superseded }: { assessments: readonly Assessment[]; superseded: Collected['superseded'] },
  facts: RunFacts | undefined,
  now: Date,
): Step {
  const having = (outcome: Assessment['outcome']) =>
    assessments.filter((assessment) => assessment.outcome === outcome);
  const waiting = having('wait').map(({ request, failed }) => ({
    ...toRequest(request),
    guard: failed!.rule,
    guardReason: failed!.reason,
  }));
  const settled = [...superseded, ...having('drop'), ...having('start')].map(({ request }) => request.id);
  const guardBefore = new Map(before.pending.map(({ id, guard }) => [id, guard]));
  const deferred = [...having('wait'), ...having('drop')].filter(
    ({ request, failed }) => guardBefore.get(request.id) !== failed!.rule,
  );
  const state = { ...before, pending: waiting, answered: remember(before.answered, ...settled) };
  const starting = having('start');
  if (starting.length === 0 || !facts) return { state, deferred };
  return { state: withRun(state, starting, facts, now), deferred };
}

function withRun(
  state: ControllerState,
  starting: readonly Assessment[],
  facts: RunFacts,
  now: Date,
): ControllerState {
  const requests = starting.map(({ request }) => request);
  const request = leading(requests);
  const own = { ...facts, ...facts.particular?.get(request.id) };
  const run = runId(request, own);
  const startedAt = now.toISOString();
  const day = dayOf(now);
  const { project, settingsDigest, codeDigest, trainingDigest } = own;
  const input: TrainingRunInput = {
    project,
    run,
    settingsDigest,
    codeDigest,
    request,
    // rows that are added make another version than the one that was asked for
    addLabelledRows: request.datasetVersion === undefined && wantsLabelledRows(requests, facts),
  };
  return {
    ...state,
    lock: { run, since: startedAt, trainingDigest },
    lastRun: { run, startedAt },
    runsToday: { day, count: (state.runsToday?.day === day ? state.runsToday.count : 0) + 1 },
    outbox: {
      input,
      judgements: starting.flatMap(({ request: { id }, judgements }) =>
        judgements.map((judgement) => ({ request: id, judgement })),
      ),
    },
  };
}

/** An alarm has passed the guard on new labels; a person who asks gets what is there. */
function wantsLabelledRows(requests: readonly RunRequest[], facts: RunFacts): boolean {
  if (requests.some(({ kind }) => kind === 'alarm')) return true;
  return requests.some(({ kind }) => kind === 'manual') && facts.hasUnusedLabels && facts.hasChampion;
}
