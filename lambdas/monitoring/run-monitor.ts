/** Judges windows of captured predictions against the baseline of the model version that answered. */
import { forgetCapturedRows, forgetLabelledRows } from '../datasets/labels/forget-labelled-rows.ts';
import type { Baseline } from '../evaluation/contract.ts';
import { readingOf } from '../evaluation/metrics/scored-rows.ts';
import { answerForm } from '../shared/answers.ts';
import { listEndpointConfigs, loadCaptures } from '../shared/capture-store.ts';
import { now, nowIso } from '../shared/clock.ts';
import { type DuckDb, withDuckDb } from '../shared/duckdb.ts';
import { baselineKey } from '../shared/keys.ts';
import { downloadLabelFiles, latestLabels, listLabelFiles, readLabelLines } from '../shared/label-records.ts';
import { requireJson } from '../shared/objects.ts';
import type { MonitorSettings, ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { DriftReport, WindowReport } from './contract.ts';
import { type CountedWindow, countWindow, labelledRows, typeRows } from './count-window.ts';
import { type DueWindow, findDueWindows, isSilenceNews, type MonitorRequest } from './due-windows.ts';
import { judgeColumn } from './judge-column.ts';
import { judgeDataQuality } from './judge-data-quality.ts';
import { judgeDrift } from './judge-drift.ts';
import { judgeEstimate, windowScores } from './judge-estimate.ts';
import { judgeQuality } from './judge-quality.ts';
import { violationsOf, windowVerdict } from './judge-window.ts';
import { countLabelled, labelFacts, labelStep } from './label-facts.ts';
import { loadChampion, noteLabels, type RecordOptions, recordWindow } from './monitor-store.ts';
import { readTraffic } from './traffic.ts';

export interface JudgedWindow {
  readonly modelVersion: number;
  readonly window: string;
  readonly verdict: string;
  readonly reason: string;
}

/** Judges what is due. Windows whose captures and labels are those of their last judgement are left alone. */
export async function runMonitor(
  settings: ProjectSettings,
  request: MonitorRequest,
): Promise<JudgedWindow[]> {
  const { project, dataBucket: bucket } = settings;
  const labelFiles = await listLabelFiles(project);
  const configs = await listEndpointConfigs(project);
  const champion = await loadChampion(project);
  const due = await findDueWindows({ settings, request, configs, labelFiles, champion });
  if (due.length === 0) return [];
  const { alarm = { failing: 1, of: 1 } } = settings.monitors;
  const judged: JudgedWindow[] = [];
  await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await readLabelLines(database, await downloadLabelFiles(bucket, labelFiles, directory));
      await forgetLabelledRows(database, project, bucket);
      await latestLabels(database);
      for (const window of due) {
        const found = await judgeWindow({ settings, request, database, directory, due: window });
        if (!found) continue;
        const { report, compared } = found;
        const isChampion = !champion || champion.modelVersion === window.modelVersion;
        // its files were of the hours beside it: this version answered nothing in the window itself
        const { modelVersion: version, window: span } = window;
        if (report.rows === 0 && !isSilenceNews(champion, version, span)) continue;
        const { labelledRows } = report.quality;
        const step = labelStep(labelledRows, report.rows, settings.monitors.quality.minimumLabels);
        const news = whatIsNew(request, window, report);
        await recordWindow({ bucket, report, compared, isChampion, labelStep: step, alarm, ...news });
        const { modelVersion, window: id, verdict, reason } = report;
        judged.push({ modelVersion, window: id, verdict, reason });
      }
    }),
  );
  return judged;
}

function whatIsNew({ force, requestId }: MonitorRequest, due: DueWindow, report: WindowReport) {
  const { before, inputs } = due;
  const once = `${inputs.capturesDigest}/${inputs.labelsDigest}`;
  return {
    inputs,
    news: {
      drift: force || before?.rows !== report.rows,
      quality: force || before?.labelledRows !== report.quality.labelledRows,
    },
    occasion: force ? `${once}/${requestId ?? report.judgedAt}` : once,
  };
}

interface JudgeOptions {
  readonly settings: ProjectSettings;
  readonly request: MonitorRequest;
  readonly database: DuckDb;
  readonly directory: string;
  readonly due: DueWindow;
}

