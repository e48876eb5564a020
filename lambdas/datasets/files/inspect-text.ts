/** Looks at each byte of a text: what is not clean UTF-8 is told before anything parses it. */
import { isUtf8 } from 'node:buffer';

/** What is wrong with the bytes of a text, and where. */
export interface ByteProblem {
  readonly kind: 'nul' | 'encoding';
  /** In the text, from 0. */
  readonly offset: number;
  readonly byte: number;
}

/** Takes a text in any number of pieces; memory does not grow. */
export class TextInspector {
  /** Bytes so far. */
  length = 0;
  /** Bytes of a character that the next piece goes on with. */
  private carry = Buffer.alloc(0);

  /** @returns what is wrong with the piece, or with a character that ends in it. */
  push(chunk: Buffer): ByteProblem | undefined {
    const nul = chunk.indexOf(0);
    const problem = this.look(nul < 0 ? chunk : chunk.subarray(0, nul), nul < 0);
    if (problem) return problem;
    if (nul >= 0) return { kind: 'nul', offset: this.length + nul, byte: 0 };
    this.length += chunk.length;
    return undefined;
  }

  /** Tells that there is no more. */
  end(): ByteProblem | undefined {
    const { carry } = this;
    return carry.length > 0
      ? { kind: 'encoding', offset: this.length - carry.length, byte: carry[0]! }
      : undefined;
  }

  private look(chunk: Buffer, goesOn: boolean): ByteProblem | undefined {
    const text = this.carry.length > 0 ? Buffer.concat([this.carry, chunk]) : chunk;
    const start = this.length - this.carry.length;
    const whole = goesOn ? text.length - incompleteBytes(text) : text.length;
    if (!isUtf8(text.subarray(0, whole))) {
      const at = firstBadByte(text);
      return { kind: 'encoding', offset: start + at, byte: text[at]! };
    }
    this.carry = Buffer.from(text.subarray(whole));
    return undefined;
  }
}

/** Where the longest beginning that is UTF-8 ends, found by halves. */
function firstBadByte(text: Buffer): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const part = text.subarray(0, middle);
    if (isUtf8(part.subarray(0, middle - incompleteBytes(part)))) low = middle;
    else high = middle - 1;
  }
  return low - incompleteBytes(text.subarray(0, low));
}

/** Bytes at the end that begin a character without ending it, 0 to 3. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? back : 0;
    }
  }
  return 0;
}
