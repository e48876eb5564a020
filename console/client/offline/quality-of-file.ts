/** Metrics of a file with labels and scores, as a run's evaluation has them. */
import type { ModelMetrics } from '../../../lambdas/evaluation/contract.ts';
import { modelMetrics } from '../../../lambdas/evaluation/metrics/model-metrics.ts';
import { readDoubles } from '../../../lambdas/shared/doubles.ts';
import { type DuckDb, identifier } from '../../../lambdas/shared/duckdb.ts';
import { UsageError } from '../connect.ts';
import { requireColumn, withTable } from './local-table.ts';

export interface QualityOptions {
  readonly label: string;
  readonly score: string;
  readonly problem: 'binary' | 'regression';
  /** The label that counts as positive. @default - the greater of the two */
  readonly positive?: string | undefined;
  /** A row is predicted positive at or above it. */
  readonly threshold: number;
  /** 0..1. */
  readonly confidence: number;
}

export interface FileQuality extends ModelMetrics {
  /** Rows without a label or a score, which are left out. */
  readonly leftOut: number;
  readonly confidence: number;
}

/** @throws UsageError for columns that are not there or hold something else. */
export function qualityOfFile(path: string, options: QualityOptions): Promise<FileQuality> {
  const { label, score, problem, threshold, confidence } = options;
  return withTable([path], async (database, schema) => {
    requireColumn(schema, '--label', label);
    const { type } = requireColumn(schema, '--score', score);
    if (type !== 'integer' && type !== 'double') {
      throw new UsageError(`--score: got "${score}", a column of type ${type}; allowed: a column of numbers`);
    }
    const classes = problem === 'binary' ? await classesOf(database, options) : undefined;
    const code = classes
      ? `CASE WHEN CAST(${identifier(label)} AS VARCHAR) = $positive THEN 1 ELSE 0 END`
      : `CAST(${identifier(label)} AS DOUBLE)`;
    const sql = code.replace('$positive', `'${classes?.[1]?.replaceAll("'", "''")}'`);
    const isThere = `${identifier(label)} IS NOT NULL AND isfinite(CAST(${identifier(score)} AS DOUBLE))`;
    const rows = `SELECT CAST(${sql} AS DOUBLE), CAST(${identifier(score)} AS DOUBLE) FROM data WHERE ${isThere}`;
    const [labels, scores] = (await readDoubles(database, rows, 2)) as [Float64Array, Float64Array];
    const { total } = await database.row<{ total: number }>('SELECT count(*) AS total FROM data');
    const metrics = modelMetrics(
      { labels, scores },
      {
        problem: classes ? { type: 'binary', classes } : { type: 'regression' },
        areProbabilities: classes !== undefined && scores.every((value) => value >= 0 && value <= 1),
        threshold,
        confidence,
      },
    );
    return { ...metrics, leftOut: total - labels.length, confidence };
  });
}

async function classesOf(
  database: DuckDb,
  { label, positive }: QualityOptions,
): Promise<readonly [string, string]> {
  const found = await database.rows<{ value: string }>(
    `SELECT DISTINCT CAST(${identifier(label)} AS VARCHAR) AS value FROM data WHERE ${identifier(label)} IS NOT NULL
     ORDER BY 1 LIMIT 21`,
  );
  const values = found.map(({ value }) => value);
  if (values.length !== 2) {
    const told = values.length > 20 ? 'more than 20 values' : `the values ${values.join(', ')}`;
    throw new UsageError(
      `--label: got "${label}" with ${told}; allowed: two classes, or --problem regression for numbers`,
    );
  }
  if (positive !== undefined && !values.includes(positive)) {
    throw new UsageError(`--positive: got "${positive}"; allowed: ${values.join(', ')}`);
  }
  const [first, second] = values as [string, string];
  return positive === first ? [second, first] : [first, second];
}
