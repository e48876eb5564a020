/** Labels of the rows. */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { ProblemSettings } from '../../shared/settings.ts';
import type { SchemaColumn } from '../contract.ts';
import { labelExpression } from '../schema/typed-columns.ts';
import { NO_OFFENCE, type TargetFacts } from './fact-types.ts';
import { firstOffenders, type Showing } from './offending-rows.ts';

/** Rows by class (none for a regression), and those whose target is present but of no class, or no finite number. */
export async function collectTargetFacts(
  database: DuckDb,
  target: SchemaColumn,
  problem: ProblemSettings | undefined,
  showing: Showing,
): Promise<TargetFacts> {
  const label = labelExpression(target, problem);
  const found = await database.rows<{ label: number | null; rows: number; present: number }>(
    `SELECT ${problem?.type === 'regression' ? `CASE WHEN ${label} IS NOT NULL THEN 0 END` : label} AS label, count(*) AS rows, count(${identifier(target.name)}) AS present
     FROM data GROUP BY 1 ORDER BY 1`,
  );
  const classes = found.flatMap(({ label: one, rows }) =>
    one === null || problem?.type === 'regression' ? [] : [[nameOf(one, problem), rows] as const],
  );
  const unknown = found.find((row) => row.label === null)?.present ?? 0;
  if (unknown === 0) return { classes: Object.fromEntries(classes), unknown: NO_OFFENCE };
  const value = identifier(target.name);
  const condition = `${value} IS NOT NULL AND ${label} IS NULL`;
  const examples = await firstOffenders(database, { condition, value, role: target.role }, showing);
  return { classes: Object.fromEntries(classes), unknown: { rows: unknown, examples } };
}

const nameOf = (code: number, problem: ProblemSettings | undefined) =>
  problem?.type === 'multiclass' || problem?.type === 'binary' ? problem.classes[code]! : String(code);
