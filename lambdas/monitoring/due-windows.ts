/** Which windows a monitor has to judge now. */
import { filesOfSpan, firstHourOf, listCaptureFiles } from '../shared/capture-store.ts';
import type { ChampionItem, EndpointConfigItem, LabelsItem, WindowItem } from '../shared/catalog-items.ts';
import { now } from '../shared/clock.ts';
import { digestOf } from '../shared/digest.ts';
import type { ObjectSummary } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { labelDeadline } from './label-facts.ts';
import { loadWindow } from './monitor-store.ts';
import { completeWindows, parseWindow, type Window, windowAt } from './windows.ts';

export interface MonitorRequest {
  /** Only this window, when given. */
  readonly window?: string;
  /** Judges again what was judged, and the window that is still running. */
  readonly force: boolean;
  /** Identifier of what asked; absent on schedule. */
  readonly requestId?: string;
}

export interface DueWindow {
  readonly modelVersion: number;
  readonly run: string;
  readonly window: Window;
  readonly files: readonly ObjectSummary[];
  /** How it was judged last. */
  readonly before?: WindowItem;
  readonly inputs: { readonly capturesDigest: string; readonly labelsDigest: string };
  /** Whether the deadline of its labels has passed. */
  readonly isFinal: boolean;
}

interface Served {
  readonly modelVersion: number;
  readonly run: string;
  readonly files: readonly ObjectSummary[];
}

/** With nearly all labels there, more of them do not change a verdict before the deadline. */
const FULL_COVERAGE = 0.95;

export interface FindDueOptions {
  readonly settings: ProjectSettings;
  readonly request: MonitorRequest;
  readonly configs: readonly EndpointConfigItem[];
  readonly labelFiles: readonly LabelsItem[];
  readonly champion: ChampionItem | undefined;
}

/** Windows to judge, by model version and then in order of time. */
export async function findDueWindows(options: FindDueOptions): Promise<DueWindow[]> {
  const { settings, request, configs } = options;
  const due: DueWindow[] = [];
  for (const served of await listServed(settings.dataBucket, configs)) {
    for (const window of candidates(settings, request, served.files)) {
      const found = await lookAt(options, served, window);
      if (found) due.push(found);
    }
  }
  return due;
}

/** Capture files by model version: a version may have served under several configurations. */
async function listServed(bucket: string, configs: readonly EndpointConfigItem[]): Promise<Served[]> {
  const byVersion = new Map<number, Served>();
  for (const config of configs) {
    const files = await listCaptureFiles(bucket, config);
    if (files.length === 0) continue;
    const { modelVersion, run } = config;
    const before = byVersion.get(modelVersion)?.files ?? [];
    byVersion.set(modelVersion, { modelVersion, run, files: [...before, ...files] });
  }
  return [...byVersion.values()].sort((a, b) => a.modelVersion - b.modelVersion);
}

function candidates(
  { monitors }: ProjectSettings,
  { window, force }: MonitorRequest,
  files: readonly ObjectSummary[],
): Window[] {
  const nowMs = now().getTime();
  if (window) {
    const asked = parseWindow(window);
    return force || asked.endEpochMs <= nowMs ? [asked] : [];
  }
  const first = firstHourOf(files);
  if (first === undefined) return [];
  const complete = completeWindows(first, nowMs, monitors.windowHours);
  return force ? [...complete, windowAt(nowMs, monitors.windowHours)] : complete;
}

/** Whether a window without rows is news: the model was in production for all of it. */
export function isSilenceNews(
  champion: ChampionItem | undefined,
  modelVersion: number,
  window: Window,
): boolean {
  if (champion?.modelVersion !== modelVersion) return false;
  return Date.parse(champion.promotedAt) <= window.startEpochMs;
}

/**
 * Undefined for a window that was judged from the same before, and for one without captures unless the version is in
 * production: silence is told then. Labels have a window judged again until its deadline, and once at it.
 */
async function lookAt(
  { settings, request, labelFiles, champion }: FindDueOptions,
  { modelVersion, run, files: all }: Served,
  window: Window,
): Promise<DueWindow | undefined> {
  const files = filesOfSpan(all, window);
  if (files.length === 0 && !isSilenceNews(champion, modelVersion, window)) return undefined;
  const deadline = labelDeadline(window, settings.monitors);
  // a label cannot arrive before the prediction that it belongs to
  const labels = labelFiles.filter(({ receivedAt }) => {
    const at = Date.parse(receivedAt);
    return at >= window.startEpochMs && at < deadline;
  });
  const inputs = {
    capturesDigest: digestOf(files.map(({ key, etag }) => [key, etag])),
    labelsDigest: digestOf(labels.map(({ sha256 }) => sha256)),
  };
  const before = await loadWindow(settings.project, modelVersion, window.id);
  const isFinal = now().getTime() >= deadline;
  const due = { modelVersion, run, window, files, before, inputs, isFinal };
  if (request.force || !before || before.capturesDigest !== inputs.capturesDigest) return due;
  if (isFinal) return before.judgedLabelsDigest === inputs.labelsDigest ? undefined : due;
  const labelsMatter = before.labelledRows < FULL_COVERAGE * before.rows;
  return labelsMatter && before.labelsDigest !== inputs.labelsDigest ? due : undefined;
}
