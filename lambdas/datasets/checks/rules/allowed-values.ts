/** Closed sets stay closed. */
import { offenceRule } from './offence-rule.ts';

const SHOWN = 20;

/**
 * Blocks when more than 1 % of the values of a column (`mostly`) are not among its declared ones, and warns of fewer: a
 * rule that a single value in millions breaks is switched off by its owner.
 */
export const allowedValues = offenceRule({
  check: 'allowed-values',
  kind: 'notAllowed',
  severity: 'block',
  mostly: 0.99,
  reason: ({ counts, one, declared }) => {
    const allowed = declared?.allowedValues ?? [];
    const more = allowed.length > SHOWN ? ` and ${allowed.length - SHOWN} more` : '';
    return `${counts} ${one ? 'is' : 'are'} not among the allowed ones: ${allowed.slice(0, SHOWN).join(', ')}${more}.`;
  },
  nothing: 'No column declares its allowed values.',
  fine: (columns) => `${columns} column(s) hold allowed values only.`,
});
