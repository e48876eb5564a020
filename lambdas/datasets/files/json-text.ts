/** Reads a JSON Lines text once: how many lines it has, and how long they are. */
import { textContradiction } from './file-format.ts';
import { LONGEST_LINE, type TextReader } from './read-text.ts';

const LF = 0x0a;

export class JsonText implements TextReader {
  /** The line that is too long, 1-based among the lines that are not blank. */
  longRow: number | undefined;
  /** The first bytes, to tell a byte order mark. */
  beginning: Buffer = Buffer.alloc(0);
  private rows = 0;
  private bytes = 0;
  private isBlank = true;

  refuse(beginning: Buffer): string | undefined {
    this.beginning = beginning.subarray(0, 3);
    return textContradiction('jsonl', beginning);
  }

  push(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, from)) {
      this.add(piece, from, at);
      if (!this.isBlank) this.rows++;
      this.isBlank = true;
      this.bytes = 0;
      from = at + 1;
    }
    this.add(piece, from, piece.length);
  }

  /** Row in which the text so far ends, and whether it ends within it. */
  get place(): { readonly row: number; readonly isWithin: boolean } {
    return { row: this.rows + 1, isWithin: this.bytes > 0 };
  }

  private add(piece: Buffer, from: number, to: number): void {
    this.bytes += to - from;
    for (let at = from; this.isBlank && at < to; at++) this.isBlank = piece[at]! <= 0x20;
    if (this.bytes > LONGEST_LINE) this.longRow ??= this.rows + 1;
  }
}
