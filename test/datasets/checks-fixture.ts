/** The table `data` from rows that a test writes down, and what the checks make of it. */
import { tmpdir } from 'node:os';
import { type CheckUploadOptions, checkUpload } from '../../lambdas/datasets/checks/check-upload.ts';
import {
  type CollectFactsOptions,
  collectFacts,
  type TableFacts,
} from '../../lambdas/datasets/checks/facts.ts';
import type { ChecksDocument, DatasetSchema } from '../../lambdas/datasets/contract.ts';
import { declaredSchema } from '../../lambdas/datasets/schema/schema.ts';
import { type DuckDb, identifier, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import type { ColumnSettings, DatasetSettings } from '../../lambdas/shared/settings.ts';

/** A row by column; `bad` holds the raw text of values that are not of their column's type. */
export interface Row {
  readonly [column: string]: string | number | boolean | null | undefined | Readonly<Record<string, string>>;
  readonly bad?: Readonly<Record<string, string>>;
}

const SQL_TYPE = {
  string: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/** Settings of a dataset with these columns and the target `y`; nothing is checked about its number of rows. */
export function aDataset(
  columns: readonly ColumnSettings[],
  more: Partial<DatasetSettings> = {},
): DatasetSettings {
  return { target: 'y', columns, uploads: 'snapshot', minimumRows: 1, ...more };
}

export const TARGET: ColumnSettings = { name: 'y', type: 'integer', role: 'target' };

/** Creates `data` from the files' rows, each file's rows numbered from 1. */
export async function createData(
  database: DuckDb,
  schema: DatasetSchema,
  files: readonly (readonly Row[])[],
  { firstFile = 0, firstRow = 1 }: { readonly firstFile?: number; readonly firstRow?: number } = {},
): Promise<void> {
  const columns = schema.columns.map(({ name, type }) => `${identifier(name)} ${SQL_TYPE[type]}`);
  await database.run(
    `CREATE OR REPLACE TABLE data (${[...columns, '__file INTEGER', '__row BIGINT', '__bad MAP(VARCHAR, VARCHAR)'].join(', ')})`,
  );
  const values = files.flatMap((rows, file) =>
    rows.map((row, index) => {
      const cells = schema.columns.map(({ name }) => cell(row[name] as string | number | boolean | null));
      const bad = row.bad
        ? `MAP {${Object.entries(row.bad).map(([name, text]) => `${literal(name)}: ${literal(text)}`)}}`
        : 'NULL';
      return `(${[...cells, firstFile + file, firstRow + index, bad].join(', ')})`;
    }),
  );
  for (let from = 0; from < values.length; from += 2_000) {
    await database.run(`INSERT INTO data VALUES ${values.slice(from, from + 2_000).join(', ')}`);
  }
}

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' && !Number.isFinite(value)) return `'${value}'::DOUBLE`;
  return typeof value === 'string' ? literal(value) : String(value);
}

export interface Scenario {
  readonly settings: DatasetSettings;
  /** Rows by file. */
  readonly files: readonly (readonly Row[])[];
  /** @default - all columns of the schema */
  readonly present?: readonly string[];
  readonly schema?: DatasetSchema;
  readonly facts?: Partial<CollectFactsOptions>;
  readonly check?: Partial<CheckUploadOptions>;
}

/** Facts and checks of an upload of files `f0.csv`, `f1.csv` and so on. */
export async function check(scenario: Scenario): Promise<{ facts: TableFacts; checks: ChecksDocument }> {
  const { settings, files } = scenario;
  const schema = scenario.schema ?? declaredSchema(settings);
  const present = scenario.present ?? schema.columns.map(({ name }) => name);
  return withDuckDb(tmpdir(), async (database) => {
    await createData(database, schema, files);
    const facts = await collectFacts(database, { settings, schema, present, ...scenario.facts });
    const checks = checkUpload({
      upload: 'u',
      settings,
      table: facts,
      files: files.map((rows, index) => {
        return { path: `f${index}.csv`, size: 10, index, rows: rows.length, format: 'csv', columns: present };
      }),
      ...scenario.check,
    });
    return { facts, checks };
  });
}

/** Findings of one check, as `severity verdict column: reason`. */
export function findings({ checks }: ChecksDocument, name: string): string[] {
  return checks
    .filter((finding) => finding.check === name)
    .map(({ severity, verdict, column, reason }) => `${severity} ${verdict} ${column ?? '-'}: ${reason}`);
}
