/** Rows that equal another row in every column. */
import { checkSettings } from '../check-settings.ts';
import { against, milder, notApplicable, passes, percent, tableRule } from './rule.ts';

const CHECK = 'duplicate-rows';
const DEFAULT_RATE = 0.01;

/** Warns when more than 1 % (`maximumRate`) of the rows repeat an earlier one; fewer are told. */
export const duplicateRows = tableRule(CHECK, 'warn', ({ settings, duplicates }, { rows }, severity) => {
  if (!duplicates) return [notApplicable(CHECK, severity, 'Repeated rows were not looked for.')];
  const repeated = duplicates.duplicateRows;
  if (repeated === 0 || rows === 0) return [passes(CHECK, severity, 'No row repeats another one.')];
  const maximum = checkSettings(settings, CHECK).maximumRate ?? DEFAULT_RATE;
  const rate = repeated / rows;
  const reason = `${repeated} of ${rows} rows (${percent(rate)}) repeat an earlier one in every column; usual is up to ${percent(maximum)}.`;
  return [against({ check: CHECK, severity: rate > maximum ? severity : milder(severity), reason })];
});
