/** Records of CSV as RFC 4180 has them, byte by byte: to sniff a dialect, to find what is wrong, and to mend line ends. */

export interface CsvDialect {
  readonly delimiter: ',' | ';' | '\t' | '|';
  /** Within quotation marks a mark is doubled (RFC 4180), or follows a backslash as Spark writes it. */
  readonly escape: '"' | '\\';
}

/** What a record looks like, told when it ends. */
export interface CsvRecord {
  /** 0 is the header. Lines with nothing on them are no records. */
  readonly index: number;
  readonly fields: number;
  /** Bytes of the record, its line end included. */
  readonly bytes: number;
  readonly lastFieldEmpty: boolean;
}

export type CsvViolation = 'text-after-quote' | 'unclosed-quote' | 'stray-backslash' | 'too-long';

const [QUOTE, BACKSLASH, LF, CR, SPACE] = [0x22, 0x5c, 0x0a, 0x0d, 0x20];

/** Numbers, because every byte of a file is compared with them. `Blank`: blanks before what may be a quotation mark. */
const State = {
  RecordStart: 0,
  FieldStart: 1,
  Blank: 2,
  Unquoted: 3,
  Quoted: 4,
  Escaped: 5,
  AfterQuote: 6,
} as const;
type State = (typeof State)[keyof typeof State];

/** Ways in which a record can end, as bits. */
const LineEnd = { LF: 1, CRLF: 2, CR: 4 } as const;

export interface CsvWalkerOptions {
  readonly dialect: CsvDialect;
  /** Return false to stop. */
  readonly onRecord: (record: CsvRecord) => boolean;
  /** Gets the bytes again with every record ended by one LF, and without blank lines. */
  readonly onMended?: (bytes: Buffer) => void;
  /** Bytes that a record may have. @default - any number */
  readonly longestRecord?: number;
}

/** Walks through the bytes of a file in any number of pieces; memory does not grow. */
export class CsvWalker {
  /** Records that have ended. */
  records = 0;
  blankLines = 0;
  /** Bytes of the longest record that has ended. */
  longest = 0;
  violation: CsvViolation | undefined;
  private state: State = State.RecordStart;
  private fields = 1;
  private fieldEmpty = true;
  private afterCr = false;
  private lineEnds = 0;
  /** Bytes of earlier pieces, and where in the text the record begins. */
  private offset = 0;
  private recordStart = 0;
  private readonly delimiter: number;
  private readonly backslash: boolean;
  private readonly options: CsvWalkerOptions;

  constructor(options: CsvWalkerOptions) {
    this.options = options;
    this.delimiter = options.dialect.delimiter.charCodeAt(0);
    this.backslash = options.dialect.escape === '\\';
  }

  /** Whether the text so far ends within a record. */
  get isWithinRecord(): boolean {
    return this.state !== State.RecordStart;
  }

  /** Whether records end in more than one way. */
  get hasMixedLineEnds(): boolean {
    return ![0, LineEnd.LF, LineEnd.CRLF, LineEnd.CR].includes(
      this.lineEnds | (this.afterCr ? LineEnd.CR : 0),
    );
  }

  /** @returns false when the walk is over: a violation, or `onRecord` said so. */
  push(chunk: Buffer): boolean {
    const { onMended, longestRecord = Number.POSITIVE_INFINITY } = this.options;
    const mended = onMended ? Buffer.allocUnsafe(chunk.length) : undefined;
    const end = chunk.length;
    let length = 0;
    let at = 0;
    let going = true;
    while (at < end && going) {
      const from = at;
      at = this.skip(chunk, at);
      if (mended && at > from) length += chunk.copy(mended, length, from, at);
      if (at === end) break;
      const byte = chunk[at++]!;
      if (this.afterCr) {
        this.afterCr = false;
        this.lineEnds |= byte === LF ? LineEnd.CRLF : LineEnd.CR;
        this.recordStart = this.offset + at - (byte === LF ? 0 : 1);
        if (byte === LF) continue;
      }
      const isLineEnd =
        (byte === LF || byte === CR) && this.state !== State.Quoted && this.state !== State.Escaped;
      if (isLineEnd) {
        if (byte === CR) this.afterCr = true;
        else this.lineEnds |= LineEnd.LF;
        if (mended && this.state !== State.RecordStart) mended[length++] = LF;
        going = this.endLine(this.offset + at);
      } else {
        if (mended) mended[length++] = byte;
        this.step(byte);
        going = this.violation === undefined;
      }
    }
    this.offset += at;
    if (going && this.offset - this.recordStart > longestRecord) {
      this.violation = 'too-long';
      going = false;
    }
    if (mended && length > 0) onMended!(mended.subarray(0, length));
    return going;
  }

  /** Tells that there is no more. @returns as `push`. */
  end(): boolean {
    if (this.state === State.Quoted || this.state === State.Escaped) {
      this.violation = 'unclosed-quote';
      return false;
    }
    return this.state === State.RecordStart || this.endLine(this.offset);
  }

  /** Over bytes that change nothing. This is where most of the time goes. */
  private skip(chunk: Buffer, from: number): number {
    let at = from;
    const end = chunk.length;
    if (this.state === State.Unquoted) {
      const { delimiter } = this;
      while (at < end) {
        const byte = chunk[at]!;
        if (byte === LF || byte === CR) break;
        if (byte === delimiter) {
          const next = chunk[at + 1];
          const isPlain = next !== undefined && next !== delimiter && next > SPACE && next !== QUOTE;
          if (!isPlain) break;
          this.fields++;
        }
        at++;
      }
    } else if (this.state === State.Quoted) {
      const mark = this.backslash ? BACKSLASH : QUOTE;
      for (; at < end; at++) {
        const byte = chunk[at]!;
        if (byte === QUOTE || byte === mark) break;
      }
    }
    return at;
  }

  private step(byte: number): void {
    switch (this.state) {
      case State.RecordStart:
      case State.FieldStart:
      case State.Blank:
        if (byte === this.delimiter) this.nextField();
        else {
          this.fieldEmpty = false;
          this.state = byte === QUOTE ? State.Quoted : byte === SPACE ? State.Blank : State.Unquoted;
        }
        return;
      case State.Unquoted:
        if (byte === this.delimiter) this.nextField();
        return;
      case State.Quoted:
        if (byte === BACKSLASH && this.backslash) this.state = State.Escaped;
        else if (byte === QUOTE) this.state = State.AfterQuote;
        return;
      case State.Escaped:
        if (byte !== QUOTE && byte !== BACKSLASH) this.violation = 'stray-backslash';
        this.state = State.Quoted;
        return;
      case State.AfterQuote:
        if (byte === this.delimiter) this.nextField();
        else if (byte === QUOTE && !this.backslash) this.state = State.Quoted;
        else if (byte !== SPACE) this.violation = 'text-after-quote';
    }
  }

  private nextField(): void {
    this.fields++;
    this.fieldEmpty = true;
    this.state = State.FieldStart;
  }

  /** @param offset in the text, behind the line end. */
  private endLine(offset: number): boolean {
    const bytes = offset - this.recordStart;
    this.recordStart = offset;
    if (this.state === State.RecordStart) {
      if (bytes > 0) this.blankLines++;
      return true;
    }
    const record: CsvRecord = {
      index: this.records,
      fields: this.fields,
      bytes,
      lastFieldEmpty: this.fieldEmpty,
    };
    this.records++;
    this.longest = Math.max(this.longest, bytes);
    this.fields = 1;
    this.fieldEmpty = true;
    this.state = State.RecordStart;
    return this.options.onRecord(record);
  }
}
