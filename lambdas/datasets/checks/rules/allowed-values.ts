/** Closed sets stay closed. */
import { against, notApplicable, passes, type Rule, shownExamples, UNREADABLE } from './rule.ts';

const CHECK = 'allowed-values';

/** Blocks when a column that declares its allowed values has another one. */
export const allowedValues: Rule = ({ settings, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const declared = settings.columns.filter(({ allowedValues: values }) => values);
  if (declared.length === 0)
    return [notApplicable(CHECK, severity, 'No column declares its allowed values.')];
  const findings = declared.flatMap(({ name, role, allowedValues: values }) => {
    const facts = table.columns.find((column) => column.name === name);
    if (!facts || facts.notAllowed.rows === 0) return [];
    const allowed = values!.slice(0, 20).join(', ');
    const reason = `${facts.notAllowed.rows} of ${facts.rows} values of "${name}" are not among the allowed ones: ${allowed}.`;
    const examples = shownExamples(facts.notAllowed, role);
    return [against({ check: CHECK, column: name, severity, reason, examples })];
  });
  return findings.length > 0
    ? findings
    : [passes(CHECK, severity, `${declared.length} column(s) hold allowed values only.`)];
};
