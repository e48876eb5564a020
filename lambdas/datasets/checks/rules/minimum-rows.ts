/** Enough rows to train on. */
import { against, notApplicable, passes, type Rule, UNREADABLE } from './rule.ts';

const CHECK = 'minimum-rows';

/** Blocks below the project's minimum number of rows in the version. */
export const minimumRows: Rule = ({ settings, table }) => {
  const severity = 'block';
  if (!table) return [notApplicable(CHECK, severity, UNREADABLE)];
  const minimum = settings.minimumRows;
  const rows = table.rows + table.rowsKept;
  if (rows >= minimum) {
    return [passes(CHECK, severity, `${rows} rows, at least ${minimum} are needed.`)];
  }
  const reason = `The version would have ${rows} rows; at least ${minimum} are needed (dataset.minimumRows).`;
  return [against({ check: CHECK, severity, reason })];
};
