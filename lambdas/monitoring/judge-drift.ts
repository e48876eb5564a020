/** The drift verdict of a window, from its columns. */
import type { Verdict } from '../shared/verdict.ts';
import type { ColumnReport, DriftReport } from './contract.ts';
import { discoveries } from './false-discoveries.ts';

/** Expected share of columns that only look drifted, among those that are told. */
const FALSE_DISCOVERY = 0.01;

export interface DriftOptions {
  /** 0..1. @default 0.01 */
  readonly falseDiscovery?: number | undefined;
  /** Names of features that are reported without a verdict. */
  readonly ignored?: readonly string[];
}

/**
 * FAIL when any feature or the prediction fails (each alone is both an effect and beyond chance at 1 in 1000), else WARN
 * when any warns, else INSUFFICIENT_DATA when any could not be judged, else PASS. Over many features, only what is left
 * by Benjamini and Hochberg's rule counts as beyond chance.
 */
export function judgeDrift(
  columns: readonly ColumnReport[],
  prediction: ColumnReport,
  options: DriftOptions = {},
): DriftReport {
  const features = settleFeatures(columns, options);
  const byPsi = [...features].sort((a, b) => b.psi - a.psi);
  const named = (verdict: Verdict) =>
    byPsi.filter((column) => column.verdict === verdict).map(({ name }) => name);
  const drifted = named('FAIL');
  const warned = named('WARN');
  const all = [...features, prediction];
  const verdict = (['FAIL', 'WARN', 'INSUFFICIENT_DATA'] as const).find((worst) =>
    all.some((column) => column.verdict === worst),
  );
  const judged = features.filter((column) => isJudged(column.verdict)).length;
  return {
    verdict: verdict ?? 'PASS',
    reason: sentence(features.length, { drifted, warned }, prediction),
    driftedFeatures: drifted,
    warnedFeatures: warned,
    driftedShare: judged === 0 ? 0 : drifted.length / judged,
    features,
    prediction,
  };
}

/** Features with the verdicts that they keep: without those that are ignored, or that chance explains among so many. */
export function settleFeatures(
  columns: readonly ColumnReport[],
  { falseDiscovery = FALSE_DISCOVERY, ignored = [] }: DriftOptions = {},
): ColumnReport[] {
  return withoutChance(
    columns.map((column) => unlessIgnored(column, ignored)),
    falseDiscovery,
  );
}

const isJudged = (verdict: Verdict) => verdict !== 'INSUFFICIENT_DATA' && verdict !== 'NOT_APPLICABLE';

function unlessIgnored(column: ColumnReport, ignored: readonly string[]): ColumnReport {
  if (!ignored.includes(column.name)) return column;
  const reason = `${column.reason} Ignored (monitors.columns).`;
  return { ...column, verdict: 'NOT_APPLICABLE', reason };
}

/** Takes back the verdicts of columns that chance explains when so many are looked at. */
function withoutChance(columns: readonly ColumnReport[], rate: number): ColumnReport[] {
  const judged = columns.filter(({ verdict }) => isJudged(verdict));
  const isDiscovery = discoveries(
    judged.map(({ pValue }) => pValue),
    rate,
  );
  const chance = new Set(judged.filter((_, index) => !isDiscovery[index]));
  return columns.map((column) => {
    if (!chance.has(column) || column.verdict === 'PASS') return column;
    const reason = `${column.reason} One of ${judged.length} features may look so by chance (p ${column.pValue.toPrecision(2)}).`;
    return { ...column, verdict: 'PASS', reason };
  });
}

function sentence(
  count: number,
  { drifted, warned }: { readonly drifted: readonly string[]; readonly warned: readonly string[] },
  prediction: ColumnReport,
): string {
  if (prediction.verdict === 'INSUFFICIENT_DATA') return prediction.reason;
  const list = (names: readonly string[]) =>
    names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  const parts = [
    `${drifted.length} of ${count} features drifted${drifted.length > 0 ? `: ${list(drifted)}` : ''}`,
  ];
  if (warned.length > 0) parts.push(`${warned.length} near it: ${list(warned)}`);
  parts.push(`prediction ${prediction.verdict}, PSI ${prediction.psi.toFixed(4)}`);
  return `${parts.join('; ')}.`;
}
