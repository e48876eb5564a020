/** The target is a binary outcome in every row. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'target-binary';

/** Blocks when a target is missing or neither 0/1 nor true/false, or when a whole version has one class. */
export const targetBinary: Rule = ({ settings: { target }, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const column = table.columns.find(({ name }) => name === target);
  if (!column) return [notApplicable(CHECK, severity, 'The target column is missing.')];
  const finding = (reason: string, examples: readonly string[] = []) =>
    against({ check: CHECK, column: target, severity, reason, examples });
  const findings = [];
  if (column.missing > 0) {
    findings.push(finding(`${column.missing} of ${column.rows} rows have no target.`));
  }
  if (table.notBinary.rows > 0) {
    const reason = `${table.notBinary.rows} of ${column.rows} rows have a target that is neither 0/1 nor true/false.`;
    findings.push(finding(reason, table.notBinary.examples));
  }
  if (findings.length === 0 && table.classes < 2 && table.rows > 0 && table.rowsKept === 0) {
    findings.push(finding(`All ${table.rows} rows have the same target: there is nothing to tell apart.`));
  }
  return findings.length > 0 ? findings : [passes(CHECK, severity, 'Both classes occur and nothing else.')];
};
