/** Is what arrives still what the model was made for? Shares of bad values against those of the baseline. */
import type { ColumnProfile } from '../datasets/profile/profile.ts';
import type { ColumnMonitorSettings, DataQualitySettings, MonitorSettings } from '../shared/settings.ts';
import { normalQuantile } from '../shared/statistics/normal.ts';
import type { Verdict } from '../shared/verdict.ts';
import type { DataQualityReport, MetricResult } from './contract.ts';
import type { CountedColumn } from './count-window.ts';
import { metricResult } from './metric-result.ts';

/**
 * Ours: a tenth of the values gone is a broken upstream, a fiftieth is worth a look. New categories and values beyond
 * the range are what the world does and retraining can cure, so that they warn only.
 */
export const DATA_QUALITY: DataQualitySettings = {
  missing: { warn: 0.02, alert: 0.1 },
  invalid: { warn: 0.001, alert: 0.01 },
  outOfRange: { warn: 0.02 },
  newCategories: { warn: 0.01 },
  malformed: { warn: 0.001, alert: 0.01 },
};

/** Once in 1000 windows without a change, one-sided. */
const NULL_Z = normalQuantile(0.999);

export interface DataQualitySubject {
  readonly columns: readonly CountedColumn[];
  readonly settings: Pick<MonitorSettings, 'dataQuality' | 'columns' | 'minimumSamples'>;
  /** Rows with another number of fields than there are features; they are in no column's counts. */
  readonly malformedRows: number;
  readonly rows: number;
}

/**
 * The rise of each share is an effect when it reaches its threshold, and evidence when it is above what chance does to
 * the difference of two proportions. A fall is no mistake of the input: drift tells of it.
 */
export function judgeDataQuality(subject: DataQualitySubject): DataQualityReport {
  const { columns, settings, malformedRows, rows } = subject;
  const { minimumSamples } = settings;
  const general = { ...DATA_QUALITY, ...settings.dataQuality };
  const checks: (MetricResult & { column?: string })[] = columns.flatMap((counted) => {
    const own = settings.columns?.[counted.baseline.name] ?? {};
    return own.ignore ? [] : columnChecks(counted, { general, own, minimumSamples });
  });
  const all = rows + malformedRows;
  const malformed = rise('malformed', { k: 0, n: minimumSamples }, { k: malformedRows, n: all });
  checks.push(metricResult({ ...malformed, minimumSamples, thresholds: general.malformed }));
  const order: Verdict[] = ['FAIL', 'WARN', 'INSUFFICIENT_DATA', 'PASS'];
  checks.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const verdict = order.find((worst) => checks.some((check) => check.verdict === worst)) ?? 'PASS';
  return { verdict, reason: sentence(verdict, checks), checks };
}

function columnChecks(
  { baseline, window, outOfRange }: CountedColumn,
  options: {
    readonly general: DataQualitySettings;
    readonly own: ColumnMonitorSettings;
    readonly minimumSamples: number;
  },
): (MetricResult & { column: string })[] {
  const { general, own, minimumSamples } = options;
  const column = baseline.name;
  const measured = [
    rise('missing', { k: missingOf(baseline), n: baseline.rows }, { k: missingOf(window), n: window.rows }),
    rise('invalid', { k: baseline.invalid, n: baseline.rows }, { k: window.invalid, n: window.rows }),
  ];
  if (baseline.kind === 'numeric' && window.kind === 'numeric') {
    // of two samples of one distribution, 2 in n + 1 values of the second lie outside of the first
    const expected = 2 / (baseline.n + 1);
    measured.push(rise('outOfRange', { k: 0, n: baseline.n }, { k: outOfRange, n: window.n }, expected));
  }
  if (baseline.kind === 'categorical' && window.kind === 'categorical') {
    const listed = (profile: typeof baseline) => ({ k: profile.other, n: profile.rows - profile.missing });
    measured.push(rise('newCategories', listed(baseline), listed(window)));
  }
  return measured.map((each) => {
    const thresholds = { ...general, ...own.dataQuality }[each.metric];
    return { column, ...metricResult({ ...each, minimumSamples, thresholds }) };
  });
}

/** Without a number of the column's type: empty, or not a number at all. */
function missingOf(profile: ColumnProfile): number {
  return profile.missing + (profile.kind === 'numeric' ? profile.nan + profile.infinite : 0);
}

interface Count {
  readonly k: number;
  readonly n: number;
}

/** The rise of a share, with the bound that it crosses by chance once in 1000 windows. */
function rise(metric: keyof DataQualitySettings, before: Count, after: Count, expected = 0) {
  const [p, q] = [share(before), share(after)];
  const pooled = share({ k: before.k + after.k, n: before.n + after.n });
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.n + 1 / after.n));
  const value = Math.max(0, q - p);
  const isEmpty = before.n === 0 || after.n === 0;
  const note = `${after.k} of ${after.n} rows, ${before.k} of ${before.n} in the baseline`;
  return {
    ...{ metric, value, kind: 'share' as const, n: before.n, m: after.n, note },
    ...(!isEmpty && error > 0 && { statistic: (q - p) / error }),
    nullBound: isEmpty ? 0 : expected + NULL_Z * error,
  };
}

const share = ({ k, n }: Count) => (n === 0 ? 0 : k / n);

function sentence(verdict: Verdict, checks: DataQualityReport['checks']): string {
  if (verdict === 'PASS') return 'Inputs are as they were in the baseline.';
  const worst = checks.filter((check) => check.verdict === verdict);
  const told = worst.slice(0, 3).map(({ column, reason }) => (column ? `${column}: ${reason}` : reason));
  const rest = worst.length > 3 ? ` And ${worst.length - 3} more.` : '';
  return `${told.join(' ')}${rest}`;
}
