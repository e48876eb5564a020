/** Declared bounds hold. */
import { against, notApplicable, passes, type Rule, shownExamples, UNREADABLE } from './rule.ts';

const CHECK = 'value-ranges';

/** Blocks when a number lies outside its column's declared inclusive bounds. */
export const valueRanges: Rule = ({ settings, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const bounded = settings.columns.filter(
    ({ minimum, maximum }) => minimum !== undefined || maximum !== undefined,
  );
  if (bounded.length === 0) return [notApplicable(CHECK, severity, 'No column declares bounds.')];
  const findings = bounded.flatMap(({ name, role, minimum, maximum }) => {
    const facts = table.columns.find((column) => column.name === name);
    if (!facts || facts.outOfRange.rows === 0) return [];
    const bounds = `[${minimum ?? '-∞'}, ${maximum ?? '∞'}]`;
    const reason = `${facts.outOfRange.rows} of ${facts.rows} values of "${name}" lie outside ${bounds}.`;
    const examples = shownExamples(facts.outOfRange, role);
    return [against({ check: CHECK, column: name, severity, reason, examples })];
  });
  return findings.length > 0
    ? findings
    : [passes(CHECK, severity, `${bounded.length} column(s) lie within their bounds.`)];
};
