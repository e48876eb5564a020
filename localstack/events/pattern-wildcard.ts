/** The `wildcard` operator: `*` stands for any characters, `\*` and `\\` for themselves. */
import { PatternProblem } from './json-tokens.ts';

/** EventBridge bounds the states of its automaton; this bound refuses the example of its user guide. */
const MOST_WILDCARDS = 5;

/**
 * Parses a wildcard pattern.
 * @param problemOf makes a problem at the cursor's place
 * @throws PatternProblem for two asterisks in a row or a lone backslash.
 */
export function parseWildcard(
  pattern: string,
  problemOf: (problem: string) => PatternProblem,
): (value: string) => boolean {
  const parts = [''];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index]!;
    if (character === '*') {
      if (pattern[index + 1] === '*') {
        throw problemOf(`Consecutive wildcard characters at pos ${positionOf(pattern, index)}`);
      }
      parts.push('');
    } else if (character === '\\') {
      const escaped = pattern[index + 1];
      if (escaped !== '*' && escaped !== '\\') {
        throw problemOf(`Invalid escape character at pos ${positionOf(pattern, index)}`);
      }
      parts[parts.length - 1] += escaped;
      index += 1;
    } else {
      parts[parts.length - 1] += character;
    }
  }
  if (parts.length - 1 > MOST_WILDCARDS) {
    throw new PatternProblem(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  }
  return (value) => matchesParts(parts, value);
}

/** Whether the parts come one after the other, the first at the begin and the last at the end. */
function matchesParts([first = '', ...rest]: readonly string[], value: string): boolean {
  const last = rest.at(-1);
  if (last === undefined) return value === first;
  if (!value.startsWith(first)) return false;
  let position = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = value.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return value.length - last.length >= position && value.endsWith(last);
}

/** EventBridge counts bytes of UTF-8 from the opening quote. */
function positionOf(pattern: string, index: number): number {
  return Buffer.byteLength(pattern.slice(0, index)) + 1;
}
