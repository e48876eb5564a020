/** The drift verdict of a window, from its columns. */
import type { Verdict } from '../shared/verdict.ts';
import type { ColumnReport, DriftReport } from './contract.ts';

/**
 * FAIL when any feature or the prediction fails (each alone is both an effect and beyond chance at 1 in 1000), else WARN
 * when any warns, else INSUFFICIENT_DATA when any could not be judged, else PASS.
 */
export function judgeDrift(features: readonly ColumnReport[], prediction: ColumnReport): DriftReport {
  const byPsi = [...features].sort((a, b) => b.psi - a.psi);
  const named = (verdict: Verdict) =>
    byPsi.filter((column) => column.verdict === verdict).map(({ name }) => name);
  const drifted = named('FAIL');
  const warned = named('WARN');
  const all = [...features, prediction];
  const verdict = (['FAIL', 'WARN', 'INSUFFICIENT_DATA'] as const).find((worst) =>
    all.some((column) => column.verdict === worst),
  );
  return {
    verdict: verdict ?? 'PASS',
    reason: sentence(features.length, { drifted, warned }, prediction),
    driftedFeatures: drifted,
    warnedFeatures: warned,
    features,
    prediction,
  };
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
