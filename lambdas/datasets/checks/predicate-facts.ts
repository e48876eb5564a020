/** Rows for which the project's conditions over several columns do not hold. */
import type { DuckDb } from '../../shared/duckdb.ts';
import type { DatasetSettings } from '../../shared/settings.ts';
import type { DatasetSchema } from '../contract.ts';
import { firstLine } from './aggregates.ts';
import { NO_OFFENCE, type PredicateFacts } from './fact-types.ts';
import { firstOffenders, type Showing } from './offending-rows.ts';
import { predicateFault } from './predicate-sql.ts';

/** Facts of each predicate in the order of the settings; a predicate that cannot be evaluated hides no other one. */
export async function collectPredicateFacts(
  database: DuckDb,
  settings: DatasetSettings,
  schema: DatasetSchema,
  showing: Showing,
): Promise<PredicateFacts[]> {
  const facts: PredicateFacts[] = [];
  for (const { name, sql, severity } of settings.predicates ?? []) {
    if ((severity ?? settings.checks?.predicates?.severity) === 'off') {
      facts.push({ name, failing: NO_OFFENCE });
      continue;
    }
    const fault = await predicateFault(database, sql, schema);
    facts.push(
      fault === undefined
        ? await evaluate(database, { name, sql }, showing)
        : { name, failing: NO_OFFENCE, error: fault },
    );
  }
  return facts;
}

async function evaluate(
  database: DuckDb,
  { name, sql }: { readonly name: string; readonly sql: string },
  showing: Showing,
): Promise<PredicateFacts> {
  // on a line of its own, so that a comment at its end does not swallow the bracket
  const fails = `NOT CAST((\n${sql}\n) AS BOOLEAN)`;
  try {
    const { rows } = await database.row<{ rows: number }>(
      `SELECT count(*) FILTER (${fails}) AS rows FROM data`,
    );
    if (rows === 0) return { name, failing: NO_OFFENCE };
    return {
      name,
      failing: { rows, examples: await firstOffenders(database, { condition: fails }, showing) },
    };
  } catch (error) {
    return { name, failing: NO_OFFENCE, error: withoutValues(firstLine(error)) };
  }
}

/** DuckDB quotes the value that it could not convert; it may be one of a sensitive column. */
function withoutValues(message: string): string {
  const told = message.replace(/\.$/, '');
  return /^(Conversion|Invalid Input|Out of Range) Error/.test(told)
    ? told.replaceAll(/'[^']*'|"[^"]*"/g, "'...'")
    : told;
}
