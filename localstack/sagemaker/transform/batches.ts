/** Cutting an input object into requests, and putting the answers together. */

const NEW_LINE = 10;

export interface BatchOptions {
  readonly splitType: 'None' | 'Line';
  readonly strategy: 'MultiRecord' | 'SingleRecord';
  /** 0: no limit. */
  readonly maximumBytes: number;
}

/**
 * The bodies of the requests for one object, in order. Records keep their line break; an empty object has none.
 * @throws RangeError when one record (or the object, when it is not split) is over the limit.
 */
export function* batchesOf(data: Buffer, options: BatchOptions): Generator<Buffer> {
  const limit = options.maximumBytes === 0 ? Number.POSITIVE_INFINITY : options.maximumBytes;
  const tooLarge = (bytes: number) =>
    new RangeError(`a payload of ${bytes} bytes exceeds the maximum of ${limit} bytes`);
  if (options.splitType === 'None') {
    if (data.length > limit) throw tooLarge(data.length);
    if (data.length > 0) yield data;
    return;
  }
  let start = 0;
  while (start < data.length) {
    let end = recordEnd(data, start);
    if (end - start > limit) throw tooLarge(end - start);
    if (options.strategy === 'MultiRecord') end = lastFittingEnd(data, start, limit) ?? end;
    yield data.subarray(start, end);
    start = end;
  }
}

/** Index after the line that begins at `start`. */
function recordEnd(data: Buffer, start: number): number {
  const found = data.indexOf(NEW_LINE, start);
  return found < 0 ? data.length : found + 1;
}

/** Index after the last whole line that ends within `limit` bytes of `start`. */
function lastFittingEnd(data: Buffer, start: number, limit: number): number | undefined {
  if (data.length - start <= limit) return data.length;
  const found = data.lastIndexOf(NEW_LINE, start + limit - 1);
  return found < start ? undefined : found + 1;
}

/** The output object: answers one after the other; with `Line`, each ends in exactly one line break. */
export function assemble(answers: readonly Buffer[], assembleWith: 'None' | 'Line'): Buffer {
  if (assembleWith === 'None') return Buffer.concat(answers);
  return Buffer.concat(
    answers.flatMap((answer) => (answer.at(-1) === NEW_LINE ? [answer] : [answer, Buffer.from('\n')])),
  );
}
