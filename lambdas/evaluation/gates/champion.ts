/** Is the challenger to replace the model in production? */
import type { GateSettings } from '../../shared/settings.ts';
import type { Judgement, Verdict } from '../../shared/verdict.ts';
import type { Difference } from '../contract.ts';
import { METRIC_LABEL, metricDirection } from '../metrics/metric-direction.ts';

export interface ChampionSubject {
  readonly settings: GateSettings;
  readonly holdoutRows: number;
  readonly challenger: { readonly datasetVersion: number };
  /** Absent for the first model. */
  readonly champion?: { readonly modelVersion: number; readonly datasetVersion: number };
  /** Why the champion could not be scored, when it could not. */
  readonly championSkipped?: string;
  /** Challenger minus champion on the same holdout rows. */
  readonly difference?: Difference;
}

/**
 * PASS when the challenger is better by its interval, or, under `better-or-newer-within-margin`, not worse than the
 * margin by its interval and trained on a newer version. FAIL when the interval rules that out, else INSUFFICIENT_DATA.
 * NOT_APPLICABLE without a champion, or with one that cannot score these rows: the quality gate then decides alone.
 */
export function champion(subject: ChampionSubject): Judgement {
  const { settings, holdoutRows, challenger, champion: reigning, championSkipped, difference } = subject;
  const { primaryMetric: metric, minimumHoldoutRows, confidence } = settings;
  const { rule, margin } = settings.champion;
  const inputs = {
    metric,
    rule,
    margin,
    confidence,
    rows: holdoutRows,
    challengerDatasetVersion: challenger.datasetVersion,
    championModelVersion: reigning?.modelVersion,
    championDatasetVersion: reigning?.datasetVersion,
    difference: difference?.value,
    low: difference?.low,
    high: difference?.high,
  };
  const judged = (verdict: Verdict, reason: string) => ({ rule: 'champion', verdict, reason, inputs });

  if (championSkipped) return judged('NOT_APPLICABLE', `The champion was not scored: ${championSkipped}`);
  if (!reigning) return judged('NOT_APPLICABLE', 'There is no champion yet: this is the first model.');
  if (holdoutRows < minimumHoldoutRows) {
    const reason = `The holdout has ${holdoutRows} rows; at least ${minimumHoldoutRows} are needed (gates.minimumHoldoutRows).`;
    return judged('INSUFFICIENT_DATA', reason);
  }
  if (difference?.low === undefined || difference.high === undefined) {
    return judged(
      'INSUFFICIENT_DATA',
      'The difference is not defined on this holdout: a class may be missing.',
    );
  }
  const direction = metricDirection(metric);
  const [worst, best] =
    direction === 1 ? [difference.low, difference.high] : [-difference.high, -difference.low];
  const newer = challenger.datasetVersion > reigning.datasetVersion;
  // how much worse it may be, by the rule; the margin is for newer data only
  const allowed = rule === 'better-or-newer-within-margin' && newer ? margin : 0;
  const said =
    `${METRIC_LABEL[metric]} differs from the champion's (model version ${reigning.modelVersion}) by ` +
    `${signed(difference.value)} (${confidence * 100} % interval ${signed(difference.low)} to ${signed(difference.high)}) on ${holdoutRows} rows`;
  const asked = allowed > 0 ? `not worse than ${allowed} is asked for, on newer data` : 'better is asked for';
  if (worst > 0) return judged('PASS', `${said}: better.`);
  if (allowed > 0 && worst >= -allowed) return judged('PASS', `${said}: ${asked}.`);
  if (allowed > 0 ? best < -allowed : best <= 0) return judged('FAIL', `${said}; ${asked}.`);
  return judged('INSUFFICIENT_DATA', `${said}; ${asked}, and the interval does not tell.`);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
