/**
 * Shapes of properties. A property that a shape does not name is refused, so that nothing in a template is dropped
 * silently; scalars are converted as CloudFormation converts them (`"30"` where a number is wanted).
 */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { isKnownAfterApply } from '../template/scope.ts';
import { intrinsicOf, isObject, type Json, type JsonObject, ownMember } from '../template/template.ts';

/** A scalar, any JSON, a list of one shape, a map (`{ '*': shape }`) or an object of named members. */
export type Shape =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'json'
  | readonly [Shape]
  | { readonly [member: string]: Shape };

/** The value that has a shape; every member may be absent. */
export type ValueOf<S> = S extends 'string'
  ? string
  : S extends 'integer' | 'number'
    ? number
    : S extends 'boolean'
      ? boolean
      : S extends 'json'
        ? Json
        : S extends readonly [infer Member]
          ? ValueOf<Member>[]
          : S extends { readonly '*': infer Member }
            ? Record<string, ValueOf<Member>>
            : { readonly [Name in keyof S]?: ValueOf<S[Name]> };

const mismatch = (path: string, expected: string, value: Json) =>
  validationError(
    `Properties validation failed: #/${path}: expected type: ${expected}, found: ${JSON.stringify(value)}`,
  );

function convertNumber(shape: 'integer' | 'number', value: Json, path: string): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const fits =
    typeof number === 'number' && (shape === 'number' ? !Number.isNaN(number) : Number.isInteger(number));
  if (!fits) throw mismatch(path, shape, value);
  return number as number;
}

function convertScalar(shape: 'string' | 'integer' | 'number' | 'boolean', value: Json, path: string): Json {
  if (shape === 'integer' || shape === 'number') return convertNumber(shape, value, path);
  if (shape === 'boolean') {
    const word = String(value).toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    throw mismatch(path, 'Boolean', value);
  }
  if (value === null || typeof value === 'object') throw mismatch(path, 'String', value);
  return String(value);
}

/**
 * Converts an evaluated value to its shape.
 * @param owner for example `AWS::SQS::Queue`, named in the refusal
 * @throws NotImplementedByLocalCloud for a member that the shape does not have; ValidationError for a value of another type.
 */
export function convert(shape: Shape, value: Json, path: string, owner: string): Json {
  if (shape === 'json') return value;
  if (typeof shape === 'string') return convertScalar(shape, value, path);
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw mismatch(path, 'JSONArray', value);
    return value.map((member, index) => convert(shape[0] as Shape, member, `${path}/${index}`, owner));
  }
  if (!isObject(value)) throw mismatch(path, 'JSONObject', value);
  const members = shape as { readonly [member: string]: Shape };
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const memberShape = ownMember(members, name) ?? members['*'];
      if (memberShape === undefined) throw refusedProperty(`${path}/${name}`, owner);
      return [name, convert(memberShape, member, `${path}/${name}`, owner)];
    }),
  );
}

/** The refusal of a property that would otherwise be dropped. */
export function refusedProperty(path: string, owner: string): NotImplementedByLocalCloud {
  return new NotImplementedByLocalCloud(`property ${path.replaceAll('/', '.')} of ${owner}`);
}

/** Finds members that no shape names before anything is evaluated; intrinsics are looked into at execution. */
export function checkMembers(shape: Shape, value: Json, path: string, owner: string): void {
  if (typeof shape === 'string' || intrinsicOf(value) || isKnownAfterApply(value)) return;
  if (Array.isArray(shape)) {
    if (Array.isArray(value)) {
      for (const member of value) checkMembers(shape[0] as Shape, member, path, owner);
    }
    return;
  }
  if (!isObject(value)) return;
  const members = shape as { readonly [member: string]: Shape };
  for (const [name, member] of Object.entries(value)) {
    const memberShape = ownMember(members, name) ?? members['*'];
    if (memberShape === undefined) throw refusedProperty(`${path}/${name}`, owner);
    checkMembers(memberShape, member, `${path}/${name}`, owner);
  }
}

/** Removes members that are undefined, so that two property sets compare by what they say. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, member]) => member !== undefined && member !== null),
  );
}
