/**
 * AWS's six-field cron: minutes, hours, day of month, month, day of week, year.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
import { existsLocally, type LocalTime, localToEpochMs, zoneOffsetMs } from './local-time.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
const MINUTE_MS = 60_000;

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  matchesDay(year: number, month: number, day: number): boolean;
}
type DayMatcher = (year: number, month: number, day: number) => boolean;

/** Parses the six fields; undefined when they are not a cron expression of AWS's. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  // exactly one of the two days has to be left open
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = parseSet(minute, 0, 59);
  const hours = parseSet(hour, 0, 23);
  const months = parseSet(month, 1, 12, MONTHS);
  const years = parseSet(year, FIRST_YEAR, LAST_YEAR);
  const matchesDay = dayOfWeek === '?' ? parseDayOfMonth(dayOfMonth) : parseDayOfWeek(dayOfWeek);
  if (!minutes || !hours || !months || !years || !matchesDay) return undefined;
  return { minutes: sorted(minutes), hours: sorted(hours), months, years, matchesDay };
}

/** The first match strictly after `afterEpochMs`; times that the zone's clocks skip in spring do not match. */
export function nextCronMatch(cron: Cron, afterEpochMs: number, timeZone: string): number | undefined {
  const start = new Date(afterEpochMs + zoneOffsetMs(afterEpochMs, timeZone));
  const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
  while (day.getUTCFullYear() <= LAST_YEAR) {
    const year = day.getUTCFullYear();
    const month = day.getUTCMonth() + 1;
    if (!cron.years.has(year)) {
      day.setUTCFullYear(year + 1, 0, 1);
    } else if (!cron.months.has(month)) {
      day.setUTCMonth(month, 1);
    } else {
      const found = cron.matchesDay(year, month, day.getUTCDate())
        ? firstTimeOfDay(cron, { year, month, day: day.getUTCDate() }, afterEpochMs, timeZone)
        : undefined;
      if (found !== undefined) return found;
      day.setUTCDate(day.getUTCDate() + 1);
    }
  }
  return undefined;
}

function firstTimeOfDay(
  cron: Cron,
  date: Pick<LocalTime, 'year' | 'month' | 'day'>,
  afterEpochMs: number,
  timeZone: string,
): number | undefined {
  const midnight = localToEpochMs({ ...date, hour: 0, minute: 0, second: 0 }, timeZone);
  const offsetMs = zoneOffsetMs(midnight, timeZone);
  const isPlainDay = offsetMs === zoneOffsetMs(midnight + 26 * 60 * MINUTE_MS, timeZone);
  for (const hour of cron.hours) {
    // a day has up to 25 hours: whatever is over an hour behind cannot match
    if (midnight + (hour + 2) * 60 * MINUTE_MS <= afterEpochMs) continue;
    for (const minute of cron.minutes) {
      const local = { ...date, hour, minute, second: 0 };
      const epochMs = isPlainDay
        ? midnight + (hour * 60 + minute) * MINUTE_MS
        : localToEpochMs(local, timeZone);
      if (epochMs > afterEpochMs && (isPlainDay || existsLocally(local, timeZone))) return epochMs;
    }
  }
  return undefined;
}

/** Values of a field with lists, ranges, steps and names; undefined when it is none. */
function parseSet(
  field: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, from, to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (from === undefined || (from === '*' && to !== undefined)) return undefined;
    const first = from === '*' ? low : numberOf(from, low, names);
    const openEnd = from === '*' || step !== undefined;
    const last = to !== undefined ? numberOf(to, low, names) : openEnd ? high : first;
    const by = step === undefined ? 1 : Number(step);
    if (!(first >= low && last <= high && first <= high && by >= 1)) return undefined;
    const size = high - low + 1;
    const span = last >= first ? last - first : last - first + size;
    for (let offset = 0; offset <= span; offset += by) values.add(((first - low + offset) % size) + low);
  }
  return values;
}

function numberOf(text: string, low: number, names: readonly string[]): number {
  const index = names.indexOf(text.toUpperCase());
  if (index >= 0) return index + low;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function parseDayOfMonth(field: string): DayMatcher | undefined {
  if (field === 'L') return (year, month, day) => day === daysIn(year, month);
  if (field === 'LW') return (year, month, day) => day === nearestWeekday(year, month, daysIn(year, month));
  const [, weekdayNear] = /^(\d+)W$/.exec(field) ?? [];
  if (weekdayNear !== undefined) {
    const near = Number(weekdayNear);
    if (near < 1 || near > 31) return undefined;
    return (year, month, day) => near <= daysIn(year, month) && day === nearestWeekday(year, month, near);
  }
  const days = parseSet(field, 1, 31);
  return days && ((_year, _month, day) => days.has(day));
}

function parseDayOfWeek(field: string): DayMatcher | undefined {
  const [, name, nth] = /^(\w+?)(?:#([1-5])|L)$/.exec(field) ?? [];
  if (name !== undefined) {
    const weekday = numberOf(name, 1, WEEKDAYS);
    if (!(weekday >= 1 && weekday <= 7)) return undefined;
    return (year, month, day) =>
      weekdayOf(year, month, day) === weekday &&
      (nth === undefined ? day > daysIn(year, month) - 7 : Math.ceil(day / 7) === Number(nth));
  }
  const weekdays = parseSet(field === 'L' ? '7' : field, 1, 7, WEEKDAYS);
  return weekdays && ((year, month, day) => weekdays.has(weekdayOf(year, month, day)));
}

/** The weekday nearest to a day, within its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === daysIn(year, month) ? day - 2 : day + 1;
  return day;
}

/** 1 is Sunday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function sorted(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b);
}
