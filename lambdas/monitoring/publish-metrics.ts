/** What CloudWatch is told of a judged window. */
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { WindowItem } from '../shared/catalog-items.ts';
import { cloudWatch } from '../shared/clients.ts';
import { now } from '../shared/clock.ts';
import { METRIC, METRIC_NAMESPACE } from '../shared/contract.ts';
import { stage } from '../shared/env.ts';
import type { WindowReport } from './contract.ts';

/** Which parts of a report are news, so that an old drift does not raise today's alarm because labels came. */
export interface News {
  readonly drift: boolean;
  readonly quality: boolean;
}

/** Whether enough of the last windows of this version failed, this one as it is judged now. */
export function isDriftAlert(
  { window, drift }: WindowReport,
  { failing, of }: { readonly failing: number; readonly of: number },
  history: readonly WindowItem[],
): boolean {
  if (drift.verdict !== 'FAIL' || of === 1) return drift.verdict === 'FAIL';
  const before = history
    .filter((item) => item.window < window)
    .filter(({ driftVerdict }) => driftVerdict !== undefined && driftVerdict !== 'INSUFFICIENT_DATA')
    .sort((a, b) => a.window.localeCompare(b.window))
    .slice(-(of - 1));
  return 1 + before.filter(({ driftVerdict }) => driftVerdict === 'FAIL').length >= failing;
}

/** Stamped with the time of the judgement: alarms read recent periods only. */
export async function publishMetrics(
  { project, rows, drift, dataQuality, quality }: WindowReport,
  news: News,
  isAlert: boolean,
): Promise<void> {
  const values: [string, number][] = [];
  if (news.drift) values.push([METRIC.rows, rows]);
  if (news.drift && drift.verdict !== 'INSUFFICIENT_DATA') {
    values.push([METRIC.driftAlert, isAlert ? 1 : 0]);
    values.push([METRIC.driftedShare, drift.driftedShare]);
    values.push([METRIC.worstPsi, Math.max(0, ...drift.features.map(({ psi }) => psi))]);
    values.push([METRIC.predictionPsi, drift.prediction.psi]);
  }
  if (news.drift && dataQuality.verdict !== 'INSUFFICIENT_DATA') {
    values.push([METRIC.dataQualityAlert, dataQuality.verdict === 'FAIL' ? 1 : 0]);
  }
  const expected = quality.estimated?.estimate;
  if (news.drift && expected) values.push([METRIC.estimatedQuality, expected.value]);
  if (news.quality) values.push([METRIC.labelCoverage, quality.labelCoverage]);
  if (news.quality && quality.estimate) {
    values.push([METRIC.qualityAlert, quality.verdict === 'FAIL' ? 1 : 0]);
    values.push([METRIC.modelQuality, quality.estimate.value]);
  }
  if (values.length === 0) return;
  const timestamp = now();
  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: METRIC_NAMESPACE,
      MetricData: values.map(([name, value]) => ({
        MetricName: name,
        Value: value,
        Timestamp: timestamp,
        Dimensions: [
          { Name: 'Stage', Value: stage() },
          { Name: 'Project', Value: project },
        ],
      })),
    }),
  );
}
