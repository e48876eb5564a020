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
import type { ProjectSettings } from '../shared/settings.ts';
import { withTempDirectory } from '../shared/temp-directory.ts';
import type { WindowReport } from './contract.ts';
import { countWindow, labelledRows } from './count-window.ts';
import { type DueWindow, findDueWindows, type MonitorRequest } from './due-windows.ts';
import { judgeColumn } from './judge-column.ts';
import { judgeDrift } from './judge-drift.ts';
import { judgeQuality } from './judge-quality.ts';
import { violationsOf, windowVerdict } from './judge-window.ts';
import { championVersion, recordWindow } from './monitor-store.ts';

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
  const due = await findDueWindows({ settings, request, configs, labelFiles });
  if (due.length === 0) return [];
  const champion = await championVersion(project);
  const judged: JudgedWindow[] = [];
  await withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await readLabelLines(database, await downloadLabelFiles(bucket, labelFiles, directory));
      await forgetLabelledRows(database, project, bucket);
      await latestLabels(database);
      for (const window of due) {
        const report = await judgeWindow({ settings, database, directory, due: window });
        // its files were of the hours beside it: this version answered nothing in the window itself
        if (report.rows === 0) continue;
        const isChampion = champion === undefined || champion === window.modelVersion;
        await recordWindow({ bucket, report, isChampion, ...whatIsNew(request, window, report) });
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
  readonly database: DuckDb;
  readonly directory: string;
  readonly due: DueWindow;
}

async function judgeWindow({ settings, database, directory, due }: JudgeOptions): Promise<WindowReport> {
  const { modelVersion, run, window, files } = due;
  const bucket = settings.dataBucket;
  const { monitors } = settings;
  const baseline = await requireJson<Baseline>(bucket, baselineKey(run));
  const features = baseline.features.map(({ name }) => name);
  const { rows: captured, ...captures } = await loadCaptures({
    database,
    bucket,
    directory,
    files,
    features,
    span: window,
  });
  const forgottenRows = await forgetCapturedRows(database);
  const rows = captured - forgottenRows;
  const counted = await countWindow(database, baseline);
  const { minimumSamples } = monitors;
  const drift = judgeDrift(
    counted.features.map((column) =>
      judgeColumn({ ...column, thresholds: { ...monitors.psi, minimumSamples } }),
    ),
    judgeColumn({ ...counted.prediction, thresholds: { ...monitors.predictionPsi, minimumSamples } }),
  );
  const quality = judgeQuality({
    settings: monitors.quality,
    baseline: baseline.metrics,
    reading: readingOf(answerForm(settings), baseline.confidence),
    rows,
    labelled: await labelledRows(database, baseline.metrics.problem),
  });
  return {
    format: 1,
    project: settings.project,
    modelVersion,
    run,
    baselineKey: baselineKey(run),
    window: window.id,
    start: new Date(window.startEpochMs).toISOString(),
    end: new Date(window.endEpochMs).toISOString(),
    complete: window.endEpochMs <= now().getTime(),
    judgedAt: nowIso(),
    verdict: windowVerdict(drift, quality),
    reason: `${drift.reason} ${quality.reason}`,
    rows,
    captures: forgottenRows > 0 ? { ...captures, forgottenRows } : captures,
    drift,
    quality,
    violations: violationsOf(drift, quality),
  };
}
