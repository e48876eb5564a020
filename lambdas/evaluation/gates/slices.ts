/** Is the challenger good enough for each group of rows? */
import type { GateSettings } from '../../shared/settings.ts';
import type { Judgement } from '../../shared/verdict.ts';
import type { Evaluation, Slice } from '../contract.ts';
import { METRIC_LABEL, metricDirection } from '../metrics/metric-direction.ts';

/**
 * PASS when the interval of the primary metric reaches the minimum in every slice of enough rows, FAIL when in one of
 * them none of it does, INSUFFICIENT_DATA when an interval holds both sides, no slice has enough rows or a column has so
 * many values that slices of enough rows were not looked at. NOT_APPLICABLE without a minimum: slices are told then.
 */
export function slices(
  settings: GateSettings,
  { slices: all, worst, untold = [] }: NonNullable<Evaluation['slices']>,
): Judgement {
  const { primaryMetric: metric, slices: asked } = settings;
  const { minimum, minimumRows = 0 } = asked ?? {};
  const inputs = { metric, minimum, minimumRows, slices: all.length, worst };
  const judged = (verdict: Judgement['verdict'], reason: string) => {
    return { rule: 'slices', verdict, reason, inputs };
  };
  const worstSaid = worst
    ? `; the worst slice is ${nameOf(worst)} with ${METRIC_LABEL[metric]} ${format(worst.estimate.value)}`
    : '';
  if (minimum === undefined) {
    return judged('NOT_APPLICABLE', `No minimum is asked for in slices (gates.slices.minimum)${worstSaid}.`);
  }
  const large = all.filter(({ rows }) => rows >= minimumRows);
  const small = all.length - large.length;
  const left = small === 0 ? '' : ` ${small} slices have fewer than ${minimumRows} rows and are not judged.`;
  if (large.length === 0) {
    return judged('INSUFFICIENT_DATA', `No slice has ${minimumRows} rows (gates.slices.minimumRows).`);
  }
  const direction = metricDirection(metric);
  const verdictOf = ({ challenger }: Slice) => {
    const { low, high } = challenger.values[metric] ?? {};
    if (low === undefined || high === undefined) return 'unknown';
    const [lower, upper] =
      direction === 1 ? [low - minimum, high - minimum] : [minimum - high, minimum - low];
    return lower >= 0 ? 'good' : upper < 0 ? 'bad' : 'unknown';
  };
  const bound = `${direction === 1 ? 'at least' : 'at most'} ${minimum} is asked for`;
  const bad = large.filter((slice) => verdictOf(slice) === 'bad');
  if (bad.length > 0) return judged('FAIL', `${list(bad, metric)}; ${bound}.${left}`);
  const unknown = large.filter((slice) => verdictOf(slice) === 'unknown');
  if (unknown.length > 0) {
    const reason = `${list(unknown, metric)}; ${bound}, and the interval does not tell.${left}`;
    return judged('INSUFFICIENT_DATA', reason);
  }
  const tooMany = untold.filter(({ mostRows }) => mostRows >= minimumRows);
  if (tooMany.length > 0) {
    const named = tooMany.map(({ column, values }) => `${column} has ${values} values too many`).join('; ');
    const reason = `${named}: some have at least ${minimumRows} rows and were not looked at. Slice by a column of fewer values.${left}`;
    return judged('INSUFFICIENT_DATA', reason);
  }
  return judged('PASS', `All ${large.length} slices reach ${minimum}${worstSaid}.${left}`);
}

const MOST_NAMED = 3;

function list(found: readonly Slice[], metric: GateSettings['primaryMetric']): string {
  const named = found.slice(0, MOST_NAMED).map((slice) => {
    const estimate = slice.challenger.values[metric];
    const what =
      estimate?.low === undefined || estimate.high === undefined
        ? 'not defined'
        : `${format(estimate.value)} (${format(estimate.low)} to ${format(estimate.high)})`;
    return `${nameOf(slice)}: ${METRIC_LABEL[metric]} ${what} on ${slice.rows} rows`;
  });
  const more = found.length - named.length;
  return more > 0 ? `${named.join('; ')} and ${more} more` : named.join('; ');
}

const nameOf = ({ column, value }: Pick<Slice, 'column' | 'value'>) =>
  `${column} ${value ?? 'without a value'}`;
const format = (value: number) => value.toFixed(4);
