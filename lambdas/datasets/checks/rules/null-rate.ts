/** Values are there as often as they have to be, and as often as before. */
import { wilson } from '../../../evaluation/metrics/estimates.ts';
import { normalQuantile } from '../../../shared/statistics/normal.ts';
import type { Check, SchemaColumn } from '../../contract.ts';
import { isNullable } from '../../schema/evolution.ts';
import { checkSettings } from '../check-settings.ts';
import type { ColumnFacts } from '../fact-types.ts';
import {
  against,
  notApplicable,
  offendersOf,
  passes,
  percent,
  type Rule,
  type Subject,
  switchedOff,
  UNREADABLE,
} from './rule.ts';

const CHECK = 'null-rate';
const DEFAULT_INCREASE = 0.01;
const DEFAULT_CONFIDENCE = 0.999;

/**
 * Blocks when the target, the key or a column that is declared not nullable lacks a value, or when more than the declared
 * `maximum` are missing. Warns when clearly more are missing than in the version before: when the Wilson intervals of
 * both rates (99.9 %) do not meet **and** the rate rose by at least one point (`minimumIncrease`), because with many rows
 * the smallest rise is certain and with few rows a large one is chance.
 */
export const nullRate: Rule = (subject) => {
  const { settings, table } = subject;
  const general = checkSettings(settings, CHECK).severity;
  const shown = general === undefined || general === 'off' ? 'warn' : general;
  if (!table) return [notApplicable(CHECK, shown, UNREADABLE)];
  const looked = table.columns.filter(({ present, rows }) => present && rows > 0);
  const findings = looked.flatMap((facts) => {
    const column = table.schema.columns.find(({ name }) => name === facts.name)!;
    return findingOf(subject, column, facts) ?? [];
  });
  if (findings.length > 0) return findings;
  if (general === 'off') return [switchedOff(CHECK)];
  return [passes(CHECK, shown, `No more values are missing in ${looked.length} columns than may be.`)];
};

function findingOf(subject: Subject, { name, role }: SchemaColumn, facts: ColumnFacts): Check | undefined {
  const { settings } = subject;
  const { severity, maximum } = checkSettings(settings, CHECK, name);
  const { missing, rows, offences } = facts;
  if (missing === 0) return undefined;
  const counts = `${missing} of ${rows} rows (${percent(missing / rows)}) have no value in "${name}"`;
  const finding = {
    check: CHECK,
    column: name,
    offenders: offendersOf(subject, offences.missing?.examples ?? []),
  };

  const declared = settings.columns.find((column) => column.name === name);
  const needed = role === 'target' || role === 'key';
  if (needed || (declared && !isNullable(declared, settings))) {
    // no setting makes a row without label or key useful
    const applied = needed ? 'block' : (severity ?? 'block');
    const why = needed ? `the ${role} of every row is needed` : 'it is declared not nullable';
    return applied === 'off'
      ? undefined
      : against({ ...finding, severity: applied, reason: `${counts}, but ${why}.` });
  }
  if (severity === 'off' || role === 'ignored') return undefined;
  if (maximum !== undefined && missing / rows > maximum) {
    const reason = `${counts}; at most ${percent(maximum)} may be missing.`;
    return against({ ...finding, severity: severity ?? 'block', reason });
  }
  const before = clearlyFewerBefore(subject, facts);
  if (before === undefined) return undefined;
  const reason = `${counts}, clearly more than the ${percent(before)} of the version before.`;
  return against({ ...finding, severity: severity ?? 'warn', reason });
}

/** The rate of missing values of the version before, when it was clearly lower. */
function clearlyFewerBefore(
  { settings, head }: Subject,
  { name, missing, rows }: ColumnFacts,
): number | undefined {
  const before = head?.profile.columns.find((column) => column.name === name);
  if (!before || before.rows === 0) return undefined;
  const { minimumIncrease = DEFAULT_INCREASE, confidence = DEFAULT_CONFIDENCE } = checkSettings(
    settings,
    CHECK,
    name,
  );
  const z = normalQuantile((1 + confidence) / 2);
  const was = wilson(before.missing, before.rows, z);
  const is = wilson(missing, rows, z);
  const rate = before.missing / before.rows;
  return (is?.low ?? 0) > (was?.high ?? 1) && missing / rows - rate >= minimumIncrease ? rate : undefined;
}
