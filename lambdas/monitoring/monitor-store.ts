/** What a monitor reads and leaves behind. */
import type { DatasetProfile } from '../datasets/profile/profile.ts';
import { getItem, putItem, queryItems } from '../shared/catalog.ts';
import { type ChampionItem, projectPk, SK, SK_PREFIX, type WindowItem } from '../shared/catalog-items.ts';
import { recordDecision } from '../shared/decisions.ts';
import { publish } from '../shared/events.ts';
import { windowReportKey } from '../shared/keys.ts';
import { putJson } from '../shared/objects.ts';
import type { WindowReport } from './contract.ts';
import { failedParts } from './judge-window.ts';
import { isDriftAlert, type News, publishMetrics } from './publish-metrics.ts';
import { writeDocuments } from './write-documents.ts';

/** Parts that failed which an item names. */
const TOLD = 5;

/** The window's item, when it was judged before. */
export async function loadWindow(
  project: string,
  modelVersion: number,
  window: string,
): Promise<WindowItem | undefined> {
  return (await getItem<WindowItem>(projectPk(project), SK.window(modelVersion, window)))?.item;
}

/** The model in production; undefined before the first promotion. */
export async function loadChampion(project: string): Promise<ChampionItem | undefined> {
  return (await getItem<ChampionItem>(projectPk(project), SK.champion))?.item;
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
  readonly labelStep: number;
  /** Profiles of the window's columns, and those of the baseline that they were counted on. */
  readonly compared: { readonly window: DatasetProfile; readonly baseline: DatasetProfile };
  /** How many of how many judged windows have to fail before the alarm on drift is raised. */
  readonly alarm: { readonly failing: number; readonly of: number };
}

/** Writes report, metrics, decisions and event; last the item, whose presence means that the rest was done. */
export async function recordWindow(options: RecordOptions): Promise<void> {
  const { bucket, report, inputs, news, isChampion, occasion, labelStep, alarm } = options;
  const { project, modelVersion, window, verdict, drift, dataQuality, quality } = report;
  const reportKey = windowReportKey(modelVersion, window);
  const history = await windowsOf(project, modelVersion);
  await putJson(bucket, reportKey, report);
  await writeDocuments(bucket, report, { ...options.compared, history });
  if (isChampion) await publishMetrics(report, news, isDriftAlert(report, alarm, history));
  for (const [rule, part] of Object.entries({ drift, 'data-quality': dataQuality, quality })) {
    // decisions know one word for what is not there yet
    const told = part.verdict === 'INSUFFICIENT_LABELS' ? 'INSUFFICIENT_DATA' : part.verdict;
    await recordDecision({
      project,
      kind: 'monitor',
      subject: `${modelVersion}/${window}`,
      by: 'run-monitor',
      judgement: { rule, verdict: told, reason: part.reason, inputs: { reportKey } },
      occasion,
    });
  }
  await publish('WindowJudged', { project, modelVersion, window, verdict, reportKey });
  const failed = failedParts(report);
  const item: WindowItem = {
    modelVersion,
    window,
    verdict,
    reportKey,
    judgedAt: report.judgedAt,
    rows: report.rows,
    labelledRows: quality.labelledRows,
    ...(failed.length > 0 && { failed: failed.slice(0, TOLD) }),
    ...inputs,
    judgedLabelsDigest: inputs.labelsDigest,
    labelStep,
    worstPsi: Math.max(0, ...drift.features.map(({ psi }) => psi)),
    predictionPsi: drift.prediction.psi,
    ...(quality.estimate && { quality: quality.estimate.value }),
    driftVerdict: drift.verdict,
    dataQualityVerdict: dataQuality.verdict,
  };
  await putItem(projectPk(project), SK.window(modelVersion, window), item);
}

/** Remembers that labels were looked at which did not bring the window to its next step. */
export async function noteLabels(
  project: string,
  before: WindowItem,
  labelled: number,
  labelsDigest: string,
): Promise<void> {
  const { modelVersion, window } = before;
  const item: WindowItem = { ...before, labelledRows: labelled, labelsDigest };
  await putItem(projectPk(project), SK.window(modelVersion, window), item);
}

/** Windows of a model version that were judged. */
async function windowsOf(project: string, modelVersion: number): Promise<WindowItem[]> {
  const items = await queryItems<WindowItem>(projectPk(project), SK_PREFIX.window);
  return items.map(({ item }) => item).filter((item) => item.modelVersion === modelVersion);
}
