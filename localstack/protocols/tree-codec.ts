/** Reads and writes JSON and CBOR values by the SDK's schemas. */
import { tag } from '@smithy/core/cbor';
import { requiredCount, type Shape } from './model.ts';
import { formatTimestamp, parseTimestamp, TIMESTAMP, timestampFormat } from './scalars.ts';
import { missingMembers, unknownMember, wrongType } from './shape-error.ts';

export type TreeFormat = 'json' | 'cbor';

const SPECIAL_NUMBERS = new Set(['NaN', 'Infinity', '-Infinity']);

export interface ReadOptions {
  /** Strings for numbers and booleans are taken too, as in templates. */
  readonly coerce?: boolean;
}

/**
 * The SDK-typed value of a parsed JSON or CBOR value. `null` members are absent.
 * @throws ShapeError on unknown members, wrong types and absent required members
 */
export function readTree(shape: Shape, value: unknown, options: ReadOptions = {}): unknown {
  const missing: string[] = [];
  const read = readValue(shape, value, '', { missing, ...options });
  if (missing.length > 0) throw missingMembers(missing);
  return read;
}

interface Reading extends ReadOptions {
  readonly missing: string[];
}

function readValue(shape: Shape, value: unknown, path: string, reading: Reading): unknown {
  if (shape.isUnitSchema()) return {};
  if (shape.isStructSchema()) return readStruct(shape, value, path, reading);
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, 'list', value);
    const item = shape.getValueSchema();
    return value.map((each, index) =>
      each === null ? null : readValue(item, each, `${path}.${index + 1}.member`, reading),
    );
  }
  if (shape.isMapSchema()) {
    const item = shape.getValueSchema();
    const entries = Object.entries(asRecord(value, path, 'map')).filter(([, each]) => each !== null);
    return Object.fromEntries(
      entries.map(([key, each]) => [key, readValue(item, each, `${path}.${key}`, reading)]),
    );
  }
  return readScalar(shape, value, path, reading);
}

function readStruct(shape: Shape, value: unknown, path: string, reading: Reading): Record<string, unknown> {
  const record = asRecord(value, path);
  const result: Record<string, unknown> = {};
  const known = new Set<string>(['__type']);
  const required = requiredCount(shape);
  let index = 0;
  for (const [name, member] of shape.structIterator()) {
    const key = wireName(name, member);
    known.add(key);
    const memberPath = path === '' ? name : `${path}.${name}`;
    if (record[key] !== undefined && record[key] !== null) {
      result[name] = readValue(member, record[key], memberPath, reading);
    } else if (index < required && !member.isIdempotencyToken()) {
      reading.missing.push(memberPath);
    }
    index += 1;
  }
  const unknown = Object.keys(record).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw unknownMember(path === '' ? unknown : `${path}.${unknown}`, shape.getName());
  return result;
}

function readScalar(shape: Shape, value: unknown, path: string, reading: Reading): unknown {
  if (shape.isTimestampSchema()) {
    if (value instanceof Date) return value;
    if (typeof value === 'number') return new Date(Math.round(value * 1000));
    if (typeof value === 'string') return parseTimestamp(value, path);
    // CBOR's tag 1: seconds since the epoch
    const seconds = Number((value as { tag?: number; value?: number } | null)?.value);
    if (Number.isNaN(seconds)) throw wrongType(path, 'timestamp', value);
    return new Date(Math.round(seconds * 1000));
  }
  if (shape.isBlobSchema()) {
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'string') throw wrongType(path, 'blob', value);
    return new Uint8Array(Buffer.from(value, 'base64'));
  }
  if (shape.isStringSchema()) {
    if (typeof value === 'string') return value;
    if (reading.coerce && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
    throw wrongType(path, 'string', value);
  }
  if (shape.isBooleanSchema()) {
    if (typeof value === 'boolean') return value;
    if (reading.coerce && (value === 'true' || value === 'false')) return value === 'true';
    throw wrongType(path, 'boolean', value);
  }
  if (shape.isNumericSchema() || shape.isBigIntegerSchema()) {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string' && SPECIAL_NUMBERS.has(value)) return Number(value);
    if (reading.coerce && typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)))
      return Number(value);
    throw wrongType(path, 'integer', value);
  }
  return value;
}

/** The JSON or CBOR value of an SDK-typed value; members that the shape does not have are left out. */
export function writeTree(shape: Shape, value: unknown, format: TreeFormat): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape.isUnitSchema()) return {};
  if (shape.isStructSchema()) {
    const record = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const [name, member] of shape.structIterator()) {
      const written = writeTree(member, record[name], format);
      if (written !== undefined) result[format === 'json' ? wireName(name, member) : name] = written;
    }
    return result;
  }
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    return [...(value as Iterable<unknown>)].map((each) => writeTree(item, each, format) ?? null);
  }
  if (shape.isMapSchema()) {
    const item = shape.getValueSchema();
    const entries = Object.entries(value as object);
    return Object.fromEntries(entries.map(([key, each]) => [key, writeTree(item, each, format)]));
  }
  return writeScalar(shape, value, format);
}

function writeScalar(shape: Shape, value: unknown, format: TreeFormat): unknown {
  if (shape.isTimestampSchema() && (value instanceof Date || typeof value === 'number')) {
    const date = value instanceof Date ? value : new Date(value);
    if (format === 'cbor') return tag({ tag: 1, value: date.getTime() / 1000 });
    const wanted = timestampFormat(shape, TIMESTAMP.epochSeconds);
    return wanted === TIMESTAMP.epochSeconds ? date.getTime() / 1000 : formatTimestamp(date, wanted);
  }
  if (shape.isBlobSchema()) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
    return format === 'cbor' ? bytes : Buffer.from(bytes).toString('base64');
  }
  if (format === 'json' && typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return Number(value);
  return value;
}

function wireName(name: string, member: Shape): string {
  return (member.getMergedTraits() as { jsonName?: string }).jsonName ?? name;
}

function asRecord(
  value: unknown,
  path: string,
  expected: 'structure' | 'map' = 'structure',
): Record<string, unknown> {
  const isPlain = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
  if (!isPlain || Array.isArray(value)) throw wrongType(path || 'request', expected, value);
  return value as Record<string, unknown>;
}
