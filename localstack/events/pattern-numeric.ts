/** The `numeric` operator: one comparison, or a range from below to above. */
import type { JsonTokens } from './json-tokens.ts';

type Test = (value: unknown) => boolean;

/** EventBridge refuses numbers outside of these. */
const LARGEST_NUMBER = 5e9;

/** Reads the array after its `[` up to and with its `]`. @throws PatternProblem */
export function parseNumeric(tokens: JsonTokens): Test {
  if (tokens.next() !== 'string') throw tokens.problem(`Invalid member in numeric match: ${tokens.text()}`);
  const operator = tokens.text();
  const isNumber = tokens.next() === 'number';
  switch (operator) {
    case '=': {
      if (!isNumber) throw tokens.problem('Value of equals must be numeric');
      const wanted = takeNumber(tokens);
      endOfOne(tokens);
      return onNumbers((value) => value === wanted);
    }
    case '<':
    case '<=': {
      if (!isNumber) throw tokens.problem(`Value of ${operator} must be numeric`);
      const top = takeNumber(tokens);
      endOfOne(tokens);
      return onNumbers((value) => isBelow(value, operator, top));
    }
    case '>':
    case '>=': {
      if (!isNumber) throw tokens.problem(`Value of ${operator} must be numeric`);
      return parseRange(tokens, operator, takeNumber(tokens));
    }
    default:
      throw tokens.problem(`Unrecognized numeric range operator: ${operator}`);
  }
}

function parseRange(tokens: JsonTokens, from: '>' | '>=', bottom: number): Test {
  const isAbove = (value: number) => (from === '>' ? value > bottom : value >= bottom);
  const kind = tokens.next();
  if (kind === ']') return onNumbers(isAbove);
  if (kind !== 'string') throw tokens.problem(`Bad value in numeric range: ${tokens.text()}`);
  const to = tokens.text();
  if (to !== '<' && to !== '<=') throw tokens.problem(`Bad numeric range operator: ${to}`);
  if (tokens.next() !== 'number') throw tokens.problem(`Value of ${to} must be numeric`);
  const top = takeNumber(tokens);
  if (tokens.next() !== ']') throw tokens.problem('Too many terms in numeric range expression');
  if (bottom >= top) throw tokens.problem('Bottom must be less than top');
  return onNumbers((value) => isAbove(value) && isBelow(value, to, top));
}

/** The number at the cursor. @throws PatternProblem */
export function takeNumber(tokens: JsonTokens): number {
  const number = Number(tokens.text());
  if (Math.abs(number) > LARGEST_NUMBER) {
    throw tokens.problem('Value must be between -5.0E9 and 5.0E9, inclusive');
  }
  return number;
}

function isBelow(value: number, operator: '<' | '<=', top: number): boolean {
  return operator === '<' ? value < top : value <= top;
}

function endOfOne(tokens: JsonTokens): void {
  if (tokens.next() !== ']') throw tokens.problem('Too many elements in numeric expression');
}

function onNumbers(matches: (value: number) => boolean): Test {
  return (value) => typeof value === 'number' && matches(value);
}
