/**
 * Counts the lines of a CSV text without quotation marks and carriage returns, where each line is a record: most big
 * files are such, and going from line to line takes a fifth of the time of going from byte to byte.
 */

const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];

/** Takes a text in any number of pieces. */
export class PlainLines {
  /**
   * Whether lines are records, and none ends with a separator: DuckDB would take a last field too many for none, where
   * it is empty. Everything else that is wrong with the number of fields DuckDB refuses itself.
   */
  isPlain = true;
  /** Lines that are not blank; the last counts from `end` on. */
  lines = 0;
  blankLines = 0;
  /** Bytes of the longest line, its end included. */
  longest = 0;
  private readonly delimiter: number;
  /** Bytes of the line so far, and the last of them. */
  private bytes = 0;
  private last = 0;

  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  push(piece: Buffer): void {
    if (!this.isPlain || piece.length === 0) return;
    if (piece.includes(QUOTE) || piece.includes(CR)) {
      this.isPlain = false;
      return;
    }
    let from = 0;
    for (let at = piece.indexOf(LF); at >= 0; at = piece.indexOf(LF, from)) {
      this.bytes += at - from;
      this.endLine(at > from ? piece[at - 1]! : this.last, this.bytes);
      this.bytes = 0;
      from = at + 1;
    }
    this.bytes += piece.length - from;
    this.last = piece.at(-1)!;
  }

  /** Tells that there is no more. */
  end(): void {
    if (this.bytes > 0) this.endLine(this.last, this.bytes);
    this.bytes = 0;
  }

  private endLine(last: number, bytes: number): void {
    if (bytes === 0) this.blankLines++;
    else {
      this.lines++;
      if (bytes >= this.longest) this.longest = bytes + 1;
      if (last === this.delimiter) this.isPlain = false;
    }
  }
}
