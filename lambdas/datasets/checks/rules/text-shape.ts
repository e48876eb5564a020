/** Text looks as declared. */
import { offenceRule } from './offence-rule.ts';

/** Blocks when a text does not match its column's declared pattern or length. */
export const textShape = offenceRule({
  check: 'text-shape',
  kind: 'misshapen',
  severity: 'block',
  reason: ({ counts, one, declared }) => {
    const { pattern, minimumLength, maximumLength } = declared!;
    const wanted = [
      ...(pattern === undefined ? [] : [`the pattern ${pattern}`]),
      ...(minimumLength === undefined ? [] : [`at least ${minimumLength} characters`]),
      ...(maximumLength === undefined ? [] : [`at most ${maximumLength} characters`]),
    ];
    return `${counts} ${one ? 'does' : 'do'} not have ${wanted.join(' and ')}.`;
  },
  nothing: 'No column declares a pattern or a length.',
  fine: (columns) => `The text of ${columns} column(s) looks as declared.`,
});