/** Undefined when only labels came, and not enough of them for another judgement. */
async function judgeWindow(
  options: JudgeOptions,
): Promise<Pick<RecordOptions, 'report' | 'compared'> | undefined> {
  const { settings, database, directory, due } = options;
  const { modelVersion, run, window, files } = due;
  const { dataBucket: bucket, monitors, project } = settings;
  const baseline = await requireJson<Baseline>(bucket, baselineKey(run));
  const features = baseline.features.map(({ name }) => name);
  const span = window;
  const loaded = await loadCaptures({ database, bucket, directory, files, features, span });
  const { rows: captured, ...captures } = loaded;
  const forgottenRows = await forgetCapturedRows(database);
  const rows = captured - forgottenRows;
  await typeRows(database, baseline);
  const labelled = await countLabelled(database);
  if (isOnlyLabels(options, labelled, rows)) {
    await noteLabels(project, due.before!, labelled, due.inputs.labelsDigest);
    return undefined;
  }
  const counted = await countWindow(database, baseline);
  const drift = judgeColumns(counted, monitors);
  const { malformedRows } = captures;
  const columns = counted.features;
  const dataQuality = judgeDataQuality({ columns, settings: monitors, malformedRows, rows });
  const estimated = judgeEstimate(baseline, await windowScores(database), monitors);
  const realized = judgeQuality({
    settings: monitors.quality,
    baseline: baseline.metrics,
    reading: readingOf(answerForm(settings), baseline.confidence),
    rows,
    labelled: await labelledRows(database, baseline.metrics.problem),
    labels: await labelFacts(database, { window, settings: monitors, baseline, rows, labelled }),
  });
  const quality = estimated ? { ...realized, estimated } : realized;
  const parts = { drift, dataQuality, quality };
  const report: WindowReport = {
    format: 2,
    project,
    modelVersion,
    run,
    baselineKey: baselineKey(run),
    window: window.id,
    start: new Date(window.startEpochMs).toISOString(),
    end: new Date(window.endEpochMs).toISOString(),
    complete: window.endEpochMs <= now().getTime(),
    judgedAt: nowIso(),
    verdict: windowVerdict(parts),
    reason: `${drift.reason} ${dataQuality.reason} ${quality.reason}`,
    rows,
    captures: forgottenRows > 0 ? { ...captures, forgottenRows } : captures,
    ...parts,
    traffic: await readTraffic(settings.serving, window),
    violations: violationsOf(parts),
  };
  return { report, compared: comparedProfiles(counted, rows) };
}

/** Both sides as profiles, the prediction last. */
function comparedProfiles({ features, prediction }: CountedWindow, rows: number): RecordOptions['compared'] {
  const all = [...features, prediction];
  const of = (side: 'window' | 'baseline', count: number) =>
    ({ format: 2, rows: count, columns: all.map((column) => column[side]) }) as const;
  return { window: of('window', rows), baseline: of('baseline', features[0]?.baseline.rows ?? 0) };
}

/** Whether the window was judged from these captures, and its labels have come to no further step since. */
function isOnlyLabels({ settings, request, due }: JudgeOptions, labelled: number, rows: number): boolean {
  const { before, inputs, isFinal } = due;
  if (request.force || isFinal || !before || before.capturesDigest !== inputs.capturesDigest) return false;
  const step = labelStep(labelled, rows, settings.monitors.quality.minimumLabels);
  return step <= (before.labelStep ?? 0);
}

/** One column that cannot be judged does not keep the others from it. */
function judgeColumns(counted: CountedWindow, monitors: MonitorSettings): DriftReport {
  const { psi, predictionPsi, columns = {}, falseDiscovery } = monitors;
  const features = counted.features.map((column) => {
    const { psi: own = psi, minimumSamples = monitors.minimumSamples } = columns[column.baseline.name] ?? {};
    return judgeColumn({ ...column, thresholds: { ...own, minimumSamples } });
  });
  const { minimumSamples } = monitors;
  const prediction = judgeColumn({
    ...counted.prediction,
    thresholds: { ...predictionPsi, minimumSamples },
  });
  const ignored = Object.keys(columns).filter((name) => columns[name]!.ignore);
  return judgeDrift(features, prediction, { falseDiscovery, ignored });
}
