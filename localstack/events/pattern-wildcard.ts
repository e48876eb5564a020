/** The `wildcard` operator: `*` stands for any characters, `\*` and `\\` for themselves. */
import { PatternProblem } from './pattern-operators.ts';

/** EventBridge bounds the states of its automaton; this bound refuses the example of its user guide. */
const MOST_WILDCARDS = 5;

/** Parses a wildcard pattern. @throws PatternProblem for two asterisks in a row or a lone backslash. */
export function parseWildcard(pattern: string): (value: string) => boolean {
  let expression = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index]!;
    if (character === '*') {
      if (pattern[index + 1] === '*') {
        throw new PatternProblem(`Consecutive wildcard characters at pos ${index + 1}`);
      }
      expression += '[^]*';
    } else if (character === '\\') {
      index += 1;
      const escaped = pattern[index];
      if (escaped !== '*' && escaped !== '\\') {
        throw new PatternProblem(`Invalid escape character at pos ${index - 1}`);
      }
      expression += `\\${escaped}`;
    } else {
      expression += character.replace(/[.+?^${}()|[\]/-]/, '\\$&');
    }
  }
  if (expression.split('[^]*').length - 1 > MOST_WILDCARDS) {
    throw new PatternProblem(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  }
  const compiled = new RegExp(`^${expression}$`);
  return (value) => compiled.test(value);
}
