/** Bias metrics of every facet, before and after training, and the fairness gate's judgement of them. */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import { NonRetryableError } from '../../shared/errors.ts';
import type { FacetSettings, FairnessSettings, ProblemSettings } from '../../shared/settings.ts';
import { normalQuantile } from '../../shared/statistics/normal.ts';
import type { Judgement } from '../../shared/verdict.ts';
import type { BiasFinding } from '../contract.ts';
import {
  ALL_ROWS,
  FACET_FREE,
  type FindingOptions,
  fairness,
  fairnessFinding,
  type WorstPair,
} from '../gates/fairness.ts';
import { aboveThreshold, type Comparison, type CountedRows, compare, countRows, PAIR } from './counts.ts';
import { type BiasEstimate, divide } from './estimate.ts';
import { postTrainingBias } from './post-training.ts';
import { preTrainingBias } from './pre-training.ts';
import { type BiasReport, biasReport, type FacetEstimates } from './report.ts';

/** Tables or views of one DuckDB database. */
export interface FairnessTables {
  readonly database: DuckDb;
  /** Name of the table of a split's segments (`SplitResult.segments`). */
  readonly segments: string;
  /** Name of a table of the holdout: `row` (from 0) and `predicted`, the challenger's class code. */
  readonly predictions: string;
}

export interface FairnessOptions {
  readonly settings: FairnessSettings;
  readonly problem: ProblemSettings;
  /** Name of the target column. */
  readonly target: string;
  /** 0..1, of the intervals. */
  readonly confidence: number;
}

export interface FairnessAnswer {
  readonly judgement: Judgement;
  /** Metrics that have bounds; all of them are in the report. */
  readonly findings: readonly BiasFinding[];
  /** Absent when the problem has no classes. */
  readonly report?: BiasReport;
}

/** Values that a column may have when none are named: each is compared, alone and in pairs. */
const MAXIMUM_VALUES = 30;

/**
 * Pre-training metrics over the rows that train and validate, post-training ones over the holdout.
 * @throws NonRetryableError (code `PredictionsMismatch`) when the holdout has not one prediction for each row.
 */
export async function judgeFairness(
  tables: FairnessTables,
  options: FairnessOptions,
): Promise<FairnessAnswer> {
  const { settings, problem, target, confidence } = options;
  const none = (verdict: Judgement['verdict'], reason: string): FairnessAnswer => ({
    judgement: { rule: 'fairness', verdict, reason, inputs: { problem: problem.type } },
    findings: [],
  });
  if (problem.type === 'regression') {
    return none('NOT_APPLICABLE', 'Bias metrics compare classes, and a regression has none.');
  }
  const { classes } = problem;
  const named = settings.positiveClasses ?? (problem.type === 'binary' ? [classes[1]!] : []);
  const positive = [...new Set(named.map((name) => classes.indexOf(name)))];
  if (positive.length === 0 || positive.includes(-1) || positive.length === classes.length) {
    const verdict = settings.onInsufficientData === 'warn' ? 'WARN' : 'INSUFFICIENT_DATA';
    const known = classes.join(', ');
    return none(
      verdict,
      `gates.fairness.positiveClasses has to name some, not all, of the classes ${known}.`,
    );
  }
  await requirePredictions(tables);
  const found = await compareFacets(tables, settings, { classes: classes.length, positive });
  const z = normalQuantile((1 + confidence) / 2);
  const pre = found.pre.map((comparison) => estimates(comparison, preTrainingBias(comparison, z)));
  const post = found.post.map((comparison) => estimates(comparison, postTrainingBias(comparison, z)));
  const judged = (one: FacetEstimates & { readonly smallestCell: number }) => findingsOf(one, settings);
  const findings = [...pre.flatMap(judged), ...post.flatMap(judged), ...facetFree(post[0], settings)];
  if (settings.flipTest || settings.bounds.FT) {
    found.skipped.push('The flip test (FT) is not computed: leave it out of gates.fairness');
  }
  const worstPair = worst(found.post, settings.minimumCellRows);
  return {
    judgement: fairness({ settings, confidence, findings, skipped: found.skipped, worstPair }),
    findings,
    report: biasReport({ label: target, positive: positive.map((code) => classes[code]!), pre, post }),
  };
}

/** A row without a prediction would be left out of every count without a word. */
async function requirePredictions({ database, segments, predictions }: FairnessTables): Promise<void> {
  const { rows, predicted } = await database.row<{ rows: number; predicted: number }>(
    `SELECT count(*) AS rows, count(p.predicted) AS predicted
     FROM ${identifier(segments)} s LEFT JOIN ${identifier(predictions)} p ON p.row = s.row
     WHERE s.side = 'holdout'`,
  );
  if (rows === predicted) return;
  throw new NonRetryableError(
    `${predicted} of the holdout's ${rows} rows in the file of segments have a prediction`,
    {
      code: 'PredictionsMismatch',
      details: { rows, predicted },
    },
  );
}

interface Found {
  readonly pre: Comparison[];
  readonly post: Comparison[];
  readonly skipped: string[];
}

