/** Types an upload's rows and counts what the rules ask about. */
import { type DuckDb, identifier, literal } from '../../shared/duckdb.ts';
import type { ColumnSettings, DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema, SchemaColumn } from '../contract.ts';
import { columnTypeOf, inferredRole, knownSchema, type SourceColumn } from '../schema/schema.ts';
import { labelExpression, rawExpression, typedExpression } from '../schema/typed-columns.ts';
import type { ColumnFacts, Offence, TableFacts } from './facts.ts';

/** What a table expression is looked at with. */
export interface TableOptions {
  readonly database: DuckDb;
  readonly settings: DatasetSettings;
  readonly headSchema: DatasetSchema | undefined;
  readonly rowsKept: number;
  /** Table expression over all files of the upload. */
  readonly source: string;
}

const NOTHING: Offence = { rows: 0, examples: [] };

/** Facts of the files as one table. Leaves a table `data` of typed columns in schema order. */
export async function inspectTable({
  database,
  settings,
  headSchema,
  rowsKept,
  source,
}: TableOptions): Promise<TableFacts> {
  const sources = await sourceColumns(database, source);
  const schema =
    knownSchema(settings, headSchema) ?? (await inferSchema(database, settings, source, sources));
  await createTypedTable(database, source, sources, schema);

  const present = schema.columns.filter(({ name }) => sources.some((column) => column.name === name));
  const counts = await countMissing(database, source, sources, present);
  const columns: ColumnFacts[] = [];
  for (const [index, column] of present.entries()) {
    columns.push(
      await columnFacts({ database, settings, source, sources }, column, {
        rows: counts.rows!,
        rawMissing: counts[`raw${index}`]!,
        typedMissing: counts[`typed${index}`]!,
      }),
    );
  }
  const target = present.find(({ name }) => name === settings.target);
  return {
    rows: counts.rows!,
    rowsKept,
    schema,
    headSchema,
    present: sources.map(({ name }) => name),
    columns,
    ...(target ? await targetFacts(database, target) : { notBinary: NOTHING, classes: 0 }),
    repeatedKeys: await repeatedKeys(database, settings, present),
  };
}

/** Column names and types of a table expression. */
export async function sourceColumns(database: DuckDb, source: string): Promise<SourceColumn[]> {
  const described = await database.rows<{ column_name: string; column_type: string }>(
    `DESCRIBE SELECT * FROM ${source}`,
  );
  return described.map(({ column_name, column_type }) => ({ name: column_name, sourceType: column_type }));
}

/** Types of an undeclared dataset, from all its values: DuckDB's sniffer looks at a sample only. */
async function inferSchema(
  database: DuckDb,
  settings: DatasetSettings,
  source: string,
  sources: readonly SourceColumn[],
): Promise<DatasetSchema> {
  const columns: SchemaColumn[] = [];
  const candidates = ['integer', 'double', 'timestamp', 'boolean'] as const;
  for (const column of sources) {
    let type = columnTypeOf(column.sourceType);
    if (type === 'string') {
      const raw = rawExpression(column);
      const fits = candidates.map(
        (candidate) => `bool_and(${typedExpression(column, candidate)} IS NOT NULL) AS "${candidate}"`,
      );
      const answer = await database.row<Record<string, boolean | null>>(
        `SELECT ${fits.join(', ')} FROM ${source} WHERE ${raw} IS NOT NULL`,
      );
      type = candidates.find((candidate) => answer[candidate]) ?? 'string';
    }
    columns.push({ name: column.name, type, role: inferredRole(column.name, type, settings) });
  }
  return { columns };
}

/** Creates the table `data`: the schema's columns in order, typed; a column that the files lack is all NULL. */
export async function createTypedTable(
  database: DuckDb,
  source: string,
  sources: readonly SourceColumn[],
  schema: DatasetSchema,
): Promise<void> {
  const expressions = schema.columns.map(({ name, type }) => {
    const column = sources.find((candidate) => candidate.name === name);
    return `${column ? typedExpression(column, type) : 'NULL'} AS ${identifier(name)}`;
  });
  await database.run(`CREATE OR REPLACE TABLE data AS SELECT ${expressions.join(', ')} FROM ${source}`);
}

