/** Counts of what each column holds, in few scans of the table `data`. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { isNullable } from '../schema/evolution.ts';
import { type AggregateResult, firstLine, runAggregates } from './aggregates.ts';
import { type ColumnCondition, columnConditions } from './column-conditions.ts';
import { type ColumnFacts, NO_OFFENCE, type Offence, type OffenceKind } from './fact-types.ts';
import { firstOffenders, type OffendingRows, type Showing } from './offending-rows.ts';

export interface ColumnFactsOptions {
  readonly database: DuckDb;
  readonly settings: DatasetSettings;
  readonly schema: DatasetSchema;
  /** Names of columns that the files have. */
  readonly present: ReadonlySet<string>;
  readonly head?: { readonly profile: DatasetProfile };
  readonly showing: Showing;
}

type Summary = 'filled' | 'minimum' | 'maximum' | 'only';

/** What is asked about one column. */
interface Question {
  readonly column: SchemaColumn;
  readonly summaries: Readonly<Partial<Record<Summary, string>>>;
  readonly conditions: readonly ColumnCondition[];
}

interface Answers {
  readonly summaries: ReadonlyMap<Summary, unknown>;
  /** Offenders by condition, in the order of the question. */
  readonly counts: readonly (number | undefined)[];
  readonly errors: readonly string[];
}

/** Facts of every column of the schema, in its order. */
export async function collectColumnFacts(options: ColumnFactsOptions, rows: number): Promise<ColumnFacts[]> {
  const { database, schema } = options;
  const questions = schema.columns.map((column) => questionOf(options, column));
  const answers = await answer(database, questions);
  const uncastable = await countUncastable(database);
  const facts: ColumnFacts[] = [];
  for (const [index, question] of questions.entries()) {
    const counted = { rows, uncastable: uncastable.get(question.column.name) ?? 0 };
    facts.push(await columnFacts(options, question, answers[index]!, counted));
  }
  return facts;
}

function questionOf({ settings, head }: ColumnFactsOptions, column: SchemaColumn): Question {
  const name = identifier(column.name);
  const before = head?.profile.columns.find((candidate) => candidate.name === column.name);
  const isNumber = column.type === 'integer' || column.type === 'double';
  return {
    column,
    summaries: {
      filled: `count(${name})`,
      ...(column.role === 'ignored' ? {} : { only: onlyValue(name) }),
      ...(isNumber
        ? { minimum: `CAST(min(${name}) AS DOUBLE)`, maximum: `CAST(max(${name}) AS DOUBLE)` }
        : {}),
    },
    conditions: columnConditions(column, settings, before),
  };
}

/** The hash of the only value that a column has, an empty text when it has several, NULL when it has none. */
const onlyValue = (name: string) =>
  `CASE WHEN min(${name}) = max(${name}) THEN CAST(hash(min(${name})) AS VARCHAR) WHEN count(${name}) > 0 THEN '' END`;

/**
 * All columns in one scan, and a second one for the conditions that their probes do not rule out: a filtered aggregate
 * costs several times what a minimum and a maximum do, and mostly nothing offends.
 */
async function answer(database: DuckDb, questions: readonly Question[]): Promise<Answers[]> {
  const first = questions.flatMap(({ summaries, conditions }) => [
    ...Object.values(summaries).map((sql) => ({ sql })),
    ...conditions.map((condition) => ({ sql: condition.probe ?? countOf(condition) })),
  ]);
  const results = (await runAggregates(database, first)).values();
  const next = () => results.next().value as AggregateResult;
  const open: { readonly condition: ColumnCondition; readonly resolve: (result: AggregateResult) => void }[] =
    [];
  const answers = questions.map(({ summaries, conditions }) => {
    const errors: string[] = [];
    const found = new Map<Summary, unknown>();
    const counts: (number | undefined)[] = conditions.map(() => undefined);
    const keep = (result: AggregateResult, use: (value: unknown) => void) =>
      'error' in result ? errors.push(result.error) : use(result.value);
    for (const summary of Object.keys(summaries) as Summary[]) {
      keep(next(), (value) => found.set(summary, value));
    }
    for (const [index, condition] of conditions.entries()) {
      const count = (value: unknown) => {
        counts[index] = Number(value ?? 0);
      };
      keep(next(), (value) => {
        if (condition.probe === undefined) count(value);
        else if (!value) count(0);
        else open.push({ condition, resolve: (result) => keep(result, count) });
      });
    }
    return { summaries: found, counts, errors };
  });
  const second = await runAggregates(
    database,
    open.map(({ condition }) => ({ sql: countOf(condition) })),
  );
  for (const [index, { resolve }] of open.entries()) resolve(second[index]!);
  return answers;
}

