/** From an SDK answer to a task's result: field names, dates, bytes, streams. */
import { NormalizedSchema } from '@smithy/core/schema';
import type { Json } from '../json.ts';
import { fieldName } from './request-shape.ts';

/** `epochMs`: numbers, as the optimized integrations give; `iso`: strings, as `aws-sdk` ones do. */
export type TimestampStyle = 'epochMs' | 'iso';

type Schema = NormalizedSchema;

/** The result of an answer of SDK types. Streams are read to their end as text. */
export async function toResult(schema: unknown, value: object, style: TimestampStyle): Promise<Json> {
  return (await convert(NormalizedSchema.of(schema as never), value, style)) ?? {};
}

async function convert(schema: Schema, value: unknown, style: TimestampStyle): Promise<Json | undefined> {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return style === 'iso' ? isoTime(value) : value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value as Json;
  if (Symbol.asyncIterator in value) return readText(value as AsyncIterable<Uint8Array | string>);
  if (Array.isArray(value)) {
    const itemSchema = schema.isListSchema() ? schema.getValueSchema() : schema;
    const items: Json[] = [];
    for (const item of value) items.push((await convert(itemSchema, item, style)) ?? null);
    return items;
  }
  const members = schema.isStructSchema() ? (schema.getMemberSchemas() as Record<string, Schema>) : undefined;
  const result: Record<string, Json> = {};
  for (const [name, item] of Object.entries(value)) {
    if (members && !members[name]) continue;
    const inner = members?.[name] ?? (schema.isMapSchema() ? schema.getValueSchema() : schema);
    const converted = await convert(inner, item, style);
    if (converted !== undefined) result[members ? fieldName(name) : name] = converted;
  }
  return result;
}

/** ISO 8601 as Java writes an instant: no fraction when it is zero. */
function isoTime(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

async function readText(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks).toString();
}
