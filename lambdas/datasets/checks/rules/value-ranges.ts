/** Declared bounds hold. */
import { offenceRule } from './offence-rule.ts';

/** Blocks when a number lies outside its column's declared inclusive bounds. */
export const valueRanges = offenceRule({
  check: 'value-ranges',
  kind: 'outOfRange',
  severity: 'block',
  reason: ({ counts, one, declared }) =>
    `${counts} ${one ? 'lies' : 'lie'} outside [${declared?.minimum ?? '-∞'}, ${declared?.maximum ?? '∞'}].`,
  nothing: 'No column declares bounds.',
  fine: (columns) => `${columns} column(s) lie within their bounds.`,
});
