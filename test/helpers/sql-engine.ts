/** A second engine: each measure as one plain SQL statement, made from its definition alone. Slow, and for comparison. */
import type { Measure, MeasureName } from '../../lambdas/datasets/profile/measures.ts';
import { type DuckDb, identifier, literal } from '../../lambdas/shared/duckdb.ts';

type Row = Record<string, number | string | null>;

/** The measure's value; undefined for what SQL has no function for (sketches, moments of order 3 and 4 by fsum). */
export async function measureBySql(database: DuckDb, table: string, measure: Measure): Promise<unknown> {
  const render = SQL[measure.measure];
  if (!render) return undefined;
  const rows = await database.rows<Row>(render(table, measure));
  return READ[measure.measure]?.(rows, measure) ?? rows[0]!.value;
}

const number = ({ column }: Measure) => `CAST(${identifier(column!)} AS DOUBLE)`;
const text = ({ column }: Measure) => `CAST(${identifier(column!)} AS VARCHAR)`;
const countIf = (condition: (measure: Measure) => string) => (table: string, measure: Measure) =>
  `SELECT count(*) AS value FROM ${table} WHERE ${condition(measure)}`;

const SQL: Partial<Record<MeasureName, (table: string, measure: Measure) => string>> = {
  rows: countIf(() => 'true'),
  missing: countIf(({ column }) => `${identifier(column!)} IS NULL`),
  nan: countIf((measure) => `isnan(${number(measure)})`),
  infinite: countIf((measure) => `isinf(${number(measure)})`),
  negativeInfinite: countIf((measure) => `${number(measure)} = '-inf'::DOUBLE`),
  zeros: countIf((measure) => `${number(measure)} = 0`),
  negatives: countIf((measure) => `isfinite(${number(measure)}) AND ${number(measure)} < 0`),
  outside: countIf((measure) => {
    const x = number(measure);
    return `isfinite(${x}) AND NOT (${x} >= ${double(measure.range!.min)} AND ${x} <= ${double(measure.range!.max)})`;
  }),
  range: (table, measure) =>
    `SELECT min(${number(measure)}) AS min, max(${number(measure)}) AS max FROM ${table} WHERE isfinite(${number(measure)})`,
  grid: (table, measure) => {
    const x = number(measure);
    const bins = measure.edges!.map((edge, bin) => `WHEN x <= ${double(edge)} THEN ${bin}`);
    return `SELECT CASE ${bins.join(' ')} ELSE ${bins.length} END AS bin, count(*) AS count, fsum(x) AS sum
      FROM (SELECT ${x} AS x FROM ${table} WHERE isfinite(${x})) GROUP BY 1`;
  },
  categories: (table, measure) =>
    `SELECT ${text(measure)} AS text, count(*) AS count FROM ${table} WHERE text IS NOT NULL GROUP BY 1
     ORDER BY count DESC, text`,
  lengths: (table, measure) =>
    `SELECT min(length(${text(measure)})) AS min, max(length(${text(measure)})) AS max,
       CAST(sum(length(${text(measure)})) AS DOUBLE) AS sum FROM ${table}`,
};

const READ: Partial<Record<MeasureName, (rows: Row[], measure: Measure) => unknown>> = {
  range: ([row]) => row,
  lengths: ([row]) => row,
  grid: (rows, { edges }) => {
    const of = (name: string) =>
      Array.from({ length: edges!.length + 1 }, (_, bin) => rows.find((row) => row.bin === bin)?.[name] ?? 0);
    return { counts: of('count'), sums: of('sum') };
  },
  categories: (rows, { values }) => {
    const counts = new Map(rows.map((row) => [row.text, row.count as number]));
    const others = rows.filter((row) => !values!.includes(row.text as string));
    return {
      counts: values!.map((value) => counts.get(value) ?? 0),
      other: others.reduce((sum, row) => sum + (row.count as number), 0),
      newValues: others.slice(0, 10).map((row) => row.text),
    };
  },
};

const double = (value: number) => `${literal(String(value))}::DOUBLE`;
