/**
 * Event patterns: parsing with EventBridge's own complaints, and matching.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and the engine itself,
 * https://github.com/aws/event-ruler: a pattern becomes rules of paths and tests, one rule for each way through `$or`.
 */
import { AwsError } from '../core/errors.ts';
import { JsonTokens, PatternProblem } from './json-tokens.ts';
import { type LeafTest, parseLeafTests } from './pattern-operators.ts';

/** Longest pattern that EventBridge takes, in characters. */
const LONGEST_PATTERN = 4096;
/** EventBridge's quota for the ways through a pattern's `$or`. */
const MOST_COMBINATIONS = 1000;
/** Names that may become operators: no field inside of `$or` may have one. */
const RESERVED_IN_OR = new Set(
  'exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range'.split(
    ' ',
  ),
);

/** Paths joined by dots, with the tests of which one has to hold: a path that comes again replaces the first. */
type Rule = Map<string, readonly LeafTest[]>;

/** A rule's paths as a tree; a node may have tests and nodes below it. */
interface PathNode {
  tests?: readonly LeafTest[];
  readonly below: Map<string, PathNode>;
}

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
  const tokens = new JsonTokens(text);
  if (tokens.next() !== '{') throw tokens.problem('Filter is not an object');
  const trees = parseObject(tokens, { rules: [], path: '', isInOr: false }).map(treeOf);
  return {
    matches(event) {
      const nested = withNestedNames(event);
      return trees.some((tree) => matchesNode(tree, nested));
    },
  };
}

interface Place {
  readonly rules: readonly Rule[];
  /** With a dot at its end, or empty. */
  readonly path: string;
  readonly isInOr: boolean;
}

/** Reads an object's fields into every rule; gives the rules there are then. */
function parseObject(tokens: JsonTokens, { rules: before, path, isInOr }: Place): readonly Rule[] {
  let rules = before;
  let fields = 0;
  while (tokens.next() !== '}') {
    fields += 1;
    const { name } = tokens;
    if (name === '$or') {
      rules = parseOr(tokens, { rules, path, isInOr });
      continue;
    }
    if (isInOr && RESERVED_IN_OR.has(name)) {
      throw tokens.problem(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const kind = tokens.next();
    if (kind === '{') {
      rules = parseObject(tokens, { rules, path: `${path}${name}.`, isInOr });
    } else if (kind === '[') {
      const tests = parseLeafTests(tokens);
      const base: readonly Rule[] = rules.length > 0 ? rules : [new Map()];
      rules = base.map((rule) => new Map(rule).set(`${path}${name}`, tests));
    } else {
      throw tokens.problem(`"${name}" must be an object or an array`);
    }
  }
  if (fields === 0) throw tokens.problem('Empty objects are not allowed');
  return rules;
}

function parseOr(tokens: JsonTokens, { rules, path }: Place): readonly Rule[] {
  const base: readonly Rule[] = rules.length > 0 ? rules : [new Map()];
  const combined: Rule[] = [];
  let alternatives = 0;
  if (tokens.next() !== '[') throw tokens.problem('It must be an Array followed with $or.');
  for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) {
    alternatives += 1;
    if (kind !== '{') throw tokens.problem('Only JSON object is allowed in array of $or relationship.');
    combined.push(...parseObject(tokens, { rules: base, path, isInOr: true }));
    if (combined.length > MOST_COMBINATIONS) {
      throw new PatternProblem(`the pattern has more than ${MOST_COMBINATIONS} combinations of $or`);
    }
  }
  if (alternatives < 2) throw tokens.problem('There must have at least 2 Objects in $or relationship.');
  return combined;
}

function treeOf(rule: Rule): PathNode {
  const root: PathNode = { below: new Map() };
  for (const [path, tests] of rule) {
    let node = root;
    for (const name of path.split('.')) {
      const next = node.below.get(name) ?? { below: new Map() };
      node.below.set(name, next);
      node = next;
    }
    node.tests = tests;
  }
  return root;
}

function matchesNode(node: PathNode, value: unknown): boolean {
  // one element of an array of objects has to satisfy all of the pattern below it (array consistency)
  if (Array.isArray(value) && value.some(isObject)) return value.some((each) => matchesNode(node, each));
  const object = isObject(value) ? value : {};
  for (const [name, below] of node.below) {
    const field = Object.hasOwn(object, name) ? object[name] : undefined;
    if (below.tests && !matchesLeaf(below.tests, field)) return false;
    if (below.below.size > 0 && !matchesNode(below, field)) return false;
  }
  return true;
}

function matchesLeaf(tests: readonly LeafTest[], value: unknown): boolean {
  const leaves = leavesOf(value);
  return tests.some((test) =>
    test.kind === 'exists' ? leaves.length > 0 === test.wanted : leaves.some(test.matches),
  );
}

/** The event with names such as `a.b` nested, as the pattern's are; the event itself when there are none. */
function withNestedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNestedNames);
  if (!isObject(value)) return value;
  const nested: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const path = name.split('.');
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
