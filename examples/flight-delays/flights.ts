/**
 * Three million real flights (npm package `vega-datasets`), made into rows of this example.
 *
 * The file has no key: a flight's id is the MD5 of minute, origin, destination and its number among the flights that
 * share them, counted by distance and delay. `date` looks like the actual departure minute, so the honest task is to
 * predict at departure; late means more than 15 minutes at arrival. Six rows that lie in July are left out.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { EXTRACT, HISTORY, STREAM, WEST_JOINS, WESTERN_AIRPORTS } from './scenario.ts';

/** Columns of an upload, in order; the features among them, in order, are what the endpoint is sent. */
export const FEATURES = ['origin', 'destination', 'distance', 'departure_minute', 'weekday'] as const;

/** The package exports its code only; the file lies beside it. */
const SOURCE = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '..',
  'data',
  'flights-3m.parquet',
);

/** All flights with their `flight_id`. */
export const namedFlights = () => `
  SELECT md5(strftime(date, '%Y%m%d%H%M') || origin || destination || number) AS flight_id, *
  FROM (
    SELECT *, row_number() OVER (PARTITION BY date, origin, destination ORDER BY distance, delay) AS number
    FROM '${SOURCE}' WHERE date < TIMESTAMP '2001-07-01'
  )`;

export interface Flight {
  readonly id: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly departedAt: string;
  /** Features as a CSV line, without its newline. */
  readonly row: string;
  readonly late: number;
}

export class Flights {
  private readonly connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  static async open(): Promise<Flights> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const western = WESTERN_AIRPORTS.map((airport) => `'${airport}'`).join(', ');
    await connection.run(`
      CREATE TABLE flights AS
      WITH named AS (FROM (${namedFlights()})
        WHERE date < TIMESTAMP '${HISTORY.to}' OR date >= TIMESTAMP '${STREAM.firstMonday}'
      )
      SELECT flight_id, date AS departed_at, origin, destination, distance,
        hour(date) * 60 + minute(date) AS departure_minute, isodow(date) - 1 AS weekday,
        (delay > 15)::INTEGER AS late,
        origin IN (${western}) OR destination IN (${western}) AS western,
        ('0x' || substr(flight_id, 1, 6))::INTEGER % 100 AS percentile
      FROM named`);
    return new Flights(connection);
  }

  /** Writes the first upload as CSV. @returns its rows. */
  async writeHistory(path: string): Promise<number> {
    return this.writeCsv(path, 'true');
  }

  /** Writes the extract that somebody uploads by mistake. @returns its rows. */
  async writeExtract(path: string): Promise<number> {
    return this.writeCsv(path, `('0x' || substr(flight_id, 7, 6))::INTEGER % ${EXTRACT.keepOneIn} = 0`);
  }

  private async writeCsv(path: string, where: string): Promise<number> {
    const { rowsChanged } = await this.connection.run(`
      COPY (
        SELECT flight_id, strftime(departed_at, '%Y-%m-%dT%H:%M:%SZ') AS departed_at, ${FEATURES.join(', ')}, late
        FROM flights
        WHERE departed_at >= TIMESTAMP '${HISTORY.from}' AND departed_at < TIMESTAMP '${HISTORY.to}'
          AND NOT western AND percentile < ${HISTORY.sharePercent} AND ${where}
        ORDER BY departed_at, flight_id
      ) TO '${path}' (HEADER, DELIMITER ',')`);
    return rowsChanged;
  }

  /** Flights that the airline serves from a day (inclusive) to a day (exclusive), in order of departure. */
  async served(from: string, to: string): Promise<Flight[]> {
    const reader = await this.connection.runAndReadAll(`
      SELECT flight_id, strftime(departed_at, '%Y-%m-%dT%H:%M:%SZ') AS departed_at,
        concat_ws(',', ${FEATURES.join(', ')}) AS features, late
      FROM flights
      WHERE departed_at >= TIMESTAMP '${from}' AND departed_at < TIMESTAMP '${to}'
        AND (NOT western OR departed_at >= TIMESTAMP '${WEST_JOINS}')
        AND percentile >= ${STREAM.fromPercent} AND percentile < ${STREAM.toPercent}
      ORDER BY departed_at, flight_id`);
    return reader.getRows().map(([id, departedAt, row, late]) => ({
      id: String(id),
      departedAt: String(departedAt),
      row: String(row),
      late: Number(late),
    }));
  }

  close(): void {
    this.connection.closeSync();
  }
}
