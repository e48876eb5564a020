/** The `anything-but` operator: true of every scalar but those that it names; an absent field never matches. */
import { type JsonTokens, PatternProblem } from './json-tokens.ts';
import { takeNumber } from './pattern-numeric.ts';
import { hasAffix, type Matcher, onStrings } from './pattern-operators.ts';
import { parseWildcard } from './pattern-wildcard.ts';

const OPERATORS = ['equals-ignore-case', 'prefix', 'suffix', 'wildcard'] as const;
type NestedOperator = (typeof OPERATORS)[number];

/** Reads the operand and the end of the expression. @throws PatternProblem */
export function parseAnythingBut(tokens: JsonTokens): Matcher {
  let kind = tokens.next();
  let operator: NestedOperator | undefined;
  if (kind === '{') {
    if (tokens.next() !== 'name') throw tokens.problem('Anything-But expression name not found');
    operator = OPERATORS.find((each) => each === tokens.name);
    if (!operator) throw tokens.problem(`Unsupported anything-but pattern: ${tokens.name}`);
    kind = tokens.next();
  }
  if (kind !== '[' && kind !== 'string' && kind !== 'number') {
    throw tokens.problem('Value of anything-but must be an array or single string/number value.');
  }
  const matches = operator ? parseNested(tokens, operator) : parsePlain(tokens);
  endExpression(tokens);
  if (operator) endExpression(tokens);
  return matches;
}

function parsePlain(tokens: JsonTokens): Matcher {
  if (tokens.kind !== '[') {
    const excluded = tokens.kind === 'number' ? takeNumber(tokens) : tokens.text();
    return (value) => value !== excluded;
  }
  const excluded: (string | number)[] = [];
  try {
    for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) {
      if (kind === 'string') excluded.push(tokens.text());
      else if (kind === 'number') excluded.push(takeNumber(tokens));
      else throw tokens.problem('Inside anything but list, start|null|boolean is not supported.');
    }
  } catch (error) {
    throw again(tokens, error);
  }
  const hasNumber = excluded.some((each) => typeof each === 'number');
  if (excluded.length === 0 || (hasNumber && excluded.some((each) => typeof each === 'string'))) {
    throw tokens.problem(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return (value) => !excluded.includes(value as string | number);
}

function parseNested(tokens: JsonTokens, operator: NestedOperator): Matcher {
  const texts: string[] = [];
  if (tokens.kind === '[') {
    try {
      for (let kind = tokens.next(); kind !== ']'; kind = tokens.next())
        texts.push(takeText(tokens, operator));
    } catch (error) {
      throw again(tokens, error);
    }
  } else {
    texts.push(takeText(tokens, operator));
  }
  const excluded = texts.map((text) => onStrings(testOf(tokens, operator, text)));
  return (value) => !excluded.some((matches) => matches(value));
}

function takeText(tokens: JsonTokens, operator: NestedOperator): string {
  const isAffix = operator === 'prefix' || operator === 'suffix';
  if (tokens.kind !== 'string') {
    if (operator === 'equals-ignore-case') {
      throw tokens.problem(
        'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
      );
    }
    throw tokens.problem(`${isAffix ? 'prefix/suffix' : operator} match pattern must be a string`);
  }
  const text = tokens.text();
  if (isAffix && text === '') throw tokens.problem('Null prefix/suffix not allowed');
  return text;
}

function testOf(tokens: JsonTokens, operator: NestedOperator, text: string): (value: string) => boolean {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return (value) => hasAffix(operator, value, text);
    case 'equals-ignore-case':
      return (value) => value.toLowerCase() === text.toLowerCase();
    case 'wildcard':
      return parseWildcard(text, (problem) => tokens.problem(problem));
  }
}

function endExpression(tokens: JsonTokens): void {
  if (tokens.next() !== '}') throw tokens.problem('Too many elements in numeric expression');
}

/** Within lists EventBridge catches its own complaint and makes one more of it: the place is named twice. */
function again(tokens: JsonTokens, error: unknown): unknown {
  return error instanceof PatternProblem ? tokens.problem(error.message) : error;
}
