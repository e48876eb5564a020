/**
 * Takes measures with DuckDB: it reads and decodes, groups texts, and hands numbers over in chunks to be counted here.
 * For 15 columns of a million rows that is one pass of 0.8 s on two processors. In SQL the histograms take 0.34 s, the
 * moments 0.66 s and the distinct values 0.29 s, each in a scan of its own, and the sums of bins are still to come.
 */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import { CategoryCounter, textTypeCode } from './category-counter.ts';
import { textRank, textRegister } from './distinct-sketch.ts';
import { COLUMNS_AT_ONCE, groupTexts, parts } from './group-texts.ts';
import { type Measure, MeasuredValues } from './measures.ts';
import { NumberCounter } from './number-counter.ts';

/** Numeric columns read in one pass: a chunk of 2,048 rows is then under 1 MB, however wide the table. */
const COLUMNS_PER_PASS = 48;
/** Integers from here on are not all doubles. */
const FIRST_INEXACT = 2 ** 53;
/** Column of the staged table that maps a column's name to a value that is not of its type. */
const BAD_VALUES = '__bad';

/** The values of all measures of a table, a view or a subquery in brackets. */
export async function countMeasures(
  database: DuckDb,
  table: string,
  measures: readonly Measure[],
): Promise<MeasuredValues> {
  const values = new MeasuredValues();
  const missing = new Map<string, number>();
  await countNumbers(database, table, measures, values);
  const texts = measures.filter(({ measure }) => measure === 'categories');
  for (const pass of parts(texts, COLUMNS_AT_ONCE)) {
    await countTexts(database, table, pass, { values, missing });
  }
  await countRows(database, table, measures, { values, missing });
  await countInvalid(database, table, measures, values);
  return values;
}

async function countNumbers(
  database: DuckDb,
  table: string,
  measures: readonly Measure[],
  values: MeasuredValues,
): Promise<void> {
  const grids = measures.filter(({ measure }) => measure === 'grid');
  const integers = new Set(measures.filter(({ isInteger }) => isInteger).map(({ column }) => column!));
  const ranges = new Map(
    measures.filter(({ measure }) => measure === 'outside').map(({ column, range }) => [column, range!]),
  );
  for (let first = 0; first < grids.length; first += COLUMNS_PER_PASS) {
    const pass = grids.slice(first, first + COLUMNS_PER_PASS);
    const counters = pass.map(
      ({ column, edges }) => new NumberCounter({ edges: edges!, range: ranges.get(column)! }),
    );
    const columns = pass.map(
      ({ column }) => `coalesce(CAST(${identifier(column!)} AS DOUBLE), 'nan'::DOUBLE)`,
    );
    for await (const chunk of database.numbers(`SELECT ${columns.join(', ')} FROM ${table}`)) {
      for (const [index, counter] of counters.entries()) {
        counter.add(chunk.columns[index]!, chunk.rowCount);
      }
    }
    for (const [index, counter] of counters.entries()) {
      const column = pass[index]!.column!;
      // NaN or missing: `countRows` tells them apart
      values.set('nan', column, counter.notNumbers);
      values.set('infinite', column, counter.infinite);
      values.set('negativeInfinite', column, counter.negativeInfinite);
      values.set('zeros', column, counter.zeros);
      values.set('negatives', column, counter.negatives);
      values.set('outside', column, counter.outside);
      values.set('moments', column, counter.moments);
      values.set('grid', column, counter.grid);
      values.set('distinct', column, counter.sketch);
      values.set('range', column, counter.range);
      if (integers.has(column)) await exactRange(database, table, column, values);
    }
  }
}

