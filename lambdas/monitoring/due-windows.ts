/** Which windows a monitor has to judge now. */
import { filesOfSpan, firstHourOf, listCaptureFiles } from '../shared/capture-store.ts';
import type { EndpointConfigItem, LabelsItem, WindowItem } from '../shared/catalog-items.ts';
import { now } from '../shared/clock.ts';
import { digestOf } from '../shared/digest.ts';
import type { ObjectSummary } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
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
}

interface Served {
  readonly modelVersion: number;
  readonly run: string;
  readonly files: readonly ObjectSummary[];
}

/** With nearly all labels there, more of them do not change a verdict. */
const FULL_COVERAGE = 0.95;
/** Labels that come later than this after a window's end do not have it judged again. */
const LABEL_HORIZON_MS = 60 * 24 * 3_600_000;

export interface FindDueOptions {
  readonly settings: ProjectSettings;
  readonly request: MonitorRequest;
  readonly configs: readonly EndpointConfigItem[];
  readonly labelFiles: readonly LabelsItem[];
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

/** Undefined for a window without captures, and for one that was judged from the same before. */
async function lookAt(
  { settings, request, labelFiles }: FindDueOptions,
  { modelVersion, run, files: all }: Served,
  window: Window,
): Promise<DueWindow | undefined> {
  const files = filesOfSpan(all, window);
  if (files.length === 0) return undefined;
  // a label cannot arrive before the prediction that it belongs to
  const labels = labelFiles.filter(({ receivedAt }) => Date.parse(receivedAt) >= window.startEpochMs);
  const inputs = {
    capturesDigest: digestOf(files.map(({ key, etag }) => [key, etag])),
    labelsDigest: digestOf(labels.map(({ sha256 }) => sha256)),
  };
  const before = await loadWindow(settings.project, modelVersion, window.id);
  const due = { modelVersion, run, window, files, before, inputs };
  if (request.force || !before || before.capturesDigest !== inputs.capturesDigest) return due;
  const labelsMatter =
    before.labelledRows < FULL_COVERAGE * before.rows &&
    now().getTime() < window.endEpochMs + LABEL_HORIZON_MS;
  return labelsMatter && before.labelsDigest !== inputs.labelsDigest ? due : undefined;
}
