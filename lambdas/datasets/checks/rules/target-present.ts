/** There is something to learn. */
import { absenceSentence, nameInQuotes, similarName } from '../headers.ts';
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'target-present';
const LISTED = 30;

/** Blocks when the target column is absent, in all files or in one of many. */
export const targetPresent: Rule = ({ settings: { target }, files, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const index = table.columns.findIndex(({ name }) => name === target);
  const finding = { check: CHECK, column: target, severity } as const;
  if (!table.columns[index]?.present) {
    const reason = `Target column "${target}" is missing; the columns are ${list(table.present)}. ${hint(target, table.present)}`;
    return [against({ ...finding, reason })];
  }
  const reason = absenceSentence(files, table.schema.columns[index]!, `Target column "${target}"`);
  if (reason !== undefined) return [against({ ...finding, reason })];
  return [passes(CHECK, severity, `Target column "${target}" is there.`)];
};

function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map(nameInQuotes);
  if (names.length > LISTED) shown.push(`and ${names.length - LISTED} more`);
  return shown.join(', ') || 'none';
}

function hint(target: string, names: readonly string[]): string {
  const similar = similarName(target, names);
  if (similar) return `${similar}.`;
  if (names.length === 1) return 'Separators are comma, semicolon, tab and pipe.';
  return "Add it, or change the project's target.";
}
