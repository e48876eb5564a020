/** `rate(...)`, `cron(...)` and `at(...)`, as EventBridge rules and EventBridge Scheduler write them. */
import { nextCronMatch, parseCron } from './cron.ts';
import { localToEpochMs } from './local-time.ts';

export interface Schedule {
  /**
   * The first time strictly after `afterEpochMs`, or undefined when there is none.
   * @param fromEpochMs when the schedule was made (or its start date): `rate` counts from here, this time included.
   */
  next(afterEpochMs: number, fromEpochMs: number): number | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Parses an expression; undefined when it is not one. `at` is for Scheduler only and the caller's to refuse. */
export function parseSchedule(expression: string, timeZone: string): Schedule | undefined {
  const [, kind, argument] = /^(rate|cron|at)\((.*)\)$/s.exec(expression) ?? [];
  if (kind === 'rate') return parseRate(argument!);
  if (kind === 'at') return parseAt(argument!, timeZone);
  const cron = kind === 'cron' ? parseCron(argument!) : undefined;
  return cron && { next: (after) => nextCronMatch(cron, after, timeZone) };
}

function parseRate(argument: string): Schedule | undefined {
  const [, count, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(argument) ?? [];
  // "1 minutes" and "2 minute" are refused by both services
  if (count === undefined || Number(count) < 1 || (Number(count) === 1) === (plural === 's'))
    return undefined;
  const periodMs = Number(count) * UNIT_MS[unit!]!;
  return {
    next(after, from) {
      const elapsedPeriods = Math.floor((after - from) / periodMs);
      return from + Math.max(elapsedPeriods + 1, 0) * periodMs;
    },
  };
}

function parseAt(argument: string, timeZone: string): Schedule | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(argument);
  if (!match || Number.isNaN(Date.parse(`${argument}Z`))) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = localToEpochMs({ year, month, day, hour, minute, second }, timeZone);
  return { next: (after) => (time > after ? time : undefined) };
}
