/** Where a split by event time cuts: the newest rows are the holdout, those before them validate, the others train. */
import { forEachVersionFile, type VersionFilesOptions } from '../datasets/versions/version-files.ts';
import { identifier } from '../shared/duckdb.ts';
import { NonRetryableError } from '../shared/errors.ts';
import type { SplitSettings } from '../shared/settings.ts';

export interface TimeBoundaries {
  /** First microsecond since 1970 of the holdout and of the validation rows. */
  readonly holdoutEpochUs: number;
  readonly validationEpochUs: number;
  /** The same as ISO 8601. */
  readonly holdoutFrom: string;
  readonly validationFrom: string;
  /** Rows without event time, which train. */
  readonly withoutEventTime: number;
}

interface Boundary {
  readonly us: number;
  readonly iso: string;
}

/** Beyond every timestamp of DuckDB's. */
const LAST_EPOCH_US = '9223372036854775807';

/**
 * Boundaries that give the holdout the smallest number of newest times with at least `holdoutFraction` of the rows that
 * have one, and the validation rows likewise of the times before. Rows of one time stay together. Reads the version once; the
 * distinct times may spill to disk.
 * @throws NonRetryableError (code `SplitSettings`) without an event time column of type timestamp, (code `SplitEmpty`)
 *   when no row has an event time.
 */
export async function findTimeBoundaries(
  files: VersionFilesOptions,
  eventTime: string | undefined,
  split: SplitSettings,
): Promise<TimeBoundaries> {
  const { database, header } = files;
  const column = header!.schema.columns.find(({ name }) => name === eventTime);
  if (column?.type !== 'timestamp') {
    throw new NonRetryableError(
      eventTime === undefined
        ? 'split "by" is "event-time", but the dataset declares no eventTime; name the column, or split by "key-hash"'
        : `split "by" is "event-time", but column "${eventTime}" is ${column ? `of type ${column.type}` : 'not in the schema'}; it has to be a timestamp`,
      { code: 'SplitSettings' },
    );
  }
  const time = identifier(column.name);
  await database.run('CREATE OR REPLACE TABLE event_times (epoch_us BIGINT, rows BIGINT)');
  await forEachVersionFile(files, ({ relation }) =>
    database.run(`INSERT INTO event_times SELECT epoch_us(${time}), count(*) FROM ${relation} GROUP BY 1`),
  );
  const { rows, without } = await database.row<{ rows: number; without: number }>(
    `SELECT coalesce(CAST(sum(rows) FILTER (epoch_us IS NOT NULL) AS BIGINT), 0) AS rows,
       coalesce(CAST(sum(rows) FILTER (epoch_us IS NULL) AS BIGINT), 0) AS without FROM event_times`,
  );
  if (rows === 0) {
    throw new NonRetryableError(
      `no row has an event time in column "${eventTime}", so no row is the newest; split by "key-hash"`,
      { code: 'SplitEmpty', details: { withoutEventTime: without } },
    );
  }
  /** Of the times before `until`, the smallest number of newest ones with at least the fraction of all rows. */
  const boundary = async (fraction: number, until: number | string): Promise<Boundary | undefined> => {
    // 0.07 * 100 is 7.000000000000001
    const enough = Math.max(1, Math.ceil(Number((fraction * rows).toFixed(6))));
    const found = await database.row<Boundary | { readonly us: null }>(
      `SELECT min(epoch_us) AS us, strftime(make_timestamp(min(epoch_us)), '%Y-%m-%dT%H:%M:%S.%fZ') AS iso FROM (
         SELECT epoch_us, sum(sum(rows)) OVER (ORDER BY epoch_us DESC) - sum(rows) AS newer
         FROM event_times WHERE epoch_us < ${until} GROUP BY epoch_us
       ) WHERE newer < ${enough}`,
    );
    return found.us === null ? undefined : found;
  };
  const holdout = (await boundary(split.holdoutFraction, LAST_EPOCH_US))!;
  // without a time before the holdout's nothing validates and nothing trains, which whoever counts the rows says
  const validation = (await boundary(split.validationFraction, holdout.us)) ?? holdout;
  await database.run('DROP TABLE event_times');
  return {
    holdoutEpochUs: holdout.us,
    validationEpochUs: validation.us,
    holdoutFrom: holdout.iso,
    validationFrom: validation.iso,
    withoutEventTime: without,
  };
}
