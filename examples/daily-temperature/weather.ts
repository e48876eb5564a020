/**
 * Four years of daily weather in Seattle and New York (npm package `vega-datasets`, `weather.csv`, from NOAA's Global
 * Historical Climatology Network), made into rows of this example: what is measured on a day, and how warm it gets on the
 * next.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** The package exports its code only; the file lies beside it. */
const SOURCE = join(
  dirname(createRequire(import.meta.url).resolve('vega-datasets')),
  '..',
  'data',
  'weather.csv',
);

/** Columns of an upload that the model is sent, in order. */
export const FEATURES = [
  'new_york',
  'temp_max',
  'temp_min',
  'precipitation',
  'wind',
  'temp_max_before',
  'season_sin',
  'season_cos',
] as const;

/** Writes all days as CSV: 2,918, since the first and the last of a city lack a neighbour. @returns rows */
export async function writeWeather(file: string): Promise<number> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await connection.run(`
      CREATE TABLE days AS
      WITH measured AS (
        SELECT *, lag(temp_max) OVER city AS temp_max_before, lead(temp_max) OVER city AS temp_max_tomorrow,
          2 * pi() * dayofyear(date) / 365.25 AS season
        FROM read_csv('${SOURCE.replaceAll("'", "''")}') WINDOW city AS (PARTITION BY location ORDER BY date)
      )
      SELECT replace(lower(location), ' ', '-') || '-' || strftime(date, '%Y-%m-%d') AS day_id,
        strftime(date, '%Y-%m-%dT23:59:59Z') AS measured_at, (location = 'New York')::INTEGER AS new_york,
        temp_max, temp_min, precipitation, wind, temp_max_before,
        round(sin(season), 6) AS season_sin, round(cos(season), 6) AS season_cos, temp_max_tomorrow
      FROM measured WHERE temp_max_before IS NOT NULL AND temp_max_tomorrow IS NOT NULL ORDER BY date, location`);
    await connection.run(`COPY days TO '${file.replaceAll("'", "''")}' (FORMAT csv, HEADER)`);
    const [[rows]] = (await connection.runAndReadAll('SELECT count(*) FROM days')).getRows() as [[bigint]];
    return Number(rows);
  } finally {
    connection.closeSync();
  }
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('weather.ts')) {
  const file = process.argv[2] ?? 'weather.csv';
  console.log(`${file}: ${await writeWeather(file)} rows`);
}
