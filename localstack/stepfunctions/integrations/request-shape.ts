/** From a task's arguments to an SDK request, by the client's schema: unknown and missing fields, types, dates, bytes. */
import { NormalizedSchema } from '@smithy/core/schema';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { expressionIn } from '../query/jsonata.ts';

/** One thing that is wrong with arguments. */
export interface ShapeProblem {
  readonly message: string;
  /** Below the arguments, for example `/Entries[0]/Detail`. */
  readonly path: string;
}

/** How an integration differs from the plain operation. */
export interface ShapeOptions {
  /** Members of type string that take any JSON, which is sent as its text. */
  readonly jsonText?: ReadonlySet<string>;
  /** Top-level fields that the integration takes; default: all of the operation's. */
  readonly fields?: readonly string[];
}

type Schema = NormalizedSchema;

/** Position of the count of required members in a structure's static schema. */
const REQUIRED_COUNT = 6;
const MEMBER_NAMES = 4;

/** The name under which Step Functions takes and gives a member. */
export function fieldName(member: string): string {
  return member.charAt(0).toUpperCase() + member.slice(1);
}

/** Problems of arguments that may hold expressions, as far as they show before evaluation. */
export function shapeProblems(schema: unknown, value: Json, options: ShapeOptions): readonly ShapeProblem[] {
  const problems: ShapeProblem[] = [];
  check(NormalizedSchema.of(schema as never), value, '', options, problems);
  if (isObject(value)) {
    for (const name of Object.keys(value).map(withoutPathMark)) {
      if (options.fields && !options.fields.includes(name)) problems.push(unsupported(name, ''));
    }
  }
  return problems;
}

/** The SDK request of evaluated arguments, which have no problems. */
export function toRequest(schema: unknown, value: Json, options: ShapeOptions): object {
  return convert(NormalizedSchema.of(schema as never), value, options) as object;
}

function check(
  schema: Schema,
  value: Json,
  path: string,
  options: ShapeOptions,
  problems: ShapeProblem[],
): void {
  if (expressionIn(value) !== undefined || value === null) return;
  if (schema.isStructSchema()) {
    checkStructure(schema, value, path, options, problems);
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) return void problems.push(wrongType(path, 'an ARRAY'));
    for (const [index, item] of value.entries()) {
      check(schema.getValueSchema(), item, `${path}[${index}]`, options, problems);
    }
  } else if (schema.isMapSchema()) {
    if (!isObject(value)) return void problems.push(wrongType(path, 'an OBJECT'));
    for (const [name, item] of Object.entries(value)) {
      if (!name.endsWith('.$')) check(schema.getValueSchema(), item, `${path}/${name}`, options, problems);
    }
  } else {
    const expected = wantedType(schema);
    if (expected && !expected.types.includes(typeof value)) problems.push(wrongType(path, expected.name));
  }
}

function checkStructure(
  schema: Schema,
  value: Json,
  path: string,
  options: ShapeOptions,
  problems: ShapeProblem[],
): void {
  if (!isObject(value)) return void problems.push(wrongType(path, 'an OBJECT'));
  const members = schema.getMemberSchemas() as Record<string, Schema>;
  const given = new Set<string>();
  for (const [name, item] of Object.entries(value)) {
    const plain = withoutPathMark(name);
    const member = memberFor(members, plain);
    if (member === undefined) {
      problems.push(unsupported(plain, path));
      continue;
    }
    given.add(member);
    const takesJson = options.jsonText?.has(member) && typeof item === 'object';
    if (plain !== name || takesJson) continue;
    check(members[member] as Schema, item, `${path}/${name}`, options, problems);
  }
  const tuple = schema.getSchema() as unknown as unknown[];
  const required = (tuple[MEMBER_NAMES] as string[]).slice(0, Number(tuple[REQUIRED_COUNT] ?? 0));
  for (const member of required) {
    // a generated token is the SDK's to fill in
    if (given.has(member) || members[member]?.isIdempotencyToken()) continue;
    problems.push({ message: `The field "${fieldName(member)}" is required but was missing`, path });
  }
}

function convert(schema: Schema, value: Json, options: ShapeOptions): unknown {
  if (value === null) return value;
  if (schema.isStructSchema() && isObject(value)) {
    const members = schema.getMemberSchemas() as Record<string, Schema>;
    const entries = Object.entries(value).map(([name, item]) => {
      const member = memberFor(members, name) ?? name;
      const isText = options.jsonText?.has(member) && typeof item !== 'string';
      return [
        member,
        isText ? JSON.stringify(item) : convert(members[member] as Schema, item, options),
      ] as const;
    });
    return Object.fromEntries(entries.filter(([, item]) => item !== null));
  }
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item) => convert(schema.getValueSchema(), item, options));
  }
  if (schema.isMapSchema() && isObject(value)) {
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([name, item]) => [name, convert(schema.getValueSchema(), item, options)]),
    );
  }
  if (schema.isTimestampSchema()) return new Date(value as string | number);
  if (schema.isBlobSchema()) {
    return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return value;
}

function memberFor(members: Readonly<Record<string, unknown>>, field: string): string | undefined {
  return Object.keys(members).find((member) => fieldName(member) === field);
}

function wantedType(schema: Schema): { types: readonly string[]; name: string } | undefined {
  if (schema.isTimestampSchema()) return { types: ['string', 'number'], name: 'a TIMESTAMP' };
  if (schema.isBlobSchema()) return undefined;
  if (schema.isStringSchema()) return { types: ['string'], name: 'a STRING' };
  if (schema.isNumericSchema()) return { types: ['number'], name: 'a NUMBER' };
  if (schema.isBooleanSchema()) return { types: ['boolean'], name: 'a BOOLEAN' };
  return undefined;
}

function withoutPathMark(name: string): string {
  return name.endsWith('.$') ? name.slice(0, -2) : name;
}

function unsupported(name: string, path: string): ShapeProblem {
  return { message: `The field "${name}" is not supported by Step Functions`, path };
}

function wrongType(path: string, expected: string): ShapeProblem {
  const field = path.split('/').at(-1) ?? '';
  return { message: `The value for the field '${field}' must be ${expected}`, path };
}

/** Arguments as an object. */
export function asObject(value: Json): JsonObject {
  return isObject(value) ? value : {};
}
