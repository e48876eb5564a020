/** What a person is told about the types that an undeclared first version got. */
import type { ReadFinding } from '../checks/fact-types.ts';
import type { Deciding, InferenceFacts, TextColumnFacts } from './inference-facts.ts';

/** What is said about the types of the first version, and about columns that it does not have. */
export function inferenceFindings({ text, nested }: InferenceFacts): ReadFinding[] {
  return [
    ...nested.map(({ name, path }): ReadFinding => {
      const reason = `Column "${name}" of "${path}" holds objects or arrays and is not read; flatten it to use it.`;
      return { check: 'columns-unread', severity: 'warn', reason };
    }),
    ...text.flatMap((column): ReadFinding[] => {
      const reason = whyText(column);
      return reason ? [{ check: 'columns-inferred', severity: 'info', reason, column: column.name }] : [];
    }),
  ];
}

/** The sentence; undefined for a column that is nothing but text. */
function whyText({ name, rows, values, deciding }: TextColumnFacts): string | undefined {
  if (rows === 0) return undefined;
  const say = (what: string, advice: string) => `Column "${name}" is text: ${what}. ${advice}`;
  if (values === 0) return say('it has no values', 'Declare its type.');
  const { notNumber, notTime, notBoolean, leadingZeros, overRange, quoted } = deciding;
  const counted = ({ count, first }: Deciding, one: string, many: string) => {
    const value = first?.value === undefined ? '' : `: "${first.value}"`;
    const place = first ? `, first in "${first.path}" row ${first.row}${value}` : '';
    return `${count} of ${values} values ${count === 1 ? one : many}${place}`;
  };
  if (notNumber.count === 0) {
    const advice = 'Declare it as integer if they are numbers.';
    if (leadingZeros.count > 0)
      return say(counted(leadingZeros, 'has leading zeros', 'have leading zeros'), advice);
    if (overRange.count > 0) {
      const over = counted(overRange, 'is over the range of integers', 'are over the range of integers');
      return say(over, 'Declare it as double if they are numbers.');
    }
    return quoted.count > 0
      ? say(counted(quoted, 'is written in quotes', 'are written in quotes'), advice)
      : undefined;
  }
  const [most] = [
    { decides: notNumber, one: 'is not a number', many: 'are not numbers' },
    { decides: notTime, one: 'is not a time', many: 'are not times' },
    { decides: notBoolean, one: 'is neither true nor false', many: 'are neither true nor false' },
  ].toSorted((a, b) => a.decides.count - b.decides.count);
  if (most!.decides.count >= values) return undefined;
  return say(counted(most!.decides, most!.one, most!.many), 'Declare its type to refuse such rows.');
}
