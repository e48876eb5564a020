/** Text forms of the scalar types, shared by the protocols. */
import type { Shape } from './model.ts';
import { wrongType } from './shape-error.ts';

/** Timestamp formats as the SDK's schemas number them; 4 is "the protocol's own". */
export const TIMESTAMP = { default: 4, dateTime: 5, httpDate: 6, epochSeconds: 7 } as const;
export type TimestampFormat = 5 | 6 | 7;

/** The timestamp format of a member, given the protocol's own. */
export function timestampFormat(shape: Shape, protocolFormat: TimestampFormat): TimestampFormat {
  const schema = shape.getSchema();
  return schema === 5 || schema === 6 || schema === 7 ? schema : protocolFormat;
}

/** A date in one of the three formats; fractions of a second survive in all but `httpDate`. */
export function formatTimestamp(date: Date, format: TimestampFormat): string {
  if (format === TIMESTAMP.httpDate) return date.toUTCString();
  if (format === TIMESTAMP.epochSeconds) return String(date.getTime() / 1000);
  return date.toISOString();
}

/** Reads any of the formats. @throws ShapeError when the text is no time */
export function parseTimestamp(text: string, path: string): Date {
  const date = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? new Date(Number(text) * 1000) : new Date(text);
  if (Number.isNaN(date.getTime())) throw wrongType(path, 'timestamp', text);
  return date;
}

/** A number as JSON and XML spell it. */
export function parseNumber(text: string, path: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number) && text !== 'NaN') throw wrongType(path, 'number', text);
  return number;
}

/** The typed value of a text (XML element, query parameter, header). @throws ShapeError when it does not fit. */
export function parseScalar(shape: Shape, text: string, path: string): unknown {
  if (shape.isTimestampSchema()) return parseTimestamp(text, path);
  if (shape.isNumericSchema()) return parseNumber(text, path);
  if (shape.isBigIntegerSchema()) return BigInt(text);
  if (shape.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  if (shape.isBooleanSchema()) {
    if (text !== 'true' && text !== 'false') throw wrongType(path, 'boolean', text);
    return text === 'true';
  }
  return text;
}

/** The text of a typed value for XML elements and headers. */
export function formatScalar(shape: Shape, value: unknown, protocolFormat: TimestampFormat): string {
  if (value instanceof Date) return formatTimestamp(value, timestampFormat(shape, protocolFormat));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}
