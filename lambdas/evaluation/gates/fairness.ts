/** Does the challenger, and what it learned from, treat the facets of sensitive columns alike, within the bounds asked for? */
import type { BiasMetric, FairnessSettings } from '../../shared/settings.ts';
import type { Judgement, Verdict } from '../../shared/verdict.ts';
import type { BiasEstimate } from '../bias/estimate.ts';
import type { BiasFinding } from '../contract.ts';

/** The values of one column that are selected least and most often. */
export interface WorstPair {
  readonly column: string;
  readonly least: string;
  readonly most: string;
  /** Share predicted positive of `least` over that of `most`, 0..1. */
  readonly ratio: number;
}

export interface FairnessSubject {
  readonly settings: FairnessSettings;
  /** 0..1. */
  readonly confidence: number;
  readonly findings: readonly BiasFinding[];
  /** Columns that could not be looked at, each with the reason. */
  readonly skipped: readonly string[];
  readonly worstPair?: WorstPair;
}

export interface FindingOptions {
  readonly settings: FairnessSettings;
  readonly column: string;
  readonly value: string;
  /** Rows of the smallest cell of facet by label. */
  readonly smallestCell: number;
}

/**
 * One metric of one facet against its bounds: PASS when its interval lies inside, FAIL when it lies outside, else
 * INSUFFICIENT_DATA, or WARN when the settings say so; the same with a cell that is too small, or an undefined metric.
 * @returns undefined for a metric without bounds.
 */
export function fairnessFinding(
  estimate: BiasEstimate,
  { settings, column, value, smallestCell }: FindingOptions,
): BiasFinding | undefined {
  const bounds = settings.bounds[estimate.metric];
  if (!bounds) return undefined;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = bounds;
  const { low, high } = estimate;
  const unclear: Verdict = settings.onInsufficientData === 'warn' ? 'WARN' : 'INSUFFICIENT_DATA';
  const verdict = (): Verdict => {
    if (smallestCell < settings.minimumCellRows || low === undefined || high === undefined) return unclear;
    if (low >= minimum && high <= maximum) return 'PASS';
    return high < minimum || low > maximum ? 'FAIL' : unclear;
  };
  return {
    ...{ column, value, metric: estimate.metric, estimate: jsonNumber(estimate.value) },
    ...(Number.isFinite(low) ? { low } : {}),
    ...(Number.isFinite(high) ? { high } : {}),
    ...bounds,
    verdict: verdict(),
  };
}

/**
 * FAIL when a finding fails, INSUFFICIENT_DATA (or WARN, as configured) when one does not tell or a column was skipped,
 * else PASS. NOT_APPLICABLE when no metric has bounds.
 */
export function fairness(subject: FairnessSubject): Judgement {
  const { settings, confidence, findings, skipped, worstPair } = subject;
  const of = (...verdicts: Verdict[]) => findings.filter(({ verdict }) => verdicts.includes(verdict));
  const failed = of('FAIL');
  const unclear = of('INSUFFICIENT_DATA', 'WARN');
  const inputs = {
    ...{ confidence, bounds: settings.bounds, minimumCellRows: settings.minimumCellRows },
    ...{ findings: findings.length, failed: failed.length, unclear: unclear.length, skipped, worstPair },
    against: [...failed, ...unclear].slice(0, TOLD),
  };
  const judged = (verdict: Verdict, reason: string) => ({ rule: 'fairness', verdict, reason, inputs });
  if (Object.values(settings.bounds).every((bound) => bound === undefined)) {
    return judged(
      'NOT_APPLICABLE',
      'No bias metric has bounds (gates.fairness.bounds): they are reported only.',
    );
  }
  const pair = worstPair
    ? ` The values that are selected least and most often are ${worstPair.column} = ${worstPair.least} and ${worstPair.most}, at a ratio of ${worstPair.ratio.toFixed(3)}.`
    : '';
  const blocked: Verdict = settings.onInsufficientData === 'warn' ? 'WARN' : 'INSUFFICIENT_DATA';
  if (failed.length > 0) {
    const reason = `${failed.length} of ${findings.length} bias metrics lie outside their bounds: ${told(failed)}.${pair}`;
    return judged('FAIL', reason);
  }
  if (unclear.length > 0 || skipped.length > 0 || findings.length === 0) {
    const few = `${unclear.length} of ${findings.length} bias metrics cannot be told, by their intervals or with fewer than ${settings.minimumCellRows} rows in a cell of facet by label`;
    const parts = [
      ...(unclear.length > 0 ? [`${few}: ${told(unclear)}`] : []),
      ...(findings.length === 0 ? ['There is no facet to compare'] : []),
      ...skipped,
    ];
    return judged(blocked, `${parts.join('. ')}.${pair}`);
  }
  return judged(
    'PASS',
    `All ${findings.length} bias metrics lie inside their bounds by their intervals.${pair}`,
  );
}

/** Findings that a reason spells out. */
const TOLD = 5;

function told(findings: readonly BiasFinding[]): string {
  const said = findings
    .slice(0, TOLD)
    .map((finding) => `${finding.metric} of ${finding.column} = ${finding.value} is ${range(finding)}`);
  const rest = findings.length - said.length;
  return said.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function range({ estimate, low, high, minimum, maximum }: BiasFinding): string {
  const value = typeof estimate === 'number' ? estimate.toFixed(3) : (estimate ?? 'not defined');
  const interval =
    low === undefined && high === undefined
      ? ''
      : ` (${low?.toFixed(3) ?? 'unbounded'} to ${high?.toFixed(3) ?? 'unbounded'})`;
  return `${value}${interval}, allowed ${minimum ?? 'any'} to ${maximum ?? 'any'}`;
}

/** JSON has no infinities: they are told as text. */
export function jsonNumber(value: number | null): BiasFinding['estimate'] {
  if (value === null || Number.isFinite(value)) return value;
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Metrics that do not depend on the facet are judged once, under this name. */
export const ALL_ROWS = '(all rows)';
export const FACET_FREE: readonly BiasMetric[] = ['GE'];
