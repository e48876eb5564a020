/** JSON that keeps what the SDK's types hold beyond JSON: dates and bytes. */

/** JSON text of a value of SDK types; `parseValue` gives it back. */
export function stringifyValue(value: unknown): string {
  return JSON.stringify(value, replace);
}

/** The value that `stringifyValue` wrote. @throws SyntaxError when the text is torn. */
export function parseValue(text: string): unknown {
  return JSON.parse(text, revive);
}

// `this` is the holder: a Date's toJSON has already run when the replacer sees the value
function replace(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date) return { $date: original.getTime() };
  if (original instanceof Uint8Array) return { $bytes: Buffer.from(original).toString('base64') };
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  return value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const tagged = value as Record<string, unknown>;
  if (typeof tagged.$date === 'number') return new Date(tagged.$date);
  if (typeof tagged.$bytes === 'string') return new Uint8Array(Buffer.from(tagged.$bytes, 'base64'));
  if (typeof tagged.$bigint === 'string') return BigInt(tagged.$bigint);
  return value;
}
