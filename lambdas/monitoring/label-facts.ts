/** What is known of the labels of a window: how many, how late, how often changed, and whether they are a fair sample. */
import type { Baseline } from '../evaluation/contract.ts';
import type { DuckDb } from '../shared/duckdb.ts';
import type { MonitorSettings } from '../shared/settings.ts';
import type { LabelsReport } from './contract.ts';
import { countColumns, PREDICTION } from './count-window.ts';
import { judgeColumn } from './judge-column.ts';
import type { Window } from './windows.ts';

/** Labels that come later than this after a window's end do not have it judged again. */
export const LABEL_DEADLINE_HOURS = 60 * 24;
const HOUR_MS = 3_600_000;
/** Shares of the rows at which a window is judged again. */
const STEPS = [0.5, 0.8, 0.95];

/** The time until which labels of a window may come, epoch ms. */
export function labelDeadline(window: Window, { quality }: Pick<MonitorSettings, 'quality'>): number {
  return window.endEpochMs + (quality.labelDeadlineHours ?? LABEL_DEADLINE_HOURS) * HOUR_MS;
}

/** How far the labels have come: each step is worth another judgement, and fewer are not. */
export function labelStep(labelled: number, rows: number, minimumLabels: number): number {
  if (rows === 0) return 0;
  const isEnough = labelled >= Math.min(minimumLabels, rows) ? 1 : 0;
  return isEnough + STEPS.filter((step) => labelled >= step * rows).length;
}

/** Rows of the window that have a label. Needs `window_rows` and `labels`. */
export async function countLabelled(database: DuckDb): Promise<number> {
  const { labelled } = await database.row<{ labelled: number }>(
    `SELECT count(*) AS labelled FROM window_rows AS w
     JOIN labels AS l ON l.inference_id = w.__inference_id AND l.row = w.__row`,
  );
  return labelled;
}

/** Needs the tables `captured`, `window_rows`, `label_lines` and `labels`. */
export async function labelFacts(
  database: DuckDb,
  options: {
    readonly window: Window;
    readonly settings: MonitorSettings;
    readonly baseline: Baseline;
    readonly rows: number;
    readonly labelled: number;
  },
): Promise<LabelsReport> {
  const { window, settings, baseline, rows, labelled } = options;
  const delays = await database.row<{ p50: number | null; p95: number | null }>(
    `WITH delays AS (
       SELECT (epoch(l.labelled_at) - epoch(CAST(c.__time AS TIMESTAMPTZ))) / 3600 AS hours FROM captured AS c
       JOIN labels AS l ON l.inference_id = c.__inference_id AND l.row = c.__row)
     SELECT quantile_cont(hours, 0.5) AS p50, quantile_cont(hours, 0.95) AS p95 FROM delays`,
  );
  const { records } = await database.row<{ records: number }>(
    `SELECT count(*) AS records FROM label_lines AS l
     JOIN window_rows AS w ON l.inference_id = w.__inference_id AND l.row = w.__row WHERE l.problem IS NULL`,
  );
  const { unmatched } = await database.row<{ unmatched: number }>(
    `SELECT count(*) AS unmatched FROM labels
     WHERE epoch_ms(event_time) >= ${window.startEpochMs} AND epoch_ms(event_time) < ${window.endEpochMs}
       AND inference_id NOT IN (SELECT __inference_id FROM window_rows)`,
  );
  const selection = await selectionOf(database, baseline, settings);
  return {
    coverage: rows === 0 ? 0 : labelled / rows,
    ...(delays.p50 !== null && { delayHoursP50: delays.p50 }),
    ...(delays.p95 !== null && { delayHoursP95: delays.p95 }),
    duplicates: records - labelled,
    unmatched,
    deadline: new Date(labelDeadline(window, settings)).toISOString(),
    ...(selection && { selection }),
  };
}

/**
 * Labels that come first are seldom a fair sample: what is easy to settle is settled first. The scores of labelled and
 * unlabelled rows are compared as a window with its baseline; absent while either has too few rows.
 */
async function selectionOf(database: DuckDb, { prediction }: Baseline, settings: MonitorSettings) {
  const [labelled, unlabelled] = await Promise.all(
    ['', 'NOT '].map(async (not) => {
      const table = `${not === '' ? '' : 'un'}labelled_scores`;
      await database.run(
        `CREATE OR REPLACE TABLE ${table} AS SELECT ${PREDICTION} FROM window_rows AS w WHERE ${not}EXISTS (
           SELECT 1 FROM labels AS l WHERE l.inference_id = w.__inference_id AND l.row = w.__row)`,
      );
      return (await countColumns(database, table, [{ ...prediction, name: PREDICTION }]))[0]!.window;
    }),
  );
  const { minimumSamples, predictionPsi } = settings;
  if (labelled!.rows < minimumSamples || unlabelled!.rows < minimumSamples) return undefined;
  const subject = {
    baseline: unlabelled!,
    window: labelled!,
    thresholds: { ...predictionPsi, minimumSamples },
  };
  return judgeColumn(subject).results[0];
}
