/** The operators that an array of an event pattern may hold. */
import { parseCidr } from './pattern-cidr.ts';
import { parseWildcard } from './pattern-wildcard.ts';

/** What is wrong with a pattern, in EventBridge's words; the service adds its own prefix. */
export class PatternProblem extends Error {
  override readonly name = 'PatternProblem';
}

export type LeafTest =
  | { readonly kind: 'exists'; readonly wanted: boolean }
  | { readonly kind: 'value'; readonly matches: (value: unknown) => boolean };
type Matcher = (value: unknown) => boolean;

/** Numbers outside of this range are refused by EventBridge. */
const LARGEST_NUMBER = 5e9;

/** Parses one element of a field's array. @throws PatternProblem */
export function parseLeafTest(element: unknown): LeafTest {
  if (Array.isArray(element) || element === undefined) {
    throw new PatternProblem('Match value must be String, number, true, false, or null');
  }
  if (typeof element !== 'object' || element === null) {
    return { kind: 'value', matches: (value) => value === element };
  }
  const [entry, ...others] = Object.entries(element);
  if (!entry) throw new PatternProblem('Empty match expression');
  if (others.length > 0) throw new PatternProblem('Only one key allowed in match expression');
  const [operator, operand] = entry;
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') {
      throw new PatternProblem('exists match pattern must be either true or false.');
    }
    return { kind: 'exists', wanted: operand };
  }
  return { kind: 'value', matches: parseOperator(operator, operand) };
}

function parseOperator(operator: string, operand: unknown): Matcher {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, operand);
    case 'equals-ignore-case':
      return parseIgnoreCase(operand);
    case 'wildcard':
      return onStrings(parseWildcard(requireString(operand, 'wildcard match pattern must be a string')));
    case 'cidr':
      return onStrings(parseCidr(requireString(operand, 'prefix match pattern must be a string')));
    case 'numeric':
      return parseNumeric(operand);
    case 'anything-but':
      return parseAnythingBut(operand);
    default:
      throw new PatternProblem(`Unrecognized match type ${operator}`);
  }
}

function parseAffix(operator: 'prefix' | 'suffix', operand: unknown): Matcher {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [[inner, text] = ['', ''], ...others] = Object.entries(operand);
    if (inner !== 'equals-ignore-case' || others.length > 0) {
      throw new PatternProblem(`Unsupported ${operator} pattern: ${inner}`);
    }
    const wanted = requireString(text, 'equals-ignore-case match pattern must be a string').toLowerCase();
    return onStrings((value) => hasAffix(operator, value.toLowerCase(), wanted));
  }
  const wanted = requireString(operand, `${operator} match pattern must be a string`);
  return onStrings((value) => hasAffix(operator, value, wanted));
}

function hasAffix(operator: 'prefix' | 'suffix', value: string, wanted: string): boolean {
  return operator === 'prefix' ? value.startsWith(wanted) : value.endsWith(wanted);
}

function parseIgnoreCase(operand: unknown): Matcher {
  const wanted = requireString(operand, 'equals-ignore-case match pattern must be a string').toLowerCase();
  return onStrings((value) => value.toLowerCase() === wanted);
}

function parseNumeric(operand: unknown): Matcher {
  if (!Array.isArray(operand)) throw new PatternProblem('Value of numeric must be an array.');
  if (operand.length === 0) throw new PatternProblem('Invalid member in numeric match: ]');
  if (operand.length > 4) throw new PatternProblem('Too many terms in numeric range expression');
  const comparisons: ((value: number) => boolean)[] = [];
  const operators: string[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const operator: unknown = operand[index];
    const bound: unknown = operand[index + 1];
    if (typeof operator !== 'string')
      throw new PatternProblem(`Invalid member in numeric match: ${operator}`);
    const name = operator === '=' ? 'equals' : operator;
    if (typeof bound !== 'number') throw new PatternProblem(`Value of ${name} must be numeric`);
    if (Math.abs(bound) > LARGEST_NUMBER) {
      throw new PatternProblem(`Value must be between -5.0E9 and 5.0E9, inclusive`);
    }
    comparisons.push(comparison(operator, bound));
    operators.push(operator);
  }
  requireRange(operators, operand);
  return (value) => typeof value === 'number' && comparisons.every((compare) => compare(value));
}

function requireRange(operators: readonly string[], operand: readonly unknown[]): void {
  const [first, second] = operators;
  if (second === undefined) return;
  if (!first?.startsWith('>')) throw new PatternProblem('Too many elements in numeric expression');
  if (!second.startsWith('<')) throw new PatternProblem(`Bad numeric range operator: ${second}`);
  if ((operand[1] as number) >= (operand[3] as number))
    throw new PatternProblem('Bottom must be less than top');
}

function comparison(operator: string, bound: number): (value: number) => boolean {
  switch (operator) {
    case '=':
      return (value) => value === bound;
    case '<':
      return (value) => value < bound;
    case '<=':
      return (value) => value <= bound;
    case '>':
      return (value) => value > bound;
    case '>=':
      return (value) => value >= bound;
    default:
      throw new PatternProblem(`Unrecognized numeric range operator: ${operator}`);
  }
}

/** True for every value but the named ones; a field that is absent never matches. */
function parseAnythingBut(operand: unknown): Matcher {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [[operator, values] = ['', ''], ...others] = Object.entries(operand);
    if (others.length > 0) throw new PatternProblem('Only one key allowed in match expression');
    const excluded = parseAnythingButOperator(operator, values);
    return (value) => !excluded.some((matches) => matches(value));
  }
  const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
  const first = excluded[0];
  if (!Array.isArray(operand) && typeof first !== 'string' && typeof first !== 'number') {
    throw new PatternProblem('Value of anything-but must be an array or single string/number value.');
  }
  if (excluded.length === 0) throw new PatternProblem('Empty arrays are not allowed');
  if (excluded.some((each) => typeof each !== 'string' && typeof each !== 'number')) {
    throw new PatternProblem('Inside anything but list, start|null|boolean is not supported.');
  }
  if (excluded.some((each) => typeof each !== typeof first)) {
    throw new PatternProblem(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return (value) => !excluded.includes(value);
}

function parseAnythingButOperator(operator: string, values: unknown): Matcher[] {
  const list: unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0) throw new PatternProblem('Empty arrays are not allowed');
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (list.includes('')) throw new PatternProblem('Null prefix/suffix not allowed');
      return list.map((each) => onStrings(parseAnythingButAffix(operator, each)));
    case 'equals-ignore-case':
      if (list.some((each) => typeof each !== 'string')) {
        throw new PatternProblem(
          'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
        );
      }
      return list.map(parseIgnoreCase);
    case 'wildcard':
      return list.map((each) => parseOperator('wildcard', each));
    default:
      throw new PatternProblem(`Unsupported anything-but pattern: ${operator}`);
  }
}

function parseAnythingButAffix(operator: 'prefix' | 'suffix', operand: unknown): (value: string) => boolean {
  const wanted = requireString(operand, 'prefix/suffix match pattern must be a string');
  return (value) => hasAffix(operator, value, wanted);
}

function onStrings(matches: (value: string) => boolean): Matcher {
  return (value) => typeof value === 'string' && matches(value);
}

function requireString(value: unknown, problem: string): string {
  if (typeof value !== 'string') throw new PatternProblem(problem);
  return value;
}
