/** The flights of each hour, with what the events do to them. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { FEATURES as ALL_FEATURES, type Flight, namedFlights } from '../../examples/flight-delays/flights.ts';
import { WESTERN_AIRPORTS } from '../../examples/flight-delays/scenario.ts';
import {
  CONCEPT_MILES,
  type EventKind,
  HISTORY,
  isDuring,
  KILOMETRES_PER_MILE,
  LABEL_SHIFT_WEIGHT,
  type SimulatedEvent,
  SPIKE,
  STREAM,
} from './events.ts';

/** A day has one weekday, and is judged by itself. */
const FEATURES = ALL_FEATURES.filter((name) => name !== 'weekday');

/** Flights of the stream: other ones than those of the history, enough for a spike. */
const STREAM_PERCENT = { from: HISTORY.sharePercent, to: HISTORY.sharePercent + 30 };

export interface StreamedFlight extends Flight {
  /** What is said of it later: undefined when nobody says anything. */
  readonly label: number | undefined;
}

export class Stream {
  private readonly connection: DuckDBConnection;
  private readonly seed: number;
  private readonly events: readonly SimulatedEvent[];

  private constructor(connection: DuckDBConnection, seed: number, events: readonly SimulatedEvent[]) {
    this.connection = connection;
    this.seed = seed;
    this.events = events;
  }

  static async open(seed: number, events: readonly SimulatedEvent[]): Promise<Stream> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const western = WESTERN_AIRPORTS.map((airport) => `'${airport}'`).join(', ');
    await connection.run(`
      CREATE TABLE flights AS
      SELECT flight_id, date AS departed_at, origin, destination, distance,
        hour(date) * 60 + minute(date) AS departure_minute,
        (delay > 15)::INTEGER AS late,
        origin IN (${western}) OR destination IN (${western}) AS western,
        ('0x' || substr(flight_id, 1, 6))::INTEGER % 100 AS percentile
      FROM (${namedFlights()})
      WHERE percentile < ${STREAM_PERCENT.to}`);
    return new Stream(connection, seed, events);
  }

  /** Writes the first upload as CSV. @returns its rows. */
  async writeHistory(path: string): Promise<number> {
    const { rowsChanged } = await this.connection.run(`
      COPY (
        SELECT flight_id, strftime(departed_at, '%Y-%m-%dT%H:%M:%SZ') AS departed_at, ${FEATURES.join(', ')}, late
        FROM flights
        WHERE departed_at >= TIMESTAMP '${HISTORY.from}' AND departed_at < TIMESTAMP '${HISTORY.to}'
          AND NOT western AND percentile < ${HISTORY.sharePercent}
        ORDER BY departed_at, flight_id
      ) TO '${path}' (HEADER, DELIMITER ',')`);
    return rowsChanged;
  }

  /** The day's flights by hour: `rowsPerHour` of each, more in a spike, none in a silence. */
  async day(day: number): Promise<StreamedFlight[][]> {
    const during = (kind: EventKind) =>
      this.events.find((event) => event.kind === kind && isDuring(event, day));
    const [spike, silence] = [during('traffic spike'), during('silent hour')];
    const sizes = Array.from({ length: 24 }, (_, hour) => {
      if (silence?.hour === hour) return 0;
      const isSpike = spike && hour >= spike.hour && hour < spike.hour + SPIKE.hours;
      return STREAM.rowsPerHour * (isSpike ? SPIKE.times : 1);
    });
    const rows = await this.draw(
      day,
      sizes.reduce((sum, size) => sum + size, 0),
      during,
    );
    let first = 0;
    return sizes.map((size) => {
      first += size;
      return rows.slice(first - size, first);
    });
  }

  /** So many flights of the day, in order of departure. @throws Error when the day has fewer. */
  private async draw(
    day: number,
    count: number,
    during: (kind: EventKind) => SimulatedEvent | undefined,
  ): Promise<StreamedFlight[]> {
    const date = dateOf(day);
    const weight = during('label shift') ? `CASE WHEN late = 1 THEN ${LABEL_SHIFT_WEIGHT} ELSE 1 END` : '1';
    const miles = during('unit change') ? `round(distance * ${KILOMETRES_PER_MILE})::INTEGER` : 'distance';
    const distance = during('broken column') ? "''" : miles;
    const features = FEATURES.map((name) => (name === 'distance' ? distance : name));
    const late = during('concept drift')
      ? `CASE WHEN distance > ${CONCEPT_MILES} THEN 1 - late ELSE late END`
      : 'late';
    // weighted sampling without replacement by exponential keys (Efraimidis & Spirakis, 2006)
    const uniform = `(('0x' || substr(md5(flight_id || '${this.seed}'), 1, 12))::BIGINT + 0.5) / ${2 ** 48}`;
    const reader = await this.connection.runAndReadAll(`
      SELECT flight_id, strftime(departed_at, '%Y-%m-%dT%H:%M:%SZ') AS time, concat_ws(',', ${features.join(', ')}), ${late}
      FROM (
        FROM flights
        WHERE departed_at >= TIMESTAMP '${date}' AND departed_at < TIMESTAMP '${date}' + INTERVAL 1 DAY
          AND percentile >= ${STREAM_PERCENT.from} ${during('covariate shift') ? '' : 'AND NOT western'}
        ORDER BY -ln(${uniform}) / (${weight}) LIMIT ${count}
      )
      ORDER BY time, flight_id`);
    const isSilent = during('labels never arrive') !== undefined;
    const isWrong = during('labels wrong for a day') !== undefined;
    const rows = reader.getRows().map(([id, departedAt, row, value]): StreamedFlight => {
      const truth = Number(value);
      const label = isSilent ? undefined : isWrong ? 1 - truth : truth;
      return { id: String(id), departedAt: String(departedAt), row: String(row), late: truth, label };
    });
    if (rows.length < count) throw new Error(`${date} has ${rows.length} flights, ${count} are played`);
    return rows;
  }

  close(): void {
    this.connection.closeSync();
  }
}

/** `YYYY-MM-DD` of a day of the stream. */
export function dateOf(day: number): string {
  return new Date(Date.parse(`${STREAM.first}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10);
}