/** Asks for the ends of an integer column as text where doubles cannot tell neighbours apart. */
async function exactRange(database: DuckDb, table: string, column: string, values: MeasuredValues) {
  const range = values.get('range', column);
  if (!range || Math.max(-range.min, range.max) < FIRST_INEXACT) return;
  const name = identifier(column);
  const ends = await database.row<{ min: string; max: string }>(
    `SELECT CAST(min(${name}) AS VARCHAR) AS min, CAST(max(${name}) AS VARCHAR) AS max FROM ${table}`,
  );
  values.set('range', column, { ...range, minText: ends.min, maxText: ends.max });
}

/** Counts the texts of some columns, and their rows without one as missing. */
async function countTexts(
  database: DuckDb,
  table: string,
  measures: readonly Measure[],
  { values, missing }: { readonly values: MeasuredValues; readonly missing: Map<string, number> },
): Promise<void> {
  const columns = measures.map(({ column }) => column!);
  const counters = measures.map((measure) => new CategoryCounter(measure.values!));
  for (const column of columns) missing.set(column, 0);
  const groups = database.chunks(
    `SELECT place, text, CAST(rows AS DOUBLE), CAST(length(text) AS INTEGER), ${textTypeCode('text')},
       ${textRegister('text')}, ${textRank('text')}
     FROM (${groupTexts(table, columns)})`,
  );
  for await (const [places, texts, rows, lengths, typeCodes, registers, ranks] of groups) {
    for (const [index, text] of texts!.entries()) {
      const place = places![index] as number;
      if (text === null) missing.set(columns[place]!, rows![index] as number);
      else {
        counters[place]!.add({
          text: text as string,
          rows: rows![index] as number,
          length: lengths![index] as number,
          typeCode: typeCodes![index] as number,
          register: registers![index] as number,
          rank: ranks![index] as number,
        });
      }
    }
  }
  for (const [place, counter] of counters.entries()) {
    const column = columns[place]!;
    values.set('categories', column, counter.categories);
    values.set('lengths', column, counter.lengths);
    values.set('textTypes', column, counter.textTypes);
    values.set('distinct', column, counter.sketch);
  }
}

/** Counts rows, and missing values where no pass above has counted them or can have met one. */
async function countRows(
  database: DuckDb,
  table: string,
  measures: readonly Measure[],
  { values, missing }: { readonly values: MeasuredValues; readonly missing: ReadonlyMap<string, number> },
): Promise<void> {
  const numeric = new Set(measures.filter(({ measure }) => measure === 'grid').map(({ column }) => column!));
  const asked = measures.filter(({ measure }) => measure === 'missing').map(({ column }) => column!);
  const known = (column: string) =>
    missing.get(column) ?? (numeric.has(column) && values.get('nan', column) === 0 ? 0 : undefined);
  const unknown = asked.filter((column) => known(column) === undefined);
  const counted = await database.row<Record<string, number>>(
    `SELECT ${['count(*) AS rows', ...unknown.map((column, i) => `count(*) - count(${identifier(column)}) AS m${i}`)].join(', ')} FROM ${table}`,
  );
  values.set('rows', undefined, counted.rows!);
  for (const column of asked) {
    const count = known(column) ?? counted[`m${unknown.indexOf(column)}`]!;
    values.set('missing', column, count);
    if (numeric.has(column)) values.set('nan', column, values.get('nan', column) - count);
  }
}

async function countInvalid(
  database: DuckDb,
  table: string,
  measures: readonly Measure[],
  values: MeasuredValues,
): Promise<void> {
  const columns = await database.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${table}`);
  const found = columns.some(({ column_name }) => column_name === BAD_VALUES)
    ? await database.rows<{ name: string; count: number }>(
        `SELECT name, count(*) AS count FROM (SELECT unnest(map_keys(${BAD_VALUES})) AS name FROM ${table}
         WHERE ${BAD_VALUES} IS NOT NULL) GROUP BY 1`,
      )
    : [];
  const counts = new Map(found.map(({ name, count }) => [name, count]));
  for (const { measure, column } of measures) {
    if (measure === 'invalid') values.set('invalid', column, counts.get(column!) ?? 0);
  }
}
