/** Filters of JSONPath: which values `[?(...)]` lets through. */
import { type Json, sameJson } from '../json.ts';
import type { Filter, Operand } from './json-path-parser.ts';

/** Finds what an operand's path names; undefined for nothing. */
export type FindPath = (operand: Extract<Operand, { kind: 'path' }>) => Json | undefined;

type Test = (left: Json, right: Json) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  '==': sameJson,
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  in: (left, right) => asList(right).some((each) => sameJson(each, left)),
  nin: (left, right) => !asList(right).some((each) => sameJson(each, left)),
  subsetof: (left, right) => asList(left).every((each) => isIn(each, right)),
  anyof: (left, right) => asList(left).some((each) => isIn(each, right)),
  noneof: (left, right) => !asList(left).some((each) => isIn(each, right)),
  size: (left, right) => lengthOf(left) === right,
  empty: (left, right) => (lengthOf(left) === 0) === right,
};

/** Whether a filter lets a value through. @param findPath finds the paths in it, for that value */
export function passes(filter: Filter, findPath: FindPath): boolean {
  switch (filter.kind) {
    case 'and':
      return passes(filter.left, findPath) && passes(filter.right, findPath);
    case 'or':
      return passes(filter.left, findPath) || passes(filter.right, findPath);
    case 'not':
      return !passes(filter.filter, findPath);
    case 'exists':
      return filter.operand.kind === 'path' && findPath(filter.operand) !== undefined;
    case 'compare':
      return compare(filter, findPath);
  }
}

function compare(
  { operator, left, right }: Extract<Filter, { kind: 'compare' }>,
  findPath: FindPath,
): boolean {
  if (operator === '!=') return !compare({ kind: 'compare', operator: '==', left, right }, findPath);
  if (operator === '=~') return matches(left, right, findPath);
  const [a, b] = [operandValue(left, findPath), operandValue(right, findPath)];
  // what is missing equals what is missing, and nothing else
  if (a === undefined || b === undefined) return operator === '==' && a === b;
  return TESTS[operator]?.(a, b) ?? false;
}

function matches(left: Operand, right: Operand, findPath: FindPath): boolean {
  if (right.kind !== 'pattern') return false;
  const text = operandValue(left, findPath);
  return typeof text === 'string' && right.pattern.test(text);
}

function operandValue(operand: Operand, findPath: FindPath): Json | undefined {
  if (operand.kind === 'path') return findPath(operand);
  return operand.kind === 'value' ? operand.value : undefined;
}

/** Numbers are ordered among themselves, and texts. */
function ordered(test: (order: number) => boolean): Test {
  return (left, right) => {
    if (typeof left === 'number' && typeof right === 'number') return test(left - right);
    if (typeof left !== 'string' || typeof right !== 'string') return false;
    return test(left === right ? 0 : left < right ? -1 : 1);
  };
}

function isIn(value: Json, list: Json): boolean {
  return asList(list).some((each) => sameJson(each, value));
}

function asList(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function lengthOf(value: Json): number | undefined {
  return Array.isArray(value) || typeof value === 'string' ? value.length : undefined;
}