async function countMissing(
  database: DuckDb,
  source: string,
  sources: readonly SourceColumn[],
  present: readonly SchemaColumn[],
): Promise<Record<string, number>> {
  const raw = present.map(({ name }, index) => {
    const column = sources.find((candidate) => candidate.name === name)!;
    return `, count(*) - count(${rawExpression(column)}) AS raw${index}`;
  });
  const typed = present.map(({ name }, index) => `, count(*) - count(${identifier(name)}) AS typed${index}`);
  return {
    ...(await database.row<Record<string, number>>(`SELECT count(*) AS rows${raw.join('')} FROM ${source}`)),
    ...(await database.row<Record<string, number>>(`SELECT count(*) AS rows${typed.join('')} FROM data`)),
  };
}

interface ColumnCounts {
  readonly rows: number;
  readonly rawMissing: number;
  readonly typedMissing: number;
}

async function columnFacts(
  {
    database,
    settings,
    source,
    sources,
  }: Omit<TableOptions, 'headSchema' | 'rowsKept'> & { sources: readonly SourceColumn[] },
  { name, type }: SchemaColumn,
  { rows, rawMissing, typedMissing }: ColumnCounts,
): Promise<ColumnFacts> {
  const column = sources.find((candidate) => candidate.name === name)!;
  const declared = settings.columns.find((candidate) => candidate.name === name);
  const raw = rawExpression(column);
  const uncastable = typedMissing - rawMissing;
  return {
    name,
    rows,
    missing: rawMissing,
    uncastable:
      uncastable === 0
        ? NOTHING
        : await offence(
            database,
            source,
            raw,
            `${raw} IS NOT NULL AND ${typedExpression(column, type)} IS NULL`,
          ),
    notAllowed: await declaredOffence(database, name, declared && notAllowed(declared)),
    outOfRange: await declaredOffence(database, name, declared && outOfRange(declared)),
  };
}

function notAllowed({ name, allowedValues }: ColumnSettings): string | undefined {
  if (!allowedValues) return undefined;
  return `CAST(${identifier(name)} AS VARCHAR) NOT IN (${allowedValues.map(literal).join(', ') || 'NULL'})`;
}

function outOfRange({ name, minimum, maximum }: ColumnSettings): string | undefined {
  const column = identifier(name);
  const bounds = [];
  if (minimum !== undefined) bounds.push(`${column} < ${minimum}`);
  if (maximum !== undefined) bounds.push(`${column} > ${maximum}`);
  return bounds.length === 0 ? undefined : `(${bounds.join(' OR ')})`;
}

async function declaredOffence(
  database: DuckDb,
  name: string,
  condition: string | undefined,
): Promise<Offence> {
  return condition ? offence(database, 'data', identifier(name), condition) : NOTHING;
}

async function offence(
  database: DuckDb,
  from: string,
  expression: string,
  condition: string,
): Promise<Offence> {
  const found = await database.rows<{ value: string; rows: number; total: number }>(
    `SELECT left(CAST(${expression} AS VARCHAR), 80) AS value, count(*) AS rows,
       CAST(sum(count(*)) OVER () AS BIGINT) AS total
     FROM ${from} WHERE ${condition} GROUP BY 1 ORDER BY rows DESC, value LIMIT 10`,
  );
  return {
    rows: found[0]?.total ?? 0,
    examples: found.map(({ value, rows }) => `${JSON.stringify(value)} (${rows} rows)`),
  };
}

async function targetFacts(
  database: DuckDb,
  target: SchemaColumn,
): Promise<Pick<TableFacts, 'notBinary' | 'classes'>> {
  const label = labelExpression(target);
  const column = identifier(target.name);
  const { classes } = await database.row<{ classes: number }>(
    `SELECT count(DISTINCT ${label}) AS classes FROM data`,
  );
  const condition = `${column} IS NOT NULL AND ${label} IS NULL`;
  return { classes, notBinary: await offence(database, 'data', column, condition) };
}

async function repeatedKeys(
  database: DuckDb,
  { key }: DatasetSettings,
  present: readonly SchemaColumn[],
): Promise<number | undefined> {
  if (!key || !present.some(({ name }) => name === key)) return undefined;
  const column = identifier(key);
  const { repeated } = await database.row<{ repeated: number }>(
    `SELECT count(*) AS repeated FROM (SELECT ${column} FROM data WHERE ${column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)`,
  );
  return repeated;
}
