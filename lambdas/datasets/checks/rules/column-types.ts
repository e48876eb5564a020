/** Every value is losslessly of its column's type. */
import { against, notApplicable, passes, type Rule, shownExamples, UNREADABLE } from './rule.ts';

const CHECK = 'column-types';

/** Blocks when a value that is present cannot be read as its column's type without loss; ignored columns are not looked at. */
export const columnTypes: Rule = ({ table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const findings = table.columns.flatMap(({ name, rows, uncastable }) => {
    const { type, role } = table.schema.columns.find((column) => column.name === name)!;
    if (uncastable.rows === 0 || role === 'ignored') return [];
    const reason = `${uncastable.rows} of ${rows} values of "${name}" are not of type ${type}.`;
    const examples = shownExamples(uncastable, role);
    return [against({ check: CHECK, column: name, severity, reason, examples })];
  });
  return findings.length > 0
    ? findings
    : [passes(CHECK, severity, 'Every value is of its column’s declared type.')];
};
