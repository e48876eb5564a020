/** Drift of each column from one version to another, judged as the monitors judge a window. */

import type { ColumnProfile, DatasetProfile } from '../../../lambdas/datasets/profile/profile.ts';
import { judgeColumn } from '../../../lambdas/monitoring/judge-column.ts';
import type { MonitorSettings } from '../../../lambdas/shared/settings.ts';
import type { Verdict } from '../../../lambdas/shared/verdict.ts';
import { realign } from './realign-profile.ts';

export interface ColumnDrift {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical';
  readonly verdict: Verdict;
  readonly reason: string;
  /**
   * `exact`: all counts are of the same bins. `near`: computed from two profiles with edges of their own. `unknown`: they
   * do not tell.
   */
  readonly how: 'exact' | 'near' | 'unknown';
  readonly psi?: number;
  /** Numeric: largest difference of the two distribution functions at the grid's edges, 0..1. */
  readonly ksD?: number;
  /** Numeric: Wasserstein's distance over the standard deviation of the older version. */
  readonly shift?: number;
  /** Share of rows without a value in each, 0..1. */
  readonly missingShare: { readonly before: number; readonly after: number };
  /** Categorical: values that the older version does not list, the most frequent first, at most five. */
  readonly newValues?: readonly string[];
}

const NAMED_VALUES = 5;

/**
 * Drift of the columns that both versions profile in the same way, the strongest first.
 * @param after on any edges; those of `before` give exact answers.
 */
export function driftBetween(
  before: DatasetProfile,
  after: DatasetProfile,
  { psi, minimumSamples }: Pick<MonitorSettings, 'psi' | 'minimumSamples'>,
): ColumnDrift[] {
  const later = new Map(after.columns.map((column) => [column.name, column]));
  const drifts = before.columns.flatMap((column) => {
    const other = later.get(column.name);
    if (!other || column.kind === 'opaque' || column.kind !== other.kind) return [];
    return [driftOf(column, other, { ...psi, minimumSamples })];
  });
  return drifts.sort((a, b) => (b.psi ?? Infinity) - (a.psi ?? Infinity));
}

function driftOf(
  before: Exclude<ColumnProfile, { kind: 'opaque' }>,
  after: ColumnProfile,
  thresholds: { readonly warn: number; readonly alert: number; readonly minimumSamples: number },
): ColumnDrift {
  const { name, kind } = before;
  const missingShare = { before: shareMissing(before), after: shareMissing(after) };
  const aligned = realign(before, after);
  if (aligned.how === 'unknown') {
    const reason = `The stored profiles do not tell: ${aligned.reason}.`;
    return { name, kind, verdict: 'INSUFFICIENT_DATA', how: 'unknown', reason, missingShare };
  }
  const report = judgeColumn({ baseline: before, window: aligned.profile, thresholds });
  const note =
    aligned.how === 'near'
      ? ` Near: up to ${(100 * aligned.uncertainShare).toPrecision(2)} % of the rows may lie on the other side of an edge.`
      : '';
  return {
    name,
    kind,
    verdict: report.verdict,
    reason: report.reason + note,
    how: aligned.how,
    psi: report.psi,
    ksD: report.ks?.d,
    shift: report.wasserstein?.normalised,
    missingShare,
    newValues: newValues(before, after),
  };
}

function newValues(before: ColumnProfile, after: ColumnProfile): readonly string[] | undefined {
  if (before.kind !== 'categorical' || after.kind !== 'categorical') return undefined;
  const known = new Set(before.values.map(([value]) => value));
  return after.values
    .filter(([value, count]) => count > 0 && !known.has(value))
    .slice(0, NAMED_VALUES)
    .map(([value]) => value);
}

const shareMissing = ({ missing, rows }: ColumnProfile) => (rows === 0 ? 0 : missing / rows);
