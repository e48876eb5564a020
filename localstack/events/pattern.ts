/**
 * Event patterns: parsing with EventBridge's own complaints, and matching.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { AwsError } from '../core/errors.ts';
import { type LeafTest, PatternProblem, parseLeafTest } from './pattern-operators.ts';

/** Longest pattern that EventBridge takes, in characters. */
const LONGEST_PATTERN = 4096;

interface ObjectTest {
  readonly fields: readonly (readonly [string, FieldTest])[];
  /** Each entry is one `$or`: at least one of its alternatives has to match. */
  readonly alternatives: readonly (readonly ObjectTest[])[];
}
type FieldTest =
  | { readonly kind: 'object'; readonly test: ObjectTest }
  | { readonly kind: 'leaf'; readonly tests: readonly LeafTest[] };

/** A parsed pattern. */
export interface EventPattern {
  matches(event: unknown): boolean;
}

/**
 * Parses a pattern.
 * @throws AwsError InvalidEventPatternException with EventBridge's reason.
 */
export function parseEventPattern(text: string): EventPattern {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    throw new AwsError(
      'InvalidEventPatternException',
      `Event pattern is not valid. Reason: ${error.message}`,
    );
  }
}

/** Parses a pattern for a service with its own error. @throws PatternProblem */
export function parsePattern(text: string): EventPattern {
  if (text.length > LONGEST_PATTERN) {
    throw new PatternProblem(
      `the pattern has ${text.length} characters, at most ${LONGEST_PATTERN} are allowed`,
    );
  }
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw new PatternProblem((error as Error).message);
  }
  if (!isObject(pattern)) throw new PatternProblem('Filter is not an object');
  const test = parseObject(pattern);
  return { matches: (event) => matchesObject(test, withNestedNames(event)) };
}

function parseObject(pattern: Readonly<Record<string, unknown>>): ObjectTest {
  const fields: [string, FieldTest][] = [];
  const alternatives: ObjectTest[][] = [];
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new PatternProblem('Empty objects are not allowed');
  for (const [name, value] of entries) {
    if (name === '$or') alternatives.push(parseOr(value));
    else fields.push(parseNamed(name, value));
  }
  return { fields, alternatives };
}

function parseOr(value: unknown): ObjectTest[] {
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) {
    throw new PatternProblem('$or must be an array of at least two objects');
  }
  return value.map(parseObject);
}

/** EventBridge joins names with dots, so `"a.b": [1]` and `"a": {"b": [1]}` are the same pattern. */
function parseNamed(name: string, value: unknown): [string, FieldTest] {
  const dot = name.indexOf('.');
  if (dot <= 0 || dot === name.length - 1) return [name, parseField(name, value)];
  const inner = parseNamed(name.slice(dot + 1), value);
  return [name.slice(0, dot), { kind: 'object', test: { fields: [inner], alternatives: [] } }];
}

function parseField(name: string, value: unknown): FieldTest {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new PatternProblem('Empty arrays are not allowed');
    return { kind: 'leaf', tests: value.map(parseLeafTest) };
  }
  if (isObject(value)) return { kind: 'object', test: parseObject(value) };
  throw new PatternProblem(`"${name}" must be an object or an array`);
}

function matchesObject(test: ObjectTest, value: unknown): boolean {
  // one element of an array of objects has to satisfy all of the pattern below it (array consistency)
  if (Array.isArray(value) && value.some(isObject)) return value.some((each) => matchesObject(test, each));
  const object = isObject(value) ? value : {};
  return (
    test.fields.every(([name, field]) =>
      matchesField(field, Object.hasOwn(object, name) ? object[name] : undefined),
    ) && test.alternatives.every((alternatives) => alternatives.some((each) => matchesObject(each, value)))
  );
}

function matchesField(field: FieldTest, value: unknown): boolean {
  if (field.kind === 'object') return matchesObject(field.test, value);
  const leaves = leavesOf(value);
  return field.tests.some((test) =>
    test.kind === 'exists' ? leaves.length > 0 === test.wanted : leaves.some(test.matches),
  );
}

/** The event with names such as `a.b` nested, as the pattern's are; the event itself when there are none. */
function withNestedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNestedNames);
  if (!isObject(value)) return value;
  const nested: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const path = /^[^.].*[^.]$/.test(name) ? name.split('.') : [name];
    let target = nested;
    for (const step of path.slice(0, -1)) {
      const next = isObject(target[step]) ? target[step] : {};
      target[step] = next;
      target = next;
    }
    const last = path.at(-1)!;
    const before = target[last];
    const after = withNestedNames(each);
    target[last] = isObject(before) && isObject(after) ? { ...before, ...after } : after;
  }
  return nested;
}

/** Scalars below a field; arrays count by their elements, objects have none of their own. */
function leavesOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isObject(value) ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
