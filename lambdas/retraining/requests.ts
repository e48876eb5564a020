/** Requests that wait, and the one that has just come: which of them still speak for themselves. Pure. */
import type { RunRequest } from '../shared/catalog-items.ts';
import type { Assessment } from './assess.ts';
import type { ControllerState } from './controller-state.ts';

/** What a run is named after when several requests ask for it: a person first, then data, code, alarms, the clock. */
const PRIORITY: readonly RunRequest['kind'][] = ['manual', 'dataset', 'code', 'alarm', 'event', 'schedule'];
/** Reasons that a request carries of those that it stands for. */
const KEPT_REASONS = 20;

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
    case 'schedule':
    case 'event':
      return request.kind;
    case 'alarm':
      return `alarm ${request.alarmName}`;
    case 'manual':
      return `manual ${request.id}`;
  }
}

/** The requests that wait and those that have just come, unless they were answered or wait already. */
export function collect(state: ControllerState, offered: readonly RunRequest[]): Collected {
  const isKnown = ({ id }: RunRequest) =>
    state.answered.includes(id) || state.pending.some((waiting) => waiting.id === id);
  const all = [...state.pending.map(toRequest), ...offered.filter((request) => !isKnown(request))];
  const newest = new Map<string, RunRequest>();
  for (const request of [...all].sort((a, b) => a.requestedAt.localeCompare(b.requestedAt))) {
    const before = newest.get(wishOf(request));
    newest.set(wishOf(request), before ? standingFor(request, [before]) : request);
  }
  const live = all.flatMap(({ id }) => [...newest.values()].filter((request) => request.id === id));
  const superseded = all
    .filter(({ id }) => !live.some((request) => request.id === id))
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
export function leading(requests: readonly RunRequest[]): RunRequest {
  return [...requests].sort(
    (a, b) =>
      PRIORITY.indexOf(a.kind) - PRIORITY.indexOf(b.kind) || b.requestedAt.localeCompare(a.requestedAt),
  )[0]!;
}

/** The request with the reasons of others that its run answers. */
export function standingFor(request: RunRequest, others: readonly RunRequest[]): RunRequest {
  const reasons = others.flatMap(({ also = [], reason }) => [...also, reason]);
  const also = [...new Set([...reasons, ...(request.also ?? [])])].filter((each) => each !== request.reason);
  return also.length === 0 ? request : { ...request, also: also.slice(-KEPT_REASONS) };
}

/** Without what the queue adds to a request. */
export function toRequest(request: RunRequest): RunRequest {
  const { id, kind, reason, also, requestedAt, alarmName, datasetVersion, overrides } = request;
  return {
    id,
    kind,
    reason,
    ...(also !== undefined && { also }),
    requestedAt,
    ...(alarmName !== undefined && { alarmName }),
    ...(datasetVersion !== undefined && { datasetVersion }),
    ...(overrides !== undefined && { overrides }),
  };
}
