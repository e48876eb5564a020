/** Columns that say something. */
import type { Check } from '../../contract.ts';
import { severityOf } from '../check-settings.ts';
import { against, notApplicable, passes, tableRule } from './rule.ts';

const CHECK = 'constant-columns';

/** Warns of a feature or sensitive column without any value, or with one and the same in every row: nothing can be learned from it. */
export const constantColumns = tableRule(CHECK, 'warn', ({ settings }, table, general) => {
  if (table.rows < 2) return [notApplicable(CHECK, general, 'There are fewer than two rows.')];
  const findings: Check[] = [];
  for (const [index, { name, present, rows, missing, onlyValue, offences }] of table.columns.entries()) {
    const { role } = table.schema.columns[index]!;
    const severity = severityOf(settings, CHECK, 'warn', name);
    if (!present || severity === 'off' || (role !== 'feature' && role !== 'sensitive')) continue;
    // a value beside missing ones does tell rows apart
    const constant = Boolean(onlyValue) && missing + (offences.uncastable?.rows ?? 0) === 0;
    if (missing < rows && !constant) continue;
    const reason =
      missing === rows
        ? `Column "${name}" has no value in any of ${rows} rows.`
        : `Column "${name}" has the same value in all ${rows} rows.`;
    findings.push(against({ check: CHECK, column: name, severity, reason }));
  }
  return findings.length > 0 ? findings : [passes(CHECK, general, 'No feature is constant.')];
});
