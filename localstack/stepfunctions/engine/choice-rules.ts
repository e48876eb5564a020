/** Comparisons of Choice rules in query language JSONPath. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { lookUp, type Roots } from '../query/payload-template.ts';
import { interpreterFailure, RUNTIME } from './failure.ts';

type Comparison = (left: Json, right: Json) => boolean;
type Family = 'String' | 'Numeric' | 'Boolean' | 'Timestamp';

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  GreaterThan: (order) => order > 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThanEquals: (order) => order >= 0,
};

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ...(['String', 'Numeric', 'Timestamp'] as const).flatMap((family) =>
    Object.entries(ORDERS).map(([name, test]): [string, Comparison] => [
      family + name,
      (left, right) => {
        const order = compare(family, left, right);
        return order !== undefined && test(order);
      },
    ]),
  ),
  ['BooleanEquals', (left, right) => typeof left === 'boolean' && left === right] as [string, Comparison],
]);

const TYPE_TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => typeof value === 'string' && timestampMs(value) !== undefined,
};

/** Whether a field of a rule is a comparison. */
export function isComparison(field: string): boolean {
  return (
    field === 'IsPresent' ||
    field === 'StringMatches' ||
    Object.hasOwn(TYPE_TESTS, field) ||
    COMPARISONS.has(field) ||
    (field.endsWith('Path') && COMPARISONS.has(field.slice(0, -'Path'.length)))
  );
}

/** Whether a rule matches. @throws StateFailure States.Runtime when its variable is missing */
export function matchesRule(rule: JsonObject, roots: Roots): boolean {
  if (Array.isArray(rule.And)) return rule.And.every((part) => matchesRule(part as JsonObject, roots));
  if (Array.isArray(rule.Or)) return rule.Or.some((part) => matchesRule(part as JsonObject, roots));
  if (isObject(rule.Not)) return !matchesRule(rule.Not, roots);
  const variable = String(rule.Variable);
  const [field, operand] = Object.entries(rule).find(([name]) => isComparison(name)) ?? ['', null];
  const found = lookUp(variable, roots);
  if (field === 'IsPresent') return (found !== undefined) === operand;
  if (found === undefined) throw missing(variable);
  const typeTest = TYPE_TESTS[field];
  if (typeTest) return typeTest(found) === operand;
  if (field === 'StringMatches') return typeof found === 'string' && wildcard(String(operand)).test(found);
  const direct = COMPARISONS.get(field);
  if (direct) return direct(found, operand);
  const other = lookUp(String(operand), roots);
  if (other === undefined) throw missing(String(operand));
  return COMPARISONS.get(field.slice(0, -'Path'.length))?.(found, other) ?? false;
}

/** Milliseconds of an RFC 3339 time with `T` and `Z` or an offset; undefined for anything else. */
export function timestampMs(text: string): number | undefined {
  const isTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = isTimestamp ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function compare(family: Exclude<Family, 'Boolean'>, left: Json, right: Json): number | undefined {
  const [a, b] = family === 'Timestamp' ? [asTime(left), asTime(right)] : [left, right];
  const type = family === 'String' ? 'string' : 'number';
  if (typeof a !== type || typeof b !== type || a === undefined || b === undefined) return undefined;
  if (a === b) return 0;
  return (a as number) < (b as number) ? -1 : 1;
}

function asTime(value: Json): number | undefined {
  return typeof value === 'string' ? timestampMs(value) : undefined;
}

/** `*` stands for any characters; `\*` for itself. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\\\|\\\*|\*|[.+?^${}()|[\]\\]/g, (token) => {
    if (token === '*') return '[\\s\\S]*';
    return token.length === 2 ? token : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

function missing(path: string): Error {
  const cause = `Invalid path '${path}': The choice state's condition path references an invalid value.`;
  return interpreterFailure(RUNTIME, cause);
}
