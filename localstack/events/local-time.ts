/** Wall-clock time of a time zone, with daylight saving time. */
export interface LocalTime {
  readonly year: number;
  /** 1..12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the time zone database knows the name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds that the zone is ahead of UTC at this instant. */
export function zoneOffsetMs(epochMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(epochMs)) part[type] = Number(value);
  const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
  return local - Math.floor(epochMs / 1000) * 1000;
}

/**
 * The instant at which the zone's clocks show this time. In the hour that spring skips, the instant as if they had not
 * been put forward; in the hour that autumn repeats, the first of the two.
 */
export function localToEpochMs(local: LocalTime, timeZone: string): number {
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second);
  const before = asUtc - zoneOffsetMs(asUtc - 86_400_000, timeZone);
  const after = asUtc - zoneOffsetMs(asUtc + 86_400_000, timeZone);
  const matches = [before, after].filter((epochMs) => epochMs + zoneOffsetMs(epochMs, timeZone) === asUtc);
  return matches.length > 0 ? Math.min(...matches) : before;
}

/** Whether the zone's clocks ever show this time: false in the hour that spring skips. */
export function existsLocally(local: LocalTime, timeZone: string): boolean {
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second);
  const epochMs = localToEpochMs(local, timeZone);
  return epochMs + zoneOffsetMs(epochMs, timeZone) === asUtc;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}
