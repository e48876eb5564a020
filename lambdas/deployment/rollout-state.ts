/** One rollout per endpoint at a time: the state machine of a project's rollout item. Pure. */
import type { RolloutItem } from '../shared/catalog-items.ts';
import type { RolloutInput } from './contract.ts';

/** An approval, with the time at which the registry saw it: that tells apart a repeated event and a new approval. */
export interface Approval {
  readonly modelVersion: number;
  readonly modelPackageArn: string;
  /** ISO 8601. */
  readonly approvedAt: string;
}

/**
 * The catalog's rollout item. While no rollout is in progress the members of `RolloutItem` are absent; the item itself
 * stays, because it remembers what was answered.
 */
export interface RolloutState extends Partial<RolloutItem> {
  readonly attempt?: number;
  readonly modelPackageArn?: string;
  /** The newest approval that was answered: what is older, or the same again, changes nothing. */
  readonly answered?: Approval;
  /** Approved while a rollout was in progress; the newest wins. */
  readonly pending?: Approval;
  /** How often each version was rolled out, by version number. */
  readonly attempts?: Readonly<Record<string, number>>;
}

export type Transition =
  | { readonly kind: 'start'; readonly state: RolloutState; readonly input: RolloutInput }
  /** The same approval once more while its rollout is in progress: starting again is harmless and may be needed. */
  | { readonly kind: 'again'; readonly input: RolloutInput }
  | { readonly kind: 'wait'; readonly state: RolloutState; readonly reason: string }
  | { readonly kind: 'ignore'; readonly reason: string };

export interface TransitionFacts {
  readonly project: string;
  readonly championVersion: number | undefined;
  /** ISO 8601. */
  readonly now: string;
  readonly executionArnOf: (executionName: string) => string;
}

/** Name of a rollout's execution. */
export const rolloutName = ({ project, modelVersion, attempt }: RolloutInput) =>
  `${project}-v${modelVersion}-a${attempt}`;

const isSame = (a: Approval, b: Approval) =>
  a.modelVersion === b.modelVersion && a.approvedAt === b.approvedAt;

/** Whether `a` was approved after `b`; of two in one instant the higher version. */
function isNewer(a: Approval, b: Approval | undefined): boolean {
  if (!b) return true;
  const difference = Date.parse(a.approvedAt) - Date.parse(b.approvedAt);
  return difference > 0 || (difference === 0 && a.modelVersion > b.modelVersion);
}

function begin(state: RolloutState, approval: Approval, facts: TransitionFacts): Transition {
  const { modelVersion, modelPackageArn } = approval;
  const attempt = (state.attempts?.[modelVersion] ?? 0) + 1;
  const input: RolloutInput = { project: facts.project, modelVersion, modelPackageArn, attempt };
  const { pending: _taken, ...rest } = state;
  return {
    kind: 'start',
    input,
    state: {
      ...rest,
      modelVersion,
      modelPackageArn,
      attempt,
      executionArn: facts.executionArnOf(rolloutName(input)),
      since: facts.now,
      answered: approval,
      attempts: { ...state.attempts, [modelVersion]: attempt },
    },
  };
}

/** What an approval leads to. */
export function onApproval(state: RolloutState, approval: Approval, facts: TransitionFacts): Transition {
  const { modelVersion, modelPackageArn, attempt } = state;
  if (state.answered && isSame(approval, state.answered) && state.executionArn) {
    const input = { project: facts.project, modelVersion: modelVersion!, modelPackageArn: modelPackageArn! };
    return { kind: 'again', input: { ...input, attempt: attempt! } };
  }
  if (!isNewer(approval, state.answered) || !isNewer(approval, state.pending)) {
    return { kind: 'ignore', reason: 'this approval, or a newer one, was answered before' };
  }
  if (state.executionArn) {
    if (modelVersion === approval.modelVersion) {
      return { kind: 'ignore', reason: `version ${modelVersion} is being rolled out already` };
    }
    const reason = `the rollout of version ${modelVersion} is in progress since ${state.since}`;
    return { kind: 'wait', reason, state: { ...state, pending: approval } };
  }
  if (approval.modelVersion === facts.championVersion) {
    return { kind: 'ignore', reason: `version ${approval.modelVersion} is in production already` };
  }
  return begin(state, approval, facts);
}

/** The state with no rollout in progress; it remembers what was answered and what waits. */
export function withoutRollout(state: RolloutState): RolloutState {
  const { modelVersion, modelPackageArn, attempt, executionArn, since, ...idle } = state;
  return idle;
}

/** Ends a rollout and begins the one that waits, if one does. A rollout that is not the current one changes nothing. */
export function onFinished(
  state: RolloutState,
  finished: Pick<RolloutInput, 'modelVersion' | 'attempt'>,
  facts: TransitionFacts,
): Transition {
  if (state.modelVersion !== finished.modelVersion || state.attempt !== finished.attempt) {
    return { kind: 'ignore', reason: 'another rollout is the current one' };
  }
  const { pending, ...rest } = withoutRollout(state);
  if (!pending) return { kind: 'wait', reason: 'nothing waits', state: rest };
  if (pending.modelVersion === facts.championVersion) {
    const reason = `version ${pending.modelVersion} is in production already`;
    return { kind: 'wait', reason, state: { ...rest, answered: pending } };
  }
  return begin(rest, pending, facts);
}
