/**
 * Lines of a text as it arrives. They end at line feeds only: JSON may hold U+2028 and U+2029 as they are, and names of
 * files may have them, at which Node's `readline` would cut.
 */
import { createReadStream } from 'node:fs';

const LINE_FEED = 0x0a;

/**
 * The lines without their ends; an unfinished last one counts, an empty one behind the last line feed does not.
 * @param chunks UTF-8, cut anywhere. Memory grows with the longest line and the largest chunk.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // in UTF-8 no other character has this byte
    const end = bytes.lastIndexOf(LINE_FEED);
    if (end < 0) {
      if (bytes.length > 0) begun.push(bytes);
      continue;
    }
    const whole = Buffer.concat([...begun, bytes.subarray(0, end)]);
    begun = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
    yield* whole.toString('utf8').split('\n');
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8');
}

/** The lines of a local file. */
export function fileLines(file: string): AsyncGenerator<string> {
  return splitLines(createReadStream(file));
}
