/** Reads a CSV text once: its header and dialect, and whether every record has as many fields as the header. */
import { type CsvHead, readCsvHead } from './csv-dialect.ts';
import { textContradiction, withoutBom } from './file-format.ts';
import { RecordJudge, type WrongRow } from './judge-records.ts';
import type { TextReader } from './read-text.ts';

/** Bytes that the dialect is told from. */
const BEGINNING = 1024 ** 2;
const [LF, CR] = [0x0a, 0x0d];

export class CsvText implements TextReader {
  head: CsvHead | undefined;
  /** Why there is no header, as the end of a sentence. */
  headProblem: string | undefined;
  /** The first data row that is wrong in the dialect of RFC 4180. */
  wrong: WrongRow | undefined;
  /** Data row that has the header's bytes again, where the header has several columns. */
  repeatedHeader: number | undefined;
  /** Whether a quotation mark follows a backslash somewhere: it may be in Spark's dialect. */
  hasBackslashes = false;
  private judge: RecordJudge | undefined;
  private begun: Buffer[] = [];
  private begunBytes = 0;
  private firstLine: Buffer | undefined;
  private tail = Buffer.alloc(0);
  private startsBlank = false;
  private readonly tabs: boolean;

  /** @param tabs whether the name says that only tabs separate. */
  constructor(tabs: boolean) {
    this.tabs = tabs;
  }

  refuse(beginning: Buffer): string | undefined {
    return textContradiction('csv', beginning);
  }

  push(piece: Buffer): void {
    if (this.judge || this.headProblem) {
      this.walk(piece);
      return;
    }
    this.begun.push(piece);
    this.begunBytes += piece.length;
    if (this.begunBytes >= BEGINNING) this.begin();
  }

  /** Looks at what has come so far; more may come only where there is more than the beginning. */
  flush(): void {
    if (!this.judge && !this.headProblem) this.begin();
  }

  /** Tells that there is no more. */
  end(): void {
    this.flush();
    this.judge?.end();
    this.wrong = this.judge?.wrong;
  }

  /** Row in which the text so far ends, 0 for the header, and whether it ends within it. */
  get place(): { readonly row: number; readonly isWithin: boolean } {
    const walker = this.judge?.walker;
    return { row: walker?.records ?? 0, isWithin: walker?.isWithinRecord ?? true };
  }

  /** Data rows. */
  get rows(): number {
    return this.judge?.rows ?? 0;
  }

  /** Bytes of the longest record. */
  get longest(): number {
    return this.judge?.walker.longest ?? 0;
  }

  get blankLines(): number {
    return this.judge?.walker.blankLines ?? 0;
  }

  /** Whether DuckDB would stumble over line ends although nothing is wrong with them. */
  get needsMending(): boolean {
    const isOneColumn = this.head?.names.length === 1;
    const isMixed = this.judge?.walker.hasMixedLineEnds ?? false;
    return isMixed || this.startsBlank || (isOneColumn && this.blankLines > 0);
  }

  private begin(): void {
    const text = withoutBom(Buffer.concat(this.begun));
    this.begun = [];
    const head = readCsvHead(text, this.tabs);
    if ('problem' in head) {
      this.headProblem = head.problem;
      return;
    }
    this.head = head;
    this.startsBlank = text[0] === LF || text[0] === CR;
    this.judge = new RecordJudge(head);
    if (head.names.length > 1) this.firstLine = firstLineOf(text);
    this.walk(text);
  }

  private walk(piece: Buffer): void {
    this.hasBackslashes ||= piece.includes('\\"') || (piece[0] === 0x22 && this.tail.at(-1) === 0x5c);
    const again = this.judge && this.repeatedHeader === undefined ? this.findFirstLine(piece) : undefined;
    if (again === undefined) this.judge?.push(piece);
    else {
      this.judge!.push(piece.subarray(0, again));
      const { row } = this.place;
      // not where it stands within quotation marks
      if (row > 0 && (again === 0 || !this.place.isWithin)) this.repeatedHeader = row;
      this.judge!.push(piece.subarray(again));
    }
    const kept = Math.max(1, (this.firstLine?.length ?? 0) + 1);
    this.tail = Buffer.concat([this.tail, piece.subarray(-kept)]).subarray(-kept);
  }

  /** Where in the piece a line begins that is the first line again; 0 also where it begins before the piece. */
  private findFirstLine(piece: Buffer): number | undefined {
    const { firstLine, tail } = this;
    if (!firstLine) return undefined;
    const text = tail.length > 0 ? Buffer.concat([tail, piece]) : piece;
    for (let at = text.indexOf(firstLine); at >= 0; at = text.indexOf(firstLine, at + 1)) {
      const before = text[at - 1];
      const next = text[at + firstLine.length];
      const ends = next === undefined || next === LF || next === CR;
      if (ends && (before === LF || before === CR)) return Math.max(0, at - tail.length);
    }
    return undefined;
  }
}

function firstLineOf(text: Buffer): Buffer | undefined {
  let from = 0;
  while (text[from] === LF || text[from] === CR) from++;
  let to = from;
  while (to < text.length && text[to] !== LF && text[to] !== CR) to++;
  return to > from ? text.subarray(from, to) : undefined;
}
