/** Columns that nobody declared are told and left out. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'columns-extra';

/** Warns of each column outside the schema: models ignore it until it is declared. */
export const columnsExtra: Rule = ({ table }) => {
  const severity = 'warn';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const known = new Set(table.schema.columns.map(({ name }) => name));
  const extra = table.present.filter((name) => !known.has(name));
  if (extra.length === 0) return [passes(CHECK, severity, 'No column beyond the declared ones.')];
  return extra.map((name) =>
    against({
      check: CHECK,
      column: name,
      severity,
      reason: `Column "${name}" is not declared and is ignored.`,
    }),
  );
};