/** Compares each value of each facet, and of each pair of facets, with all other rows. */
async function compareFacets(
  { database, segments, predictions }: FairnessTables,
  settings: FairnessSettings,
  of: { readonly classes: number; readonly positive: readonly number[] },
): Promise<Found> {
  const { facets, group, intersections } = settings;
  const table = identifier(segments);
  const before = `SELECT *, label AS __predicted FROM ${table} WHERE side <> 'holdout'`;
  const after = `SELECT s.*, p.predicted AS __predicted FROM ${table} s
    JOIN ${identifier(predictions)} p ON p.row = s.row WHERE s.side = 'holdout'`;
  const found: Found = { pre: [], post: [], skipped: [] };
  const values = new Map<FacetSettings, readonly string[]>();
  const look = async (columns: readonly FacetSettings[]) => {
    const [pre, post] = [
      await countRows({ database, source: before, group }, columns),
      await countRows({ database, source: after, group }, columns),
    ];
    const column = columns.map((facet) => facet.column).join(PAIR);
    const all = [...new Set([...pre, ...post].map(({ facet }) => facet))].sort();
    const wanted =
      columns.length === 1
        ? facetValues(columns[0]!, all)
        : pairs(columns.map((facet) => values.get(facet) ?? []));
    if (columns.length === 1 && wanted.length > MAXIMUM_VALUES && columns[0]!.values === undefined) {
      found.skipped.push(
        `Column ${column} has ${wanted.length} values, more than ${MAXIMUM_VALUES}: name values or a threshold in gates.fairness.facets`,
      );
      return;
    }
    if (columns.length === 1) values.set(columns[0]!, wanted);
    if (wanted.length === 0) found.skipped.push(`Column ${column} has no values`);
    // a pair that no row has is nobody's disadvantage
    const there = columns.length === 1 ? wanted : wanted.filter((value) => all.includes(value));
    const against = (rows: readonly CountedRows[]) =>
      there.map((value) => compare(rows, { column, value, ...of, grouped: group !== undefined }));
    found.pre.push(...against(pre));
    found.post.push(...against(post));
  };
  for (const facet of facets) await look([facet]);
  if (!intersections) return found;
  for (const [index, one] of facets.entries()) {
    for (const other of facets.slice(index + 1)) {
      if (one.column !== other.column && values.has(one) && values.has(other)) await look([one, other]);
    }
  }
  return found;
}

function facetValues({ values, threshold }: FacetSettings, all: readonly string[]): readonly string[] {
  if (threshold !== undefined) return [aboveThreshold(threshold)];
  return values ?? all;
}

const pairs = ([one = [], other = []]: readonly (readonly string[])[]) =>
  one.flatMap((first) => other.map((second) => `${first}${PAIR}${second}`));

function estimates(
  { column, value, a, d }: Comparison,
  of: readonly BiasEstimate[],
): FacetEstimates & { readonly smallestCell: number } {
  const cells = [a, d].flatMap(({ tp, fp, fn, tn }) => [tp + fn, fp + tn]);
  return { column, value, estimates: of, smallestCell: Math.min(...cells) };
}

function findingsOf(
  { column, value, estimates: of, smallestCell }: FacetEstimates & { readonly smallestCell: number },
  settings: FairnessSettings,
): BiasFinding[] {
  const options: FindingOptions = { settings, column, value, smallestCell };
  return of
    .filter(({ metric }) => !FACET_FREE.includes(metric))
    .flatMap((estimate) => fairnessFinding(estimate, options) ?? []);
}

/** Metrics that are the same for every facet, once. */
function facetFree(facet: FacetEstimates | undefined, settings: FairnessSettings): BiasFinding[] {
  if (!facet) return [];
  const options = { settings, column: ALL_ROWS, value: ALL_ROWS, smallestCell: Number.POSITIVE_INFINITY };
  return facet.estimates
    .filter(({ metric }) => FACET_FREE.includes(metric))
    .flatMap((estimate) => fairnessFinding(estimate, options) ?? []);
}

/** The two values of one column, each of enough rows, whose shares predicted positive differ most. */
function worst(comparisons: readonly Comparison[], minimumRows: number): WorstPair | undefined {
  const rates = comparisons.flatMap(({ column, value, d: { tp, fp, fn, tn } }) => {
    const rows = tp + fp + fn + tn;
    return rows < minimumRows || rows === 0 ? [] : [{ column, value, rate: (tp + fp) / rows }];
  });
  let found: WorstPair | undefined;
  for (const column of new Set(rates.map((one) => one.column))) {
    const sorted = rates.filter((one) => one.column === column).sort((one, other) => one.rate - other.rate);
    const [least, most] = [sorted[0]!, sorted.at(-1)!];
    if (sorted.length < 2 || most.rate === 0) continue;
    const ratio = divide(least.rate, most.rate);
    if (found === undefined || ratio < found.ratio) {
      found = { column, least: least.value, most: most.value, ratio };
    }
  }
  return found;
}
