/** Numbers lie about where those of the version before lay. */
import { offenceRule } from './offence-rule.ts';

/** Warns of numbers more than three interquartile ranges (`iqrs`) outside the range of the version before. */
export const softRanges = offenceRule({
  check: 'soft-ranges',
  kind: 'outsideSoftRange',
  severity: 'warn',
  reason: ({ counts, one }) =>
    `${counts} ${one ? 'lies' : 'lie'} far outside the range of the version before.`,
  nothing: 'There is no version before with numbers to compare with.',
  fine: (columns) => `${columns} column(s) lie about where those of the version before lay.`,
});
