/** There is something to learn. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'target-present';

/** Blocks when the target column is absent. */
export const targetPresent: Rule = ({ settings: { target }, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  if (table.present.includes(target)) return [passes(CHECK, severity, `Target column "${target}" is there.`)];
  return [
    against({
      check: CHECK,
      column: target,
      severity,
      reason: `Target column "${target}" is missing; the columns are ${list(table.present)}. Add it, or change the project's target.`,
    }),
  ];
};

const list = (names: readonly string[]) =>
  names
    .slice(0, 30)
    .map((name) => `"${name}"`)
    .join(', ') || 'none';
