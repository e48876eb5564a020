/** The target is a binary outcome in every row. */
import type { Offence } from '../fact-types.ts';
import { against, notApplicable, offendersOf, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'target-binary';

/**
 * Blocks when a target is neither 0/1 nor true/false, or when a whole version has one class. Rows without a target are
 * found by `null-rate`.
 */
export const targetBinary: Rule = (subject) => {
  const { settings, table, head } = subject;
  const { target, uploads } = settings;
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  if (!table.target) return [notApplicable(CHECK, severity, 'The target column is missing.')];
  const { unknown, classes } = table.target;
  const finding = { check: CHECK, column: target, severity } as const;
  if (unknown.rows > 0) {
    const values = unknown.rows === unknown.examples.length ? `: ${counted(unknown)}` : '';
    const reason = `${unknown.rows} of ${table.rows} rows have a target that is neither 0/1 nor true/false${values}.`;
    const offenders = offendersOf(subject, unknown.examples);
    return [against({ ...finding, reason, offenders, namesFirst: values === '' })];
  }
  const labelled = Object.values(classes).reduce((sum, rows) => sum + rows, 0);
  const addsToOthers = uploads === 'append' && head !== undefined;
  if (Object.keys(classes).length < 2 && labelled > 0 && !addsToOthers) {
    const reason = `All ${labelled} rows have the same target (${Object.keys(classes)[0]}): there is nothing to tell apart.`;
    return [against({ ...finding, reason })];
  }
  return [passes(CHECK, severity, 'Every target is 0/1 or true/false.')];
};

/** Each value with how many rows have it, when all offenders are known. */
function counted({ examples }: Offence): string {
  const counts = new Map<string, number>();
  for (const { value = '' } of examples) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, rows]) => `"${value}" (${rows})`).join(', ');
}
