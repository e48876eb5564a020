/** The operators that an array of an event pattern may hold, read in the order in which EventBridge reads them. */
import type { JsonTokens } from './json-tokens.ts';
import { parseAnythingBut } from './pattern-anything-but.ts';
import { parseCidr } from './pattern-cidr.ts';
import { parseNumeric } from './pattern-numeric.ts';
import { parseWildcard } from './pattern-wildcard.ts';

export type LeafTest =
  | { readonly kind: 'exists'; readonly wanted: boolean }
  | { readonly kind: 'value'; readonly matches: Matcher };
/** Tests a scalar of an event. */
export type Matcher = (value: unknown) => boolean;

const ONE_KEY = 'Only one key allowed in match expression';

/** Reads the array after its `[` up to and with its `]`. @throws PatternProblem */
export function parseLeafTests(tokens: JsonTokens): readonly LeafTest[] {
  const tests: LeafTest[] = [];
  for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) {
    if (kind === '[' || kind === undefined) {
      throw tokens.problem('Match value must be String, number, true, false, or null');
    }
    if (kind === '{') {
      tests.push(parseExpression(tokens));
      continue;
    }
    const wanted: unknown = kind === 'string' ? tokens.text() : JSON.parse(tokens.text());
    tests.push({ kind: 'value', matches: (value) => value === wanted });
  }
  if (tests.length === 0) throw tokens.problem('Empty arrays are not allowed');
  return tests;
}

function parseExpression(tokens: JsonTokens): LeafTest {
  if (tokens.next() !== 'name') throw tokens.problem('Match expression name not found');
  const operator = tokens.name;
  if (operator === 'exists') return parseExists(tokens);
  return { kind: 'value', matches: parseOperator(operator, tokens) };
}

function parseExists(tokens: JsonTokens): LeafTest {
  const kind = tokens.next();
  if (kind !== 'true' && kind !== 'false') {
    throw tokens.problem('exists match pattern must be either true or false.');
  }
  endExpression(tokens);
  return { kind: 'exists', wanted: kind === 'true' };
}

function parseOperator(operator: string, tokens: JsonTokens): Matcher {
  switch (operator) {
    case 'exactly': {
      const wanted = takeString(tokens, 'exact match pattern must be a string');
      endExpression(tokens);
      return (value) => value === wanted;
    }
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, tokens);
    case 'numeric': {
      if (tokens.next() !== '[') throw tokens.problem('Value of numeric must be an array.');
      const matches = parseNumeric(tokens);
      if (tokens.next() !== '}') throw tokens.problem('Too many elements in numeric expression');
      return matches;
    }
    case 'anything-but':
      return parseAnythingBut(tokens);
    case 'cidr': {
      const matches = parseCidr(takeString(tokens, 'prefix match pattern must be a string'));
      endExpression(tokens);
      return onStrings(matches);
    }
    case 'equals-ignore-case': {
      const wanted = takeString(tokens, 'equals-ignore-case match pattern must be a string').toLowerCase();
      endExpression(tokens);
      return onStrings((value) => value.toLowerCase() === wanted);
    }
    case 'wildcard': {
      const text = takeString(tokens, 'wildcard match pattern must be a string');
      const matches = parseWildcard(text, (problem) => tokens.problem(problem));
      endExpression(tokens);
      return onStrings(matches);
    }
    default:
      throw tokens.problem(`Unrecognized match type ${operator}`);
  }
}

function parseAffix(operator: 'prefix' | 'suffix', tokens: JsonTokens): Matcher {
  const kind = tokens.next();
  if (kind === '{') {
    const title = operator === 'prefix' ? 'Prefix' : 'Suffix';
    if (tokens.next() !== 'name') throw tokens.problem(`${title} expression name not found`);
    if (tokens.name !== 'equals-ignore-case') {
      throw tokens.problem(`Unsupported ${operator} pattern: ${tokens.name}`);
    }
    const wanted = takeString(tokens, 'equals-ignore-case match pattern must be a string').toLowerCase();
    endExpression(tokens);
    endExpression(tokens);
    return onStrings((value) => hasAffix(operator, value.toLowerCase(), wanted));
  }
  if (kind !== 'string') throw tokens.problem(`${operator} match pattern must be a string`);
  const wanted = tokens.text();
  endExpression(tokens);
  return onStrings((value) => hasAffix(operator, value, wanted));
}

/** Whether a text begins or ends with another. */
export function hasAffix(operator: 'prefix' | 'suffix', value: string, wanted: string): boolean {
  return operator === 'prefix' ? value.startsWith(wanted) : value.endsWith(wanted);
}

/** A test that only strings can pass. */
export function onStrings(matches: (value: string) => boolean): Matcher {
  return (value) => typeof value === 'string' && matches(value);
}

function takeString(tokens: JsonTokens, problem: string): string {
  if (tokens.next() !== 'string') throw tokens.problem(problem);
  return tokens.text();
}

function endExpression(tokens: JsonTokens): void {
  if (tokens.next() !== '}') throw tokens.problem(ONE_KEY);
}
