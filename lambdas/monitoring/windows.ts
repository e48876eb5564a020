/** Spans of captured predictions that a monitor judges. */

export interface Window {
  /** `<start>_<end>`, for example `20260302T000000Z_20260309T000000Z`; the end is not part of the window. */
  readonly id: string;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
}

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** 1970-01-05T00:00Z, the first Monday of the epoch. */
const FIRST_MONDAY_MS = 4 * 24 * HOUR_MS;

/** The window that holds a moment. Weeks begin on Monday 00:00 UTC, other lengths at multiples since the epoch. */
export function windowAt(epochMs: number, windowHours: number): Window {
  const length = windowHours * HOUR_MS;
  const origin = windowHours === WEEK_HOURS ? FIRST_MONDAY_MS : 0;
  const start = origin + Math.floor((epochMs - origin) / length) * length;
  return makeWindow(start, start + length);
}

/** Windows from the one that holds `fromEpochMs` to the last that has ended by `nowEpochMs`. */
export function completeWindows(fromEpochMs: number, nowEpochMs: number, windowHours: number): Window[] {
  const windows: Window[] = [];
  for (let window = windowAt(fromEpochMs, windowHours); window.endEpochMs <= nowEpochMs; ) {
    windows.push(window);
    window = windowAt(window.endEpochMs, windowHours);
  }
  return windows;
}

/** @throws RangeError when the text is no window's id, or the window has no length. */
export function parseWindow(id: string): Window {
  const match = /^(\d{8}T\d{6}Z)_(\d{8}T\d{6}Z)$/.exec(id);
  const [start, end] = [parseCompact(match?.[1]), parseCompact(match?.[2])];
  if (!(start < end)) {
    throw new RangeError(`window "${id}" is not of the form 20260302T000000Z_20260309T000000Z`);
  }
  return makeWindow(start, end);
}

function makeWindow(startEpochMs: number, endEpochMs: number): Window {
  return { id: `${compact(startEpochMs)}_${compact(endEpochMs)}`, startEpochMs, endEpochMs };
}

const compact = (epochMs: number) =>
  `${new Date(epochMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function parseCompact(text: string | undefined): number {
  if (!text) return Number.NaN;
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
