/** How many labelled rows a retrain could learn from that the champion has not seen. */
import { withDuckDb } from '../../shared/duckdb.ts';
import {
  downloadLabelFiles,
  latestLabels,
  listLabelFiles,
  readLabelLines,
} from '../../shared/label-records.ts';
import { withTempDirectory } from '../../shared/temp-directory.ts';
import { forgetLabelledRows } from './forget-labelled-rows.ts';

export interface CountNewLabelledRowsOptions {
  readonly project: string;
  readonly bucket: string;
  /** `labelFiles` of the dataset version that the champion was trained on. */
  readonly knownLabelFiles: readonly string[];
}

export interface NewLabelledRows {
  /** Labelled rows that are new or whose label was corrected since. */
  readonly newRows: number;
  /** All labelled rows, corrections counted once. */
  readonly labelledRows: number;
  readonly labelFiles: number;
}

/**
 * Counts by multiset difference of whole label records, the latest of each row on both sides: a record that is uploaded
 * again is not new, a corrected one is. Records of forgotten keys are left out.
 */
export async function countNewLabelledRows(options: CountNewLabelledRowsOptions): Promise<NewLabelledRows> {
  const { project, bucket, knownLabelFiles } = options;
  const files = await listLabelFiles(project);
  if (files.every(({ sha256 }) => knownLabelFiles.includes(sha256))) {
    return {
      newRows: 0,
      labelledRows: files.reduce((sum, { rows }) => sum + rows, 0),
      labelFiles: files.length,
    };
  }
  return withTempDirectory((directory) =>
    withDuckDb(directory, async (database) => {
      await readLabelLines(database, await downloadLabelFiles(bucket, files, directory));
      await forgetLabelledRows(database, project, bucket);
      await latestLabels(database);
      await latestLabels(database, { table: 'known_labels', only: knownLabelFiles });
      const columns = 'inference_id, row, key, event_time, sensitive, label';
      const counts = await database.row<{ newRows: number; labelledRows: number }>(
        `SELECT (SELECT count(*) FROM (SELECT ${columns} FROM labels EXCEPT ALL SELECT ${columns} FROM known_labels))
           AS "newRows", (SELECT count(*) FROM labels) AS "labelledRows"`,
      );
      return { ...counts, labelFiles: files.length };
    }),
  );
}
