/** Text becomes a type exactly where a reference in another language says so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { byMacro, defineConversions, fromText } from '../../lambdas/datasets/schema/typed-columns.ts';
import { type DuckDb, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { ColumnType } from '../../lambdas/shared/settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftless-typed-'));
afterAll(() => rmSync(directory, { recursive: true }));

const bare = (text: string) => text.replace(/^[ \t]+|[ \t]+$/g, '');

/** Whole numbers of 64 bits as digits. */
function integerOf(text: string): string | null {
  const digits = /^([+-]?\d+)(\.0*)?$/.exec(bare(text))?.[1];
  if (digits === undefined) return null;
  const value = BigInt(digits.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? String(value) : null;
}

function doubleOf(text: string): number | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(bare(text))) return null;
  const value = Number(bare(text));
  return Number.isFinite(value) ? value : null;
}

function booleanOf(text: string): boolean | null {
  const word = bare(text).toLowerCase();
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : null;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)([T ](\d\d):(\d\d)(:(\d\d)(\.\d{1,9})?)?( ?(Z|z|[+-]\d\d(:?\d\d)?))?)?$/;

/** Microseconds since 1970, UTC, as digits; what is finer is cut off. */
function timeOf(text: string): string | null {
  const parts = TIME.exec(bare(text));
  if (!parts || parts[1] === '0000') return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 5, 6, 8].map((at) => Number(parts[at] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  // ISO 8601's end of the day; DuckDB knows it without a zone
  const isDaysEnd =
    hour === 24 && minute === 0 && second === 0 && !/[1-9]/.test(parts[9] ?? '') && !parts[10];
  if (!isDay || (hour > 23 && !isDaysEnd) || minute > 59 || second > 59) return null;
  const zone = parts[11] ?? 'Z';
  const [hours, minutes] = /^z$/i.test(zone)
    ? [0, 0]
    : [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  const offset = (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  const micros = (parts[9] ?? '.').slice(1, 7).padEnd(6, '0');
  const millis = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 - offset;
  return String(BigInt(millis) * 1000n + BigInt(micros));
}

const digits = fc.constantFrom(
  '0',
  '1',
  '7',
  '00',
  '12',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
);
const sign = fc.constantFrom('', '', '+', '-', '--');
const blanks = fc.constantFrom('', '', '', ' ', '\t ');
const aNumber = fc
  .tuple(
    blanks,
    sign,
    digits,
    fc.constantFrom('', '.', '.0', '.5', '.000', '_0', ',0'),
    fc.constantFrom('', '', 'e5', 'E-3', 'e+400', 'e', 'x'),
    blanks,
  )
  .map((parts) => parts.join(''));
const aWord = fc.constantFrom('true', 'FALSE', ' True ', 'yes', 't', '', 'null', '.', '-', 'é');
const two = fc.constantFrom(
  '00',
  '01',
  '02',
  '12',
  '13',
  '23',
  '24',
  '28',
  '29',
  '30',
  '31',
  '59',
  '60',
  '1',
  '1a',
  '+1',
);
const aTime = fc
  .tuple(
    blanks,
    fc.constantFrom('2001', '2024', '1900', '0001', '9999', '0000', '20011', '201'),
    fc.constantFrom('-', '-', '-', '/'),
    two,
    fc.constant('-'),
    two,
    fc.oneof(
      fc.constant(''),
      fc
        .tuple(
          fc.constantFrom(' ', 'T', 't'),
          two,
          fc.constant(':'),
          two,
          fc.constantFrom('', ':00', ':59', ':60', ':5', ':00.5', ':00.123456', ':07.987654321', ':00.'),
          fc.constantFrom('', '', 'Z', 'z', '+02:00', '-0330', ' +01', ' UTC'),
        )
        .map((parts) => parts.join('')),
    ),
    blanks,
  )
  .map((parts) => parts.join(''));

async function convert(database: DuckDb, texts: readonly string[], type: ColumnType) {
  const value = (conversion: typeof fromText) => {
    const typed = conversion('x', type);
    if (type === 'integer') return `CAST(${typed} AS VARCHAR)`;
    return type === 'timestamp' ? `CAST(epoch_us(${typed}) AS VARCHAR)` : typed;
  };
  const given = texts.map((text, at) => `(${at}, ${literal(text)})`).join(', ');
  return database.rows<{ x: string; plain: unknown; macro: unknown }>(
    `SELECT x, ${value(fromText)} AS plain, ${value(byMacro)} AS macro FROM (VALUES ${given}) AS given (place, x) ORDER BY place`,
  );
}

it.each([
  ['integer', aNumber, integerOf],
  ['double', aNumber, doubleOf],
  ['boolean', fc.oneof(aWord, aNumber), booleanOf],
  ['timestamp', aTime, timeOf],
  ['integer', fc.oneof(aWord, aTime), integerOf],
  ['double', fc.oneof(aWord, aTime), doubleOf],
  ['timestamp', fc.oneof(aWord, aNumber), timeOf],
] as const)('to %s', async (type, texts, reference) => {
  await withDuckDb(directory, async (database) => {
    await defineConversions(database);
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 300, size: 'max' }), async (given) => {
        const found = await convert(database, given, type);
        expect(found).toEqual(given.map((x) => ({ x, plain: reference(x), macro: reference(x) })));
      }),
      { numRuns: 15 },
    );
  });
});
