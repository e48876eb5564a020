/** A key names one row. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'keys-unique';

/** Warns when rows share a key (they stay on one side of the split); blocks when a row has none. */
export const keysUnique: Rule = ({ settings: { key }, table }) => {
  if (!table) return [notApplicable(CHECK, 'warn', UNREADABLE)];
  const column = table.columns.find(({ name }) => name === key);
  if (!key || !column) return [notApplicable(CHECK, 'warn', 'There is no key column.')];
  if (column.missing > 0) {
    const reason = `${column.missing} of ${column.rows} rows have no key in "${key}".`;
    return [against({ check: CHECK, column: key, severity: 'block', reason })];
  }
  const repeated = table.repeatedKeys ?? 0;
  if (repeated === 0) return [passes(CHECK, 'warn', `Every row has a key of its own in "${key}".`)];
  const reason = `${repeated} keys of "${key}" belong to more than one row.`;
  return [against({ check: CHECK, column: key, severity: 'warn', reason })];
};
