/** Reads a CSV text once: its header and dialect, and whether its records have to be looked at one by one. */
import { type CsvHead, readCsvHead } from './csv-dialect.ts';
import { hasBom, textContradiction, withoutBom } from './file-format.ts';
import { PlainLines } from './plain-lines.ts';
import type { TextReader } from './read-text.ts';

/** Bytes that the dialect is told from. */
const BEGINNING = 1024 ** 2;
const [LF, CR, QUOTE, BACKSLASH] = [0x0a, 0x0d, 0x22, 0x5c];

export class CsvText implements TextReader {
  head: CsvHead | undefined;
  /** Why there is no header, as the end of a sentence. */
  headProblem: string | undefined;
  /** Lines of the text, when they are its records. */
  lines: PlainLines | undefined;
  /** Where a line begins that has the bytes of the header, in a file of several columns. */
  repeatedHeader: number | undefined;
  /** Whether a quotation mark follows a backslash somewhere: it may be in Spark's dialect. */
  hasBackslashes = false;
  /** Whether the text begins with a blank line. */
  startsBlank = false;
  private begun: Buffer[] = [];
  private begunBytes = 0;
  private isBegun = false;
  /** Bytes before the piece, with those of a byte order mark. */
  private offset = 0;
  private firstLine: Buffer | undefined;
  private tail: Buffer = Buffer.alloc(0);
  private readonly tabs: boolean;

  /** @param tabs whether the name says that only tabs separate. */
  constructor(tabs: boolean) {
    this.tabs = tabs;
  }

  refuse(beginning: Buffer): string | undefined {
    return textContradiction('csv', beginning);
  }

  push(piece: Buffer): void {
    if (this.isBegun) {
      this.look(piece);
      return;
    }
    this.begun.push(piece);
    this.begunBytes += piece.length;
    if (this.begunBytes >= BEGINNING) this.begin();
  }

  /** Tells that there is no more. */
  end(): void {
    if (!this.isBegun) this.begin();
    this.lines?.end();
    const { firstLine, tail } = this;
    const isLast = firstLine && tail.subarray(-firstLine.length).equals(firstLine);
    // the last line may have no end
    if (isLast && [LF, CR].includes(tail.at(-firstLine.length - 1) ?? 0)) {
      this.repeatedHeader ??= this.offset - firstLine.length;
    }
  }

  private begin(): void {
    this.isBegun = true;
    const whole = Buffer.concat(this.begun);
    const text = withoutBom(whole);
    this.begun = [];
    this.offset = hasBom(whole) ? 3 : 0;
    const head = readCsvHead(text, this.tabs);
    if ('problem' in head) {
      this.headProblem = head.problem;
      return;
    }
    this.head = head;
    this.startsBlank = text[0] === LF || text[0] === CR;
    this.lines = new PlainLines(head.dialect.delimiter);
    if (head.names.length > 1) this.firstLine = firstLineOf(text);
    this.look(text);
  }

  private look(piece: Buffer): void {
    if (!this.head) return;
    this.lines!.push(piece);
    this.hasBackslashes ||= piece.includes('\\"') || (piece[0] === QUOTE && this.tail.at(-1) === BACKSLASH);
    if (this.repeatedHeader === undefined && this.firstLine) this.findFirstLine(piece, this.firstLine);
    const kept = (this.firstLine?.length ?? 0) + 2;
    this.tail = Buffer.concat([this.tail, piece.subarray(-kept)]).subarray(-kept);
    this.offset += piece.length;
  }

  private findFirstLine(piece: Buffer, firstLine: Buffer): void {
    const { tail } = this;
    const text = tail.length > 0 ? Buffer.concat([tail, piece]) : piece;
    for (let at = text.indexOf(firstLine); at >= 0; at = text.indexOf(firstLine, at + 1)) {
      const [before, next] = [text[at - 1], text[at + firstLine.length]];
      const isLine = (before === LF || before === CR) && (next === LF || next === CR);
      if (isLine) {
        this.repeatedHeader = this.offset - tail.length + at;
        return;
      }
    }
  }
}

function firstLineOf(text: Buffer): Buffer | undefined {
  let from = 0;
  while (text[from] === LF || text[from] === CR) from++;
  let to = from;
  while (to < text.length && text[to] !== LF && text[to] !== CR) to++;
  return to > from ? text.subarray(from, to) : undefined;
}
