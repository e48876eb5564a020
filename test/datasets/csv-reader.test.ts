/** The reader of CSV against texts whose records are known because they were written from them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordJudge } from '../../lambdas/datasets/files/judge-records.ts';
import { PlainLines } from '../../lambdas/datasets/files/plain-lines.ts';
import { readUpload } from './hostile/read-upload.ts';

const SEPARATORS = [',', ';', '\t', '|'] as const;
const LINE_ENDS = ['\n', '\r\n', '\r'] as const;

interface Written {
  readonly rows: readonly (readonly string[])[];
  readonly separator: (typeof SEPARATORS)[number];
  readonly lineEnd: string;
  readonly hasBom: boolean;
  readonly endsLine: boolean;
  /** Whether values are quoted that need not be. */
  readonly isQuoted: boolean;
}

const aValue = fc.string({
  unit: fc.constantFrom(
    'a',
    '7',
    'é',
    '"',
    "'",
    ',',
    ';',
    '\t',
    '|',
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\\',
    '#',
    '_',
  ),
  maxLength: 6,
});
const aText: fc.Arbitrary<Written> = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.record({
    rows: fc.array(fc.array(aValue, { minLength: columns, maxLength: columns }), {
      minLength: 1,
      maxLength: 8,
    }),
    separator: fc.constantFrom(...SEPARATORS),
    lineEnd: fc.constantFrom(...LINE_ENDS),
    hasBom: fc.boolean(),
    endsLine: fc.boolean(),
    isQuoted: fc.boolean(),
  }),
);

const namesOf = ({ rows }: Written) => rows[0]!.map((_, at) => `name${at}`);

/** By RFC 4180. A value is quoted where it has to be, and where it begins or ends with a blank or might be another separator's. */
function textOf(written: Written): string {
  const { rows, separator, lineEnd, hasBom, endsLine, isQuoted } = written;
  const field = (value: string) =>
    isQuoted || /[",;\t|\r\n]|^ | $|^$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  const lines = [namesOf(written), ...rows.map((row) => row.map(field))].map((row) => row.join(separator));
  return (hasBom ? '\ufeff' : '') + lines.join(lineEnd) + (endsLine ? lineEnd : '');
}

/** Cuts bytes at any places. */
function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const settings = { target: 'name0', columns: [], uploads: 'snapshot', minimumRows: 1 } as const;

describe('a text of CSV', () => {
  it('gives the values that it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(aText, fc.boolean(), async (written, isBig) => {
        const { rows } = written;
        // above the size up to which a file is read at once; the rows of the text come first
        const more = isBig ? 3_000 : 0;
        const filler = Array.from({ length: more }, () => rows[0]!.map(() => 'x'.repeat(90)));
        const text = textOf({ ...written, rows: [...rows, ...filler] });
        const read = await readUpload({ 'a.csv': text }, settings);
        const told = `${JSON.stringify(text.slice(0, 500))}: ${JSON.stringify(read.says)}`;
        const unreadable = read.says.filter(([check]) => check === 'files-readable');
        expect(unreadable, told).toEqual([]);
        expect(read.rows, told).toBe(rows.length + more);
        for (const [at, name] of namesOf(written).entries()) {
          const values = rows.map((row) => (row[at] === '' ? null : row[at]!));
          if (read.schema.columns[at]!.type !== 'string') continue;
          expect(read.values[name]!.slice(0, values.length), told).toEqual(values);
        }
      }),
      { numRuns: 50 },
    );
  }, 120_000);

  it('with a field too many or too few names the row', async () => {
    await fc.assert(
      fc.asyncProperty(aText, fc.nat(), fc.boolean(), async (written, choice, isMore) => {
        const columns = written.rows[0]!.length;
        // of a header of one column nobody can tell the separator
        fc.pre(columns > 2 || (columns === 2 && isMore));
        const bad = choice % written.rows.length;
        const rows = written.rows.map((row, at) => {
          if (at !== bad) return row;
          return isMore ? [...row, 'z'] : row.slice(1);
        });
        const { says } = await readUpload(
          { 'a.csv': textOf({ ...written, rows: [written.rows[0]!, ...rows] }) },
          settings,
        );
        const fields = columns + (isMore ? 1 : -1);
        expect(says[0]![1]).toContain(
          `File "a.csv", row ${bad + 2} has ${fields} fields, the header has ${columns}`,
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('however a text is cut into pieces', () => {
  it('its records are the same', () => {
    fc.assert(
      fc.property(aText, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (written, cuts, isMended) => {
        const { separator, rows } = written;
        const mended: Buffer[] = [];
        const judge = new RecordJudge({
          dialect: { delimiter: separator, escape: '"' },
          names: namesOf(written),
          ...(isMended && { onMended: (bytes: Buffer) => mended.push(Buffer.from(bytes)) }),
        });
        const text = textOf({ ...written, hasBom: false });
        for (const piece of inPieces(Buffer.from(text), cuts)) judge.push(piece);
        judge.end();
        expect(judge.wrong).toBeUndefined();
        expect(judge.rows).toBe(rows.length);
        const asMended = textOf({ ...written, hasBom: false, lineEnd: '\n' });
        if (isMended) expect(Buffer.concat(mended).toString()).toBe(asMended);
      }),
      { numRuns: 2_000 },
    );
  });

  it('its lines are the same, where no value is quoted', () => {
    const aLine = fc.string({ unit: fc.constantFrom('a', 'é', ',', ' '), maxLength: 12 });
    const lines = fc.array(aLine, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (given, cuts, endsLine) => {
        const plain = new PlainLines(',');
        const bytes = Buffer.from(given.join('\n') + (endsLine ? '\n' : ''));
        for (const piece of inPieces(bytes, cuts)) plain.push(piece);
        plain.end();
        // behind the last line end there is no line
        const all = endsLine || given.at(-1) !== '' ? given : given.slice(0, -1);
        expect(plain.isPlain).toBe(!all.some((line) => line.endsWith(',')));
        if (!plain.isPlain) return;
        expect([plain.lines, plain.blankLines]).toEqual([
          all.filter((line) => line !== '').length,
          all.filter((line) => line === '').length,
        ]);
        const longest = Math.max(
          0,
          ...all.filter((line) => line !== '').map((line) => Buffer.byteLength(line) + 1),
        );
        expect(plain.longest).toBe(longest);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['"', '\r'])('lines with %j have to be looked at one by one', (byte) => {
    const plain = new PlainLines(',');
    for (const piece of ['a,b\n1,', byte, '2\n']) plain.push(Buffer.from(piece));
    plain.end();
    expect(plain.isPlain).toBe(false);
  });
});
