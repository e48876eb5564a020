/** When the events of an upload took place. */
import { type DuckDb, identifier } from '../../shared/duckdb.ts';
import type { SchemaColumn } from '../contract.ts';
import { type EventTimeFacts, type FileStretch, NO_OFFENCE, type Offence } from './fact-types.ts';
import { firstOffenders, type Showing } from './offending-rows.ts';

export interface EventTimeOptions {
  readonly database: DuckDb;
  readonly eventTime: SchemaColumn;
  /** Whether to count rows whose time falls. */
  readonly monotonic: boolean;
  readonly showing: Showing;
}

/** Earliest and latest time, and descents when asked for. */
export async function collectEventTimeFacts(options: EventTimeOptions): Promise<EventTimeFacts> {
  const { database, eventTime, monotonic, showing } = options;
  const time = identifier(eventTime.name);
  const range = await database.row<{ earliest: number | null; latest: number | null }>(
    `SELECT ${milliseconds(`min(${time})`)} AS earliest, ${milliseconds(`max(${time})`)} AS latest FROM data`,
  );
  if (range.earliest === null || range.latest === null) {
    return monotonic ? { descents: NO_OFFENCE, ends: await endStretches(database, time) } : {};
  }
  const condition = `${time} = (SELECT max(${time}) FROM data)`;
  const [latestAt] = await firstOffenders(database, { condition, value: isoText(time) }, showing);
  const times = { earliestMs: range.earliest, latestMs: range.latest, latestAt: latestAt! };
  if (!monotonic) return times;
  return { ...times, descents: await descents(options), ends: await endStretches(database, time) };
}

/** With three digits behind the point: times are told apart by microseconds. */
const milliseconds = (expression: string) => `epoch_us(${expression}) / 1000.0::DOUBLE`;

/** As `toISOString` writes it. */
const isoText = (time: string) => `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

async function descents({ database, eventTime, showing }: EventTimeOptions): Promise<Offence> {
  const time = identifier(eventTime.name);
  const falls = `${time} IS NOT NULL QUALIFY ${time} < lag(${time}) OVER (PARTITION BY __file ORDER BY __row)`;
  const { rows } = await database.row<{ rows: number }>(
    `SELECT count(*) AS rows FROM (SELECT __row FROM data WHERE ${falls})`,
  );
  if (rows === 0) return NO_OFFENCE;
  return {
    rows,
    examples: await firstOffenders(database, { condition: falls, value: isoText(time) }, showing),
  };
}

/** Of the first and the last file: others lie within this part as a whole. */
async function endStretches(database: DuckDb, time: string): Promise<FileStretch[]> {
  const found = await database.rows<Record<keyof FileStretch, number | null>>(
    `SELECT __file AS file, min(__row) AS "firstRow", max(__row) AS "lastRow",
       ${milliseconds(`arg_min(${time}, __row)`)} AS "firstMs", ${milliseconds(`arg_max(${time}, __row)`)} AS "lastMs",
       min(__row) FILTER (${time} IS NOT NULL) AS "firstTimedRow"
     FROM data WHERE __file IN (SELECT min(__file) FROM data UNION ALL SELECT max(__file) FROM data)
     GROUP BY 1 ORDER BY 1`,
  );
  return found.map(({ file, firstRow, lastRow, firstMs, lastMs, firstTimedRow }) => ({
    file: file!,
    firstRow: firstRow!,
    lastRow: lastRow!,
    ...(firstMs === null ? {} : { firstMs, firstTimedRow: firstTimedRow! }),
    ...(lastMs === null ? {} : { lastMs }),
  }));
}
