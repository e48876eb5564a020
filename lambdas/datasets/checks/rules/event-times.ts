/** Events are as recent, and in such an order, as they have to be. */
import type { Check } from '../../contract.ts';
import { severityOf } from '../check-settings.ts';
import { against, notApplicable, offendersOf, passes, type Rule, switchedOff, UNREADABLE } from './rule.ts';

const CHECK = 'event-times';
const MS_PER_HOUR = 3_600_000;
/** Clocks that run ahead, and local times that were taken for UTC, differ by less than a day. */
const FUTURE_HOURS = 24;

/**
 * Blocks when the newest event is older than the declared `dataset.freshness.maximumAgeHours`, or when times fall within a
 * file although `monotonic` is declared. Warns of events more than a day after the upload.
 */
export const eventTimes: Rule = (subject) => {
  const { settings, table, uploadedAtMs } = subject;
  const [hard, soft] = [severityOf(settings, CHECK, 'block'), severityOf(settings, CHECK, 'warn')];
  if (hard === 'off' || soft === 'off') return [switchedOff(CHECK)];
  if (!table) return [notApplicable(CHECK, soft, UNREADABLE)];
  const { eventTime: column, freshness } = settings;
  const { latestMs, latestAt, earliestMs, descents } = table.eventTimes ?? {};
  if (latestMs === undefined || earliestMs === undefined) {
    return [notApplicable(CHECK, soft, 'No row has an event time.')];
  }
  const findings: Check[] = [];
  const finding = { check: CHECK, column: column! };
  const latest = new Date(latestMs).toISOString();
  if (uploadedAtMs !== undefined) {
    const ageHours = (uploadedAtMs - latestMs) / MS_PER_HOUR;
    if (freshness && ageHours > freshness.maximumAgeHours) {
      const reason = `The newest event (${latest}) is ${Math.floor(ageHours)} hours older than the upload; at most ${freshness.maximumAgeHours} are allowed (dataset.freshness).`;
      findings.push(against({ ...finding, severity: hard, reason }));
    }
    if (ageHours < -FUTURE_HOURS) {
      const reason = `The newest event (${latest}) lies ${Math.floor(-ageHours)} hours after the upload.`;
      const offenders = latestAt ? offendersOf(subject, [latestAt]) : [];
      findings.push(against({ ...finding, severity: soft, reason, offenders }));
    }
  }
  if (descents && descents.rows > 0) {
    const reason = `${descents.rows} of ${table.rows} rows are older than the row before in their file, but times are declared monotonic.`;
    findings.push(
      against({ ...finding, severity: hard, reason, offenders: offendersOf(subject, descents.examples) }),
    );
  }
  if (findings.length > 0) return findings;
  return [passes(CHECK, soft, `Events from ${new Date(earliestMs).toISOString()} to ${latest}.`)];
};
