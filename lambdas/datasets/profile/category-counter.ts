/** Counts the distinct texts of one column as they come, in any order: listed ones, all others, lengths, types. */
import { emptySketch, encodeSketch } from './distinct-sketch.ts';
import type { CategoryCounts, Lengths, TextTypes } from './measures.ts';

/** Values outside the list that a report names. */
const NAMED_VALUES = 10;
/** Index is the code that `textTypeCode` gives. */
const TYPES = ['integer', 'double', 'boolean', 'string'] as const;

/** SQL of the code of what a text could be read as. */
export const textTypeCode = (text: string): string =>
  `CASE WHEN regexp_full_match(${text}, '[+-]?[0-9]+') THEN 0 WHEN TRY_CAST(${text} AS DOUBLE) IS NOT NULL THEN 1
    WHEN lower(${text}) IN ('true', 'false') THEN 2 ELSE 3 END`;

export interface TextGroup {
  readonly text: string;
  readonly rows: number;
  /** Code points. */
  readonly length: number;
  readonly typeCode: number;
  readonly register: number;
  readonly rank: number;
}

export class CategoryCounter {
  missing = 0;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #counts: number[];
  readonly #types = [0, 0, 0, 0];
  readonly #sketch = emptySketch();
  #other = 0;
  /** The most frequent so far, in order. */
  #newValues: { readonly text: string; readonly rows: number }[] = [];
  #lengths: Lengths | undefined;

  constructor(values: readonly string[]) {
    this.#positions = new Map(values.map((value, position) => [value, position]));
    this.#counts = new Array<number>(values.length).fill(0);
  }

  add(group: TextGroup): void {
    const { text, rows, length, typeCode, register, rank } = group;
    const position = this.#positions.get(text);
    if (position === undefined) this.#addNew(text, rows);
    else this.#counts[position] = rows;
    const { min = length, max = length, sum = 0 } = this.#lengths ?? {};
    this.#lengths = { min: Math.min(min, length), max: Math.max(max, length), sum: sum + length * rows };
    this.#types[typeCode]! += rows;
    if (rank > this.#sketch[register]!) this.#sketch[register] = rank;
  }

  get categories(): CategoryCounts {
    return {
      counts: this.#counts,
      other: this.#other,
      newValues: this.#newValues.map(({ text }) => text),
    };
  }

  get lengths(): Lengths | undefined {
    return this.#lengths;
  }

  get textTypes(): TextTypes {
    const counted = TYPES.map((type, code) => [type, this.#types[code]!] as const);
    return Object.fromEntries(counted.filter(([, rows]) => rows > 0).sort());
  }

  get sketch(): string {
    return encodeSketch(this.#sketch);
  }

  #addNew(text: string, rows: number): void {
    this.#other += rows;
    const last = this.#newValues.at(-1);
    if (this.#newValues.length === NAMED_VALUES && last && rows < last.rows) return;
    this.#newValues = [...this.#newValues, { text, rows }]
      .sort((a, b) => b.rows - a.rows || byCodePoint(a.text, b.text))
      .slice(0, NAMED_VALUES);
  }
}

/** UTF-8's bytes are in the order of code points; JavaScript's own order is not, beyond U+FFFF. */
const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
