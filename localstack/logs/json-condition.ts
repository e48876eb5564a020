/** Conditions of JSON filter patterns: `{ $.level = "ERROR" && ($.ms > 5 || $.a NOT EXISTS) }`. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';

export type JsonCondition = (value: unknown) => boolean;

const TOKEN =
  /\s*(?:(\$(?:\.[\w-]+|\[\d+\]|\[['"][^'"]+['"]\])+)|"([^"]*)"|(&&|\|\||!=|<=|>=|[=<>(){}])|(%[^%]*%)|([^\s(){}=<>!&|"]+))/gy;

/** @throws AwsError InvalidParameterException */
export function parseJsonCondition(pattern: string): JsonCondition {
  const tokens = tokenize(pattern);
  let position = 0;

  function accept(text: string): boolean {
    if (tokens[position] !== text) return false;
    position += 1;
    return true;
  }
  function expect(text: string): void {
    if (!accept(text)) throw invalid(pattern);
  }
  function take(): string {
    const token = tokens[position];
    if (token === undefined) throw invalid(pattern);
    position += 1;
    return token;
  }
  function parseOr(): JsonCondition {
    const conditions = [parseAnd()];
    while (accept('||')) conditions.push(parseAnd());
    return (value) => conditions.some((condition) => condition(value));
  }
  function parseAnd(): JsonCondition {
    const conditions = [parsePrimary()];
    while (accept('&&')) conditions.push(parsePrimary());
    return (value) => conditions.every((condition) => condition(value));
  }
  function parsePrimary(): JsonCondition {
    if (accept('(')) {
      const inner = parseOr();
      expect(')');
      return inner;
    }
    const path = take();
    if (!path.startsWith('$')) throw invalid(pattern);
    const operator = take();
    if (operator === 'IS') return isCondition(path, take());
    if (operator === 'NOT') {
      expect('EXISTS');
      return (value) => readPath(value, path) === undefined;
    }
    return comparison(path, operator, take());
  }
  function isCondition(path: string, wanted: string): JsonCondition {
    const constants: Readonly<Record<string, unknown>> = { TRUE: true, FALSE: false, NULL: null };
    if (!Object.hasOwn(constants, wanted)) throw invalid(pattern);
    return (value) => readPath(value, path) === constants[wanted];
  }
  function comparison(path: string, operator: string, operand: string): JsonCondition {
    const number = Number(operand);
    switch (operator) {
      case '=':
        return (value) => equals(readPath(value, path), operand);
      case '!=':
        return (value) => !equals(readPath(value, path), operand);
      case '<':
        return (value) => onNumber(readPath(value, path), (actual) => actual < number);
      case '<=':
        return (value) => onNumber(readPath(value, path), (actual) => actual <= number);
      case '>':
        return (value) => onNumber(readPath(value, path), (actual) => actual > number);
      case '>=':
        return (value) => onNumber(readPath(value, path), (actual) => actual >= number);
      default:
        throw invalid(pattern);
    }
  }

  expect('{');
  const condition = parseOr();
  expect('}');
  if (position < tokens.length) throw invalid(pattern);
  return condition;
}

/** The value at `$.a.b[0]`, or undefined. */
export function readPath(value: unknown, path: string): unknown {
  let current = value;
  for (const [, name, index, quoted] of path.matchAll(/\.([\w-]+)|\[(\d+)\]|\[['"]([^'"]+)['"]\]/g)) {
    const key = name ?? quoted ?? Number(index);
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string | number, unknown>)[key];
  }
  return current;
}

/** Numbers are compared as numbers, all else as text in which `*` stands for anything. */
function equals(actual: unknown, wanted: string): boolean {
  if (typeof actual === 'number') return actual === Number(wanted);
  if (typeof actual !== 'string') return false;
  if (!wanted.includes('*')) return actual === wanted;
  const expression = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\/-]/g, '\\$&'));
  return new RegExp(`^${expression.join('[^]*')}$`).test(actual);
}

function onNumber(actual: unknown, compare: (actual: number) => boolean): boolean {
  return typeof actual === 'number' && compare(actual);
}

function tokenize(pattern: string): string[] {
  const tokens: string[] = [];
  const expression = new RegExp(TOKEN);
  const end = pattern.trimEnd().length;
  while (expression.lastIndex < end) {
    const match = expression.exec(pattern);
    if (!match) throw invalid(pattern);
    const [, path, quoted, symbol, regex, bare] = match;
    if (regex !== undefined)
      throw new NotImplementedByLocalCloud('logs regular expressions in filter patterns');
    tokens.push((path ?? quoted ?? symbol ?? bare)!);
  }
  return tokens;
}

function invalid(pattern: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid metric filter pattern: ${pattern}`);
}