/** `count_if` is several times as fast as `count(*) FILTER`. Conditions by value are counted one by one, later. */
const countOf = ({ sql, byValue }: ColumnCondition) => (byValue ? '0' : `count_if(${sql})`);

async function countUncastable(database: DuckDb): Promise<Map<string, number>> {
  const counts = await database.rows<{ name: string; rows: number }>(
    `SELECT name, count(*) AS rows FROM (SELECT unnest(map_keys(__bad)) AS name FROM data WHERE __bad IS NOT NULL) GROUP BY name`,
  );
  return new Map(counts.map(({ name, rows }) => [name, rows]));
}

async function columnFacts(
  options: ColumnFactsOptions,
  { column, conditions }: Question,
  { summaries, counts, errors: failed }: Answers,
  { rows, uncastable }: { readonly rows: number; readonly uncastable: number },
): Promise<ColumnFacts> {
  const { database, settings, present } = options;
  const name = identifier(column.name);
  const errors = [...failed];
  const offences: Partial<Record<OffenceKind, Offence>> = {};
  const look = async (kind: OffenceKind, offenders: OffendingRows, count: () => number | Promise<number>) => {
    try {
      offences[kind] = await offence(options, await count(), { role: column.role, ...offenders });
    } catch (error) {
      errors.push(firstLine(error));
    }
  };
  for (const [index, { kind, sql, byValue }] of conditions.entries()) {
    const counted = counts[index];
    if (counted === undefined) continue;
    await look(kind, { condition: sql, value: name }, () =>
      byValue ? countByValue(database, name, sql) : counted,
    );
  }
  if (column.role !== 'ignored') {
    const bad = `__bad[${literal(column.name)}]`;
    await look('uncastable', { condition: `${bad} IS NOT NULL`, value: bad }, () => uncastable);
  }
  const filled = Number(summaries.get('filled') ?? 0);
  const missing = rows - filled - uncastable;
  if (isNeeded(column, settings)) {
    const condition = `${name} IS NULL AND __bad[${literal(column.name)}] IS NULL`;
    await look('missing', { condition }, () => missing);
  }
  const only = summaries.get('only');
  return {
    name: column.name,
    present: isPresent(column, present),
    rows,
    missing,
    offences,
    ...(await finiteRange(database, column, summaries)),
    ...(typeof only === 'string' ? { onlyValue: only } : {}),
    errors: errors.map((error) => `Column "${column.name}" could not be looked at: ${error}`),
  };
}

/** Range of the finite values, and how many are NaN; the range of all tells whether there are others. */
async function finiteRange(
  database: DuckDb,
  { name, type }: SchemaColumn,
  summaries: ReadonlyMap<Summary, unknown>,
): Promise<Pick<ColumnFacts, 'minimum' | 'maximum' | 'nan'>> {
  const [minimum, maximum] = [summaries.get('minimum'), summaries.get('maximum')];
  if (typeof minimum !== 'number' || typeof maximum !== 'number') return {};
  if (type === 'integer') return { minimum, maximum };
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return { minimum, maximum, nan: 0 };
  const column = identifier(name);
  const finite = await database.row<{ minimum: number | null; maximum: number | null; nan: number }>(
    `SELECT min(${column}) FILTER (isfinite(${column})) AS minimum, max(${column}) FILTER (isfinite(${column})) AS maximum,
       count(*) FILTER (isnan(${column})) AS nan FROM data`,
  );
  const range =
    finite.minimum === null || finite.maximum === null
      ? {}
      : { minimum: finite.minimum, maximum: finite.maximum };
  return { ...range, nan: finite.nan };
}

/** Whether every row has to have a value of a column. */
function isNeeded({ name, role }: SchemaColumn, settings: DatasetSettings): boolean {
  if (role === 'target' || role === 'key') return true;
  const declared = settings.columns.find((column) => column.name === name);
  return declared !== undefined && !isNullable(declared, settings);
}

/** Whether files have a column, under its name or another one. */
export function isPresent({ name, aliases = [] }: SchemaColumn, present: ReadonlySet<string>): boolean {
  return present.has(name) || aliases.some((alias) => present.has(alias));
}

async function countByValue(database: DuckDb, name: string, condition: string): Promise<number> {
  const { rows } = await database.row<{ rows: number | null }>(
    `SELECT CAST(sum(rows) AS BIGINT) AS rows FROM (
       SELECT ${name}, count(*) AS rows FROM data WHERE ${name} IS NOT NULL GROUP BY 1) WHERE ${condition}`,
  );
  return rows ?? 0;
}

async function offence(
  { database, showing }: ColumnFactsOptions,
  rows: number,
  offenders: OffendingRows,
): Promise<Offence> {
  return rows === 0 ? NO_OFFENCE : { rows, examples: await firstOffenders(database, offenders, showing) };
}
