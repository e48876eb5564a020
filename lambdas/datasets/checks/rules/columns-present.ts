/** The columns that models were trained on are still there. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'columns-present';

/** Blocks when a feature, key or event-time column of the schema is absent; warns for other roles. The target has its own rule. */
export const columnsPresent: Rule = ({ table }) => {
  if (!table) return [notApplicable(CHECK, 'block', UNREADABLE)];
  const missing = table.schema.columns.filter(
    ({ name, role }) => role !== 'target' && !table.present.includes(name),
  );
  if (missing.length === 0) {
    return [passes(CHECK, 'block', `All ${table.schema.columns.length} declared columns are there.`)];
  }
  return missing.map(({ name, role }) => {
    const severity = role === 'feature' || role === 'key' || role === 'event-time' ? 'block' : 'warn';
    return against({
      check: CHECK,
      column: name,
      severity,
      reason: `Column "${name}" (${role}) is missing.`,
    });
  });
};
