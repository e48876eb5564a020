/** Enough rows to train on. */
import { against, notApplicable, passes, type Rule, type Subject, UNREADABLE } from './rule.ts';

const CHECK = 'minimum-rows';

/** Blocks below the project's minimum number of rows in the version, unless rows are missing because a file does not read. */
export const minimumRows: Rule = (subject) => {
  const severity = 'block';
  if (!subject.table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const minimum = subject.settings.minimumRows;
  const rows = subject.table.rows + rowsKept(subject) - (subject.duplicates?.ownDroppedRows ?? 0);
  if (rows >= minimum) {
    return [passes(CHECK, severity, `${rows} rows, at least ${minimum} are needed.`)];
  }
  const { count } = subject.files.problems;
  if (count > 0) return [notApplicable(CHECK, severity, `${count} file(s) could not be read.`)];
  const reason = `The version would have ${rows} rows; at least ${minimum} are needed (dataset.minimumRows).`;
  return [against({ check: CHECK, severity, reason })];
};

/** Rows of the version before that stay beside those of the upload. */
function rowsKept({ settings, head, duplicates }: Subject): number {
  if (settings.uploads !== 'append' || !head) return 0;
  return head.rows - (duplicates?.supersededRows ?? 0);
}
