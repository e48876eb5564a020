/** JSON values as workflows pass them on. */
import { isDeepStrictEqual } from 'node:util';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. */
export type JsonObject = { readonly [name: string]: Json };

/** Largest input, output or variable of a state, in bytes of UTF-8 JSON. */
export const PAYLOAD_LIMIT_BYTES = 262_144;

/** Whether the value is an object, which null and arrays are not. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the JSON text of the value is larger than a state may take or give. */
export function exceedsPayloadLimit(value: Json): boolean {
  return isTextTooLarge(JSON.stringify(value));
}

/** The same for a text. */
export function isTextTooLarge(text: string): boolean {
  // no character has more than three bytes for each of its UTF-16 units
  return text.length * 3 > PAYLOAD_LIMIT_BYTES && Buffer.byteLength(text) > PAYLOAD_LIMIT_BYTES;
}

/** Whether two values have the same JSON, whatever the order of members. */
export function sameJson(left: Json, right: Json): boolean {
  return isDeepStrictEqual(left, right);
}
