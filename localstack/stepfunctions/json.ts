/** JSON values as workflows pass them on. */

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
  return Buffer.byteLength(JSON.stringify(value)) > PAYLOAD_LIMIT_BYTES;
}
