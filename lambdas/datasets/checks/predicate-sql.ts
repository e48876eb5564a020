/**
 * Whether a predicate of the settings is one expression over the columns and nothing else: told from DuckDB's own
 * syntax tree, so that no text can mean something to DuckDB that it does not mean here.
 */
import { type DuckDb, literal } from '../../shared/duckdb.ts';
import type { DatasetSchema } from '../contract.ts';

/** Macros of DuckDB that are plain formulas; others may read settings or the clock. */
const PLAIN_MACROS = new Set(['nullif', 'fmod', 'fdiv', 'round_even', 'roundbankers', 'date_add']);

/** Functions that DuckDB's catalogue calls consistent, though they read settings, variables or the clock. */
const NOT_PLAIN = new Set([
  'age',
  'current_localtime',
  'current_localtimestamp',
  'current_setting',
  'getvariable',
  'json_serialize_plan',
]);

/** Kinds of nodes that are more than an expression over one row. */
const REFUSED: Readonly<Record<string, string>> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  STAR: '*',
  PARAMETER: 'a parameter',
  LAMBDA: 'a lambda function',
  POSITIONAL_REFERENCE: 'a column by its position',
};

interface Node {
  readonly class?: string;
  readonly column_names?: readonly string[];
  readonly function_name?: string;
}

interface SerializedSelect {
  readonly select_list: readonly Node[];
  readonly from_table: { readonly type: string; readonly table_name?: string };
  readonly where_clause: unknown;
  readonly group_expressions: readonly unknown[];
  readonly having: unknown;
  readonly qualify: unknown;
  readonly modifiers: readonly unknown[];
  readonly cte_map: { readonly map: readonly unknown[] };
  readonly sample: unknown;
}

interface Serialized {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly { readonly node: SerializedSelect & { readonly type: string } }[];
}

const NOT_ONE = 'it is not one SQL expression';

/** What is wrong with a predicate, as the end of a sentence; undefined when it may be evaluated. */
export async function predicateFault(
  database: DuckDb,
  sql: string,
  schema: DatasetSchema,
): Promise<string | undefined> {
  const { tree } = await database.row<{ tree: string }>(
    `SELECT CAST(json_serialize_sql(${literal(`SELECT (\n${sql}\n) FROM data`)}) AS VARCHAR) AS tree`,
  );
  const parsed = JSON.parse(tree) as Serialized;
  // what follows a semicolon may be no SELECT
  if (parsed.error_message?.startsWith('Only SELECT')) return NOT_ONE;
  if (parsed.error)
    return `it does not parse: ${parsed.error_message ?? 'no SELECT'}; a name that is a word of SQL stands in "quotation marks"`;
  const select = parsed.statements?.length === 1 ? parsed.statements[0]!.node : undefined;
  if (!select || !isOneExpression(select)) return NOT_ONE;

  const nodes = [...nodesIn(select.select_list)];
  for (const { class: kind } of nodes) {
    if (kind !== undefined && REFUSED[kind]) {
      return `it holds ${REFUSED[kind]}; allowed are columns, constants, operators and functions of one row`;
    }
  }
  const known = new Set(schema.columns.map(({ name }) => name.toLowerCase()));
  for (const { class: kind, column_names: path } of nodes) {
    if (kind !== 'COLUMN_REF' || path === undefined || known.has(path[0]!.toLowerCase())) continue;
    const names = schema.columns.map(({ name }) => name).slice(0, 30);
    return `there is no column "${path.join('.')}"; the columns are ${names.join(', ')}`;
  }
  const used = nodes.flatMap(({ function_name: name }) => (name === undefined ? [] : [name.toLowerCase()]));
  const refused = (await functionsNotAllowed(database, used))[0];
  return refused && `the function ${refused} is none whose result depends on its arguments alone`;
}

function isOneExpression(select: SerializedSelect & { readonly type: string }): boolean {
  return (
    select.type === 'SELECT_NODE' &&
    select.select_list.length === 1 &&
    select.from_table.type === 'BASE_TABLE' &&
    select.from_table.table_name === 'data' &&
    select.where_clause === null &&
    select.having === null &&
    select.qualify === null &&
    select.sample === null &&
    select.group_expressions.length === 0 &&
    select.modifiers.length === 0 &&
    select.cte_map.map.length === 0
  );
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const member of value) yield* nodesIn(member);
  } else if (value !== null && typeof value === 'object') {
    yield value as Node;
    yield* nodesIn(Object.values(value));
  }
}

/** Functions that are not scalar, or whose result changes from call to call, such as `random`, `now` or `getenv`. */
async function functionsNotAllowed(database: DuckDb, names: readonly string[]): Promise<string[]> {
  const unknown = [...new Set(names)].filter((name) => !PLAIN_MACROS.has(name));
  if (unknown.length === 0) return [];
  const pure = await database.rows<{ name: string }>(
    `SELECT function_name AS name FROM duckdb_functions() WHERE function_name IN (${unknown.map(literal).join(', ')})
     GROUP BY 1 HAVING bool_and(function_type = 'scalar' AND stability = 'CONSISTENT')`,
  );
  const allowed = new Set(pure.map(({ name }) => name.toLowerCase()));
  return unknown.filter((name) => !allowed.has(name) || NOT_PLAIN.has(name));
}
