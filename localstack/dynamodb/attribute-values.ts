/** Attribute values between the SDK's types (bytes) and wire JSON (base64). */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type WireValue = { readonly [type: string]: unknown };
export type WireItem = Record<string, WireValue>;

/** An input as wire JSON: bytes become base64 wherever they are, members that are undefined go. */
export function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(present.map(([key, each]) => [key, toWire(each)]));
}

/** An item, or a key, of wire JSON. */
export function decodeItem(item: WireItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, decodeValue(value)]));
}

function decodeValue(value: WireValue): AttributeValue {
  if ('B' in value) return { B: bytes(value.B) };
  if ('BS' in value) return { BS: (value.BS as unknown[]).map(bytes) };
  if ('L' in value) return { L: (value.L as WireValue[]).map(decodeValue) };
  if ('M' in value) return { M: decodeItem(value.M as WireItem) };
  return value as unknown as AttributeValue;
}

function bytes(base64: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(base64), 'base64'));
}
