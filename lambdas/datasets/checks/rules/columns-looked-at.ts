/** Every column could be looked at. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'columns-looked-at';

/** Blocks when something about a column could not be found out: what was not looked at must not pass. Others are not hidden by it. */
export const columnsLookedAt: Rule = ({ table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const findings = table.columns.flatMap(({ name, errors }) =>
    errors.map((reason) => against({ check: CHECK, column: name, severity, reason })),
  );
  return findings.length > 0
    ? findings
    : [passes(CHECK, severity, `${table.columns.length} columns were looked at.`)];
};
