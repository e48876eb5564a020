/** Numbers are numbers. */
import { offenceRule } from './offence-rule.ts';

/** Warns of NaN and infinities in double columns: they are counted, but take part in no statistics. */
export const finiteValues = offenceRule({
  check: 'finite-values',
  kind: 'notFinite',
  severity: 'warn',
  reason: ({ counts, one, facts: { nan = 0, offences } }) => {
    const infinite = (offences.notFinite?.rows ?? nan) - nan;
    const kinds = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} infinite`] : [])];
    return `${counts} ${one ? 'is' : 'are'} not finite (${kinds.join(', ')}).`;
  },
  namesFirst: false,
  nothing: 'No column is of type double.',
  fine: (columns) => `No NaN and no infinity in ${columns} column(s).`,
});
