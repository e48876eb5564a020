/** Drift of files against files, or against a stored profile, judged as a monitor judges a window. */
import { readFile } from 'node:fs/promises';
import type { ColumnProfile, DatasetProfile } from '../../../lambdas/datasets/profile/profile.ts';
import { profileTable } from '../../../lambdas/datasets/profile/profile-table.ts';
import type { ColumnReport, DataQualityReport } from '../../../lambdas/monitoring/contract.ts';
import { type CountedColumn, countColumns } from '../../../lambdas/monitoring/count-window.ts';
import { judgeColumn } from '../../../lambdas/monitoring/judge-column.ts';
import { judgeDataQuality } from '../../../lambdas/monitoring/judge-data-quality.ts';
import { settleFeatures } from '../../../lambdas/monitoring/judge-drift.ts';
import type { ColumnSettings } from '../../../lambdas/shared/settings.ts';
import type { Verdict } from '../../../lambdas/shared/verdict.ts';
import { UsageError } from '../connect.ts';
import { withTable } from './local-table.ts';

export interface DriftThresholds {
  readonly warn: number;
  readonly alert: number;
  readonly minimumSamples: number;
}

export interface FileDrift {
  readonly verdict: Verdict;
  readonly baselineRows: number;
  readonly rows: number;
  /** The strongest first. */
  readonly columns: readonly ColumnReport[];
  readonly dataQuality: DataQualityReport;
  /** Columns of one side only. */
  readonly missingColumns: readonly string[];
  readonly extraColumns: readonly string[];
}

const ORDER: readonly Verdict[] = ['FAIL', 'WARN', 'INSUFFICIENT_DATA', 'PASS', 'NOT_APPLICABLE'];

/**
 * @param baseline files, or one `profile.json` of a dataset version or of `driftless profile --json`.
 * @throws UsageError when a file cannot be read or the two have no column in common.
 */
export async function driftOfFiles(
  baseline: readonly string[],
  current: readonly string[],
  thresholds: DriftThresholds,
): Promise<FileDrift> {
  const reference = await profileOf(baseline);
  const known = reference.columns.map(({ name, type }): ColumnSettings => ({ name, type, role: 'feature' }));
  return withTable(
    current,
    async (database, _schema, here) => {
      const compared = reference.columns.filter(({ name, kind }) => here.includes(name) && kind !== 'opaque');
      if (compared.length === 0) {
        const names = reference.columns.map(({ name }) => name).join(', ');
        throw new UsageError(`the current files have none of the baseline's columns: ${names}`);
      }
      const counted = await countColumns(database, 'data', compared);
      return report(reference, counted, thresholds, here);
    },
    known,
  );
}

function report(
  reference: DatasetProfile,
  counted: readonly CountedColumn[],
  thresholds: DriftThresholds,
  here: readonly string[],
): FileDrift {
  const judged = settleFeatures(counted.map((column) => judgeColumn({ ...column, thresholds })));
  const { minimumSamples } = thresholds;
  const settings = { minimumSamples };
  const { rows } = counted[0]!.window;
  const dataQuality = judgeDataQuality({ columns: counted, settings, malformedRows: 0, rows });
  const verdicts = [...judged.map(({ verdict }) => verdict), dataQuality.verdict];
  const known = new Set(reference.columns.map(({ name }) => name));
  return {
    verdict: ORDER.find((worst) => verdicts.includes(worst)) ?? 'PASS',
    baselineRows: reference.rows,
    rows,
    columns: [...judged].sort((a, b) => b.psi - a.psi),
    dataQuality,
    missingColumns: reference.columns.map(({ name }) => name).filter((name) => !here.includes(name)),
    extraColumns: here.filter((name) => !known.has(name)),
  };
}

async function profileOf(paths: readonly string[]): Promise<DatasetProfile> {
  const [path] = paths;
  if (paths.length === 1 && path!.endsWith('.json')) {
    const stored = await storedProfile(path!);
    if (stored) return stored;
  }
  return withTable(paths, (database, schema) => profileTable(database, 'data', schema));
}

/** Undefined for JSON that is something else: it may be rows. */
async function storedProfile(path: string): Promise<DatasetProfile | undefined> {
  try {
    const { format, rows, columns } = JSON.parse(await readFile(path, 'utf8')) as DatasetProfile;
    if (format !== 2 || !Array.isArray(columns)) return undefined;
    return { format, rows, columns: columns as readonly ColumnProfile[] };
  } catch {
    return undefined;
  }
}
