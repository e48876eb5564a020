/** What a monitor reads and leaves behind. */
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { getItem, putItem } from '../shared/catalog.ts';
import { type ChampionItem, projectPk, SK, type WindowItem } from '../shared/catalog-items.ts';
import { cloudWatch } from '../shared/clients.ts';
import { now } from '../shared/clock.ts';
import { METRIC, METRIC_NAMESPACE } from '../shared/contract.ts';
import { recordDecision } from '../shared/decisions.ts';
import { stage } from '../shared/env.ts';
import { publish } from '../shared/events.ts';
import { windowReportKey } from '../shared/keys.ts';
import { putJson } from '../shared/objects.ts';
import type { WindowReport } from './contract.ts';

/** Which parts of a report are news, so that an old drift does not raise today's alarm because labels came. */
export interface News {
  readonly drift: boolean;
  readonly quality: boolean;
}

/** The window's item, when it was judged before. */
export async function loadWindow(
  project: string,
  modelVersion: number,
  window: string,
): Promise<WindowItem | undefined> {
  return (await getItem<WindowItem>(projectPk(project), SK.window(modelVersion, window)))?.item;
}

/** The model version in production; undefined before the first promotion. */
export async function championVersion(project: string): Promise<number | undefined> {
  return (await getItem<ChampionItem>(projectPk(project), SK.champion))?.item.modelVersion;
}

export interface RecordOptions {
  readonly bucket: string;
  readonly report: WindowReport;
  /** Digests of what was judged. */
  readonly inputs: Pick<WindowItem, 'capturesDigest' | 'labelsDigest'>;
  readonly news: News;
  /** Metrics are of the model in production: an alarm about one that was replaced helps nobody. */
  readonly isChampion: boolean;
  /** Tells this judgement of the window from others of it. */
  readonly occasion: string;
}

/** Writes report, metrics, decisions and event; last the item, whose presence means that the rest was done. */
export async function recordWindow(options: RecordOptions): Promise<void> {
  const { bucket, report, inputs, news, isChampion, occasion } = options;
  const { project, modelVersion, window, verdict, drift, quality } = report;
  const reportKey = windowReportKey(modelVersion, window);
  await putJson(bucket, reportKey, report);
  if (isChampion) await publishMetrics(report, news);
  for (const [rule, part] of Object.entries({ drift, quality })) {
    await recordDecision({
      project,
      kind: 'monitor',
      subject: `${modelVersion}/${window}`,
      by: 'run-monitor',
      judgement: { rule, verdict: part.verdict, reason: part.reason, inputs: { reportKey } },
      occasion,
    });
  }
  await publish('WindowJudged', { project, modelVersion, window, verdict, reportKey });
  const item: WindowItem = {
    modelVersion,
    window,
    verdict,
    reportKey,
    judgedAt: report.judgedAt,
    rows: report.rows,
    labelledRows: quality.labelledRows,
    ...inputs,
  };
  await putItem(projectPk(project), SK.window(modelVersion, window), item);
}

async function publishMetrics({ project, drift, quality }: WindowReport, news: News): Promise<void> {
  const values: [string, number][] = [];
  if (news.drift && drift.verdict !== 'INSUFFICIENT_DATA') {
    values.push([METRIC.driftAlert, drift.verdict === 'FAIL' ? 1 : 0]);
    values.push([METRIC.driftedFeatures, drift.driftedFeatures.length]);
    values.push([METRIC.predictionPsi, drift.prediction.psi]);
  }
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
