/** Bias metrics of a file with labels, predictions and facets, as the fairness gate has them. */
import { compare, countRows } from '../../../lambdas/evaluation/bias/counts.ts';
import type { BiasEstimate } from '../../../lambdas/evaluation/bias/estimate.ts';
import { postTrainingBias } from '../../../lambdas/evaluation/bias/post-training.ts';
import { preTrainingBias } from '../../../lambdas/evaluation/bias/pre-training.ts';
import { type DuckDb, identifier, literal } from '../../../lambdas/shared/duckdb.ts';
import { normalQuantile } from '../../../lambdas/shared/statistics/normal.ts';
import { UsageError } from '../connect.ts';
import { requireColumn, withTable } from './local-table.ts';

export interface BiasOptions {
  readonly label: string;
  readonly prediction: string;
  /** Columns; with a value only that one is compared with all others. At least one. */
  readonly facets: readonly { readonly column: string; readonly value?: string | undefined }[];
  /** Column of the groups of conditional demographic disparity. */
  readonly group?: string | undefined;
  /** @default - the greater of the two labels */
  readonly positive?: string | undefined;
  /** 0..1. */
  readonly confidence: number;
}

export interface FacetBias {
  readonly column: string;
  readonly value: string;
  /** Rows with the value, and all others. */
  readonly rows: number;
  readonly others: number;
  readonly preTraining: readonly BiasEstimate[];
  readonly postTraining: readonly BiasEstimate[];
}

export interface FileBias {
  readonly positive: string;
  readonly confidence: number;
  readonly facets: readonly FacetBias[];
}

const MOST_VALUES = 30;

/** @throws UsageError for columns or values that are not there. */
export function biasOfFile(path: string, options: BiasOptions): Promise<FileBias> {
  const { label, prediction, facets, group, confidence } = options;
  return withTable([path], async (database, schema) => {
    requireColumn(schema, '--label', label);
    requireColumn(schema, '--prediction', prediction);
    if (group !== undefined) requireColumn(schema, '--group', group);
    const positive = await positiveOf(database, options);
    const code = (column: string) => {
      const name = identifier(column);
      return `CASE WHEN ${name} IS NULL THEN NULL WHEN CAST(${name} AS VARCHAR) = ${literal(positive)} THEN 1 ELSE 0 END`;
    };
    const kept = schema.columns.map(({ name }) => name).filter((name) => name !== 'label');
    const source = `SELECT ${kept.map(identifier).join(', ')}, ${code(label)} AS label, ${code(prediction)} AS __predicted FROM data`;
    const z = normalQuantile((1 + confidence) / 2);
    const found: FacetBias[] = [];
    for (const { column, value: only } of facets) {
      requireColumn(schema, '--facet', column);
      if (column === label)
        throw new UsageError(`--facet: got "${column}", which is the label; allowed: another column`);
      const rows = await countRows({ database, source, ...(group !== undefined && { group }) }, [{ column }]);
      const all = [...new Set(rows.map(({ facet }) => facet))].sort();
      for (const value of wantedOf(column, only, all)) {
        const grouped = group !== undefined;
        const compared = compare(rows, { column, value, classes: 2, positive: [1], grouped });
        const size = ({ labels }: { readonly labels: readonly number[] }) =>
          labels.reduce((sum, count) => sum + count, 0);
        found.push({
          ...{ column, value, rows: size(compared.d), others: size(compared.a) },
          preTraining: preTrainingBias(compared, z),
          postTraining: postTrainingBias(compared, z),
        });
      }
    }
    return { positive, confidence, facets: found };
  });
}

function wantedOf(column: string, only: string | undefined, all: readonly string[]): readonly string[] {
  if (only === undefined && all.length <= MOST_VALUES) return all;
  if (only !== undefined && all.includes(only)) return [only];
  const told = all.length > MOST_VALUES ? `one of its ${all.length} values` : all.join(', ');
  throw new UsageError(
    `--facet: got "${column}${only === undefined ? '' : `=${only}`}"; allowed: ${column}= and ${told}`,
  );
}

async function positiveOf(database: DuckDb, { label, prediction, positive }: BiasOptions): Promise<string> {
  const found = await database.rows<{ value: string }>(
    [label, prediction]
      .map(
        (column) =>
          `SELECT CAST(${identifier(column)} AS VARCHAR) AS value FROM data WHERE ${identifier(column)} IS NOT NULL`,
      )
      .join(' UNION ')
      .concat(' ORDER BY 1 LIMIT 21'),
  );
  const values = found.map(({ value }) => value);
  if (positive !== undefined) {
    if (values.includes(positive)) return positive;
    throw new UsageError(`--positive: got "${positive}"; allowed: ${values.join(', ')}`);
  }
  if (values.length === 2) return values[1]!;
  throw new UsageError(
    `--label, --prediction: got the classes ${values.join(', ')}; allowed: two of them, or --positive to name the one that counts`,
  );
}
