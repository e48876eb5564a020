/** The controller's item as this capability keeps it: the catalog's item with what its own steps need. */
import type { EventDetails } from '../events/contract.ts';
import type { ControllerItem, Episode, RunRequest } from '../shared/catalog-items.ts';
import type { Judgement } from '../shared/verdict.ts';
import type { TrainingRunInput } from '../training/contract.ts';

/** A request that met a guard. */
export interface PendingRequest extends RunRequest {
  /** The guard's rule. */
  readonly guard: string;
  readonly guardReason: string;
  /** When time alone may free it, ISO 8601; absent when something has to happen first. */
  readonly lookAgainAt?: string;
}

/** What this capability tells the bus. */
export type ToldEvent = {
  [Name in 'RunStarted' | 'RunDeferred' | 'EpisodeClosed']: {
    readonly name: Name;
    readonly detail: EventDetails[Name];
  };
}['RunStarted' | 'RunDeferred' | 'EpisodeClosed'];

/** What follows from a write of the state. It is done after the write, by whoever comes first, and taken out then. */
export interface Outbox {
  /** Tells outboxes apart. */
  readonly id: string;
  /** A run that the lock was won for and that may not have been started yet. */
  readonly input?: TrainingRunInput;
  /** `subject`: a request, or an episode. */
  readonly decisions: readonly { readonly subject: string; readonly judgement: Judgement }[];
  readonly events: readonly ToldEvent[];
}

/**
 * Everything that must change together is in this one item: the lock, the queue, the budgets, the episodes, and in the
 * outbox what follows, so that a handler that dies after its write leaves nothing half done.
 */
export interface ControllerState extends ControllerItem {
  readonly lock?: NonNullable<ControllerItem['lock']> & {
    /** What the run trains with; together with its version's digest it says what has been trained. */
    readonly trainingDigest: string;
  };
  readonly pending: readonly PendingRequest[];
  /** `<dataset digest>:<training digest>` of runs that ended with a verdict, newest last, at most 100. */
  readonly trained: readonly string[];
  readonly episodes?: readonly Episode[];
  readonly outbox?: Outbox;
}

export const EMPTY_STATE: ControllerState = { pending: [], answered: [], trained: [] };

/** How many ids and digests are remembered. */
const MEMORY = 100;

/** The list with `added` at its end, without repeats, cut to what is remembered. */
export function remember(list: readonly string[], ...added: readonly string[]): string[] {
  return [...list.filter((each) => !added.includes(each)), ...added].slice(-MEMORY);
}

export const combination = (datasetDigest: string, trainingDigest: string) =>
  `${datasetDigest}:${trainingDigest}`;

/**
 * The state after a run has ended: unlocked, and remembering what was trained when there is a verdict on it.
 * A run that does not hold the lock changes nothing.
 */
export function withoutLock(
  state: ControllerState,
  end: { readonly run: string; readonly finishedAt: string; readonly datasetDigest?: string },
): ControllerState {
  const { lock, outbox, ...rest } = state;
  if (lock?.run !== end.run) return state;
  return {
    ...rest,
    ...(outbox && { outbox }),
    ...(state.lastRun?.run === end.run && { lastRun: { ...state.lastRun, finishedAt: end.finishedAt } }),
    ...(end.datasetDigest !== undefined && {
      trained: remember(state.trained, combination(end.datasetDigest, lock.trainingDigest)),
    }),
  };
}
