/** Says which record of a CSV text is wrong. */
import { type CsvDialect, type CsvRecord, type CsvViolation, CsvWalker } from './csv-records.ts';
import { LONGEST_LINE } from './read-text.ts';

export interface WrongRow {
  /** What is wrong, as the rest of a sentence that begins with the file's name. */
  readonly problem: string;
  /** 1-based data row; 0 is the header. */
  readonly row: number;
}

export interface JudgeOptions {
  readonly dialect: CsvDialect;
  /** Of the header's columns. */
  readonly names: readonly string[];
  /** As the walker's. */
  readonly onMended?: (bytes: Buffer) => void;
}

const CTRL_Z = 0x1a;

/** Takes a text in any number of pieces and stops at the first wrong record. */
export class RecordJudge {
  readonly walker: CsvWalker;
  wrong: WrongRow | undefined;
  private readonly names: readonly string[];
  private isEnding = false;
  private lastByte: number | undefined;

  constructor({ dialect, names, onMended }: JudgeOptions) {
    this.names = names;
    this.walker = new CsvWalker({
      dialect,
      longestRecord: LONGEST_LINE,
      onMended,
      onRecord: (record) => {
        this.wrong = this.judge(record);
        return this.wrong === undefined;
      },
    });
  }

  /** Data rows that have ended. */
  get rows(): number {
    return Math.max(0, this.walker.records - 1);
  }

  /** @returns false when a record is wrong. */
  push(piece: Buffer): boolean {
    if (this.wrong) return false;
    this.lastByte = piece.at(-1) ?? this.lastByte;
    return this.settle(this.walker.push(piece));
  }

  /** Tells that there is no more. @returns as `push`. */
  end(): boolean {
    if (this.wrong) return false;
    this.isEnding = true;
    return this.settle(this.walker.end());
  }

  private settle(isGoing: boolean): boolean {
    const { violation, records } = this.walker;
    if (violation) {
      const place = records === 0 ? 'the header' : `row ${records}`;
      this.wrong = { problem: SENTENCES[violation](place), row: records };
    }
    return isGoing && this.wrong === undefined;
  }

  private judge({ index, fields, bytes, lastFieldEmpty }: CsvRecord): WrongRow | undefined {
    const { names } = this;
    if (bytes > LONGEST_LINE) return { problem: SENTENCES['too-long'](`row ${index}`), row: index };
    if (fields === names.length) return undefined;
    const wrong = (more = '') => {
      const found = `row ${index} has ${fields} ${fields === 1 ? 'field' : 'fields'}, the header has ${names.length}`;
      return { problem: found + more, row: index };
    };
    if (names.length === 1)
      return wrong(` (${JSON.stringify(names[0])}); the first line has to be the header`);
    if (fields === names.length + 1 && lastFieldEmpty) {
      return wrong('; the last field is empty: remove the separator at the end of the rows');
    }
    // the end of a file under DOS is no row that was cut off
    const isCutOff = this.isEnding && fields < names.length && this.lastByte !== CTRL_Z;
    return wrong(isCutOff ? '; it is the last row: is the file cut off?' : '');
  }
}

const SENTENCES: Readonly<Record<CsvViolation, (place: string) => string>> = {
  'unclosed-quote': (place) => `${place}: a quotation mark is opened and never closed`,
  'text-after-quote': (place) =>
    `${place}: text follows a closing quotation mark; double the marks within a value`,
  'stray-backslash': (place) =>
    `${place}: a backslash stands before neither a quotation mark nor a backslash`,
  'too-long': (place) => `${place} is longer than 16 MiB; is a quotation mark or a line end missing?`,
};
