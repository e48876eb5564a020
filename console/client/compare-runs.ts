/** What differs between two runs: settings, data, metrics. */
import type { Estimate } from '../../lambdas/evaluation/contract.ts';
import type { RunItem, VersionItem } from '../../lambdas/shared/catalog-items.ts';
import { settingsKey } from '../../lambdas/shared/keys.ts';
import { readJson } from './actions.ts';
import { getVersion } from './catalog.ts';
import type { Connection } from './connect.ts';
import { type EvaluationView, readEvaluation } from './evaluations.ts';
import { type ColumnDifference, compareSchemas } from './versions/compare-versions.ts';
import { findVersion } from './versions/documents.ts';

export interface SettingDifference {
  /** Names joined by dots. */
  readonly path: string;
  /** Absent where it is not set. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Leaves that differ, by path; lists count as leaves. */
export function compareSettings(before: unknown, after: unknown): SettingDifference[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .filter((path) => JSON.stringify(was.get(path)) !== JSON.stringify(is.get(path)))
    .map((path) => ({
      path,
      ...(was.has(path) && { before: was.get(path) }),
      ...(is.has(path) && { after: is.get(path) }),
    }));
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return leaves.set(path, value);
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) leavesOf(member, path === '' ? name : `${path}.${name}`, leaves);
  }
  return leaves;
}

export interface MetricDifference {
  readonly metric: string;
  readonly before?: Estimate;
  readonly after?: Estimate;
  /** After minus before; without an interval: the runs were not compared row by row. */
  readonly change?: number;
}

/** Every metric that one of them has, the primary one of the later first. */
export function compareMetrics(before: EvaluationView, after: EvaluationView): MetricDifference[] {
  const names = [
    ...new Set([after.primaryMetric, ...Object.keys(after.metrics), ...Object.keys(before.metrics)]),
  ];
  return names.map((metric) => {
    const [was, is] = [before.metrics[metric], after.metrics[metric]];
    return {
      metric,
      ...(was && { before: was }),
      ...(is && { after: is }),
      ...(was && is && { change: is.value - was.value }),
    };
  });
}

export interface ComparedRuns {
  readonly before: RunItem;
  readonly after: RunItem;
  /** Whether both were evaluated on the same rows: else a change may come from the rows. */
  readonly isSameHoldout: boolean;
  readonly metrics: readonly MetricDifference[];
  /** Runs that were not evaluated. */
  readonly unevaluated: readonly string[];
  readonly settings: readonly SettingDifference[];
  readonly isSameCode: boolean;
  readonly dataset?: {
    readonly before: VersionItem;
    readonly after: VersionItem;
    readonly columns: readonly ColumnDifference[];
  };
}

export async function compareRuns(
  connection: Connection,
  before: RunItem,
  after: RunItem,
): Promise<ComparedRuns> {
  const both = [before, after] as const;
  const [evaluations, settings, dataset] = await Promise.all([
    Promise.all(both.map(({ run }) => readEvaluation(connection, run))),
    Promise.all(both.map(({ settingsDigest }) => readJson(connection, settingsKey(settingsDigest)))),
    compareData(connection, before, after),
  ]);
  const [was, is] = evaluations;
  return {
    before,
    after,
    isSameHoldout:
      was !== undefined &&
      is !== undefined &&
      was.datasetVersion === is.datasetVersion &&
      was.splitDigest === is.splitDigest,
    metrics: was && is ? compareMetrics(was, is) : [],
    unevaluated: both.filter((_, index) => !evaluations[index]).map(({ run }) => run),
    settings: compareSettings(settings[0], settings[1]),
    isSameCode: before.codeDigest === after.codeDigest,
    ...(dataset && { dataset }),
  };
}

async function compareData(
  connection: Connection,
  { datasetVersion: before }: RunItem,
  { datasetVersion: after }: RunItem,
): Promise<ComparedRuns['dataset']> {
  if (before === undefined || after === undefined) return undefined;
  if (before === after) {
    const item = await getVersion(connection, before);
    return item && { before: item, after: item, columns: [] };
  }
  const [was, is] = await Promise.all(
    [before, after].map((version) => findVersion(connection, String(version))),
  );
  return {
    before: was!.item,
    after: is!.item,
    columns: compareSchemas(was!.manifest.schema, is!.manifest.schema),
  };
}
