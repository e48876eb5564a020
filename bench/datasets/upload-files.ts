/** Files that the upload rows send: made by DuckDB from a hash of the row's number, the same on every machine. */
import { statSync } from 'node:fs';
import { type DuckDb, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

const REGIONS = ['north', 'east', 'south', 'west', 'unknown'];

export interface CsvOptions {
  readonly rows: number;
  /** Numbers beside key, time, three short texts and the target. */
  readonly numbers: number;
  /** Whether numbers have all the digits that a double has. @default - four behind the point */
  readonly hasAllDigits?: boolean;
  /** Makes another content of the same form. */
  readonly seed: number;
}

/** Writes a CSV with a header. About 62 bytes and 8 for each number in a row, 19 with all digits. @returns its size in bytes */
export async function writeCsv(
  file: string,
  { rows, numbers, hasAllDigits = false, seed }: CsvOptions,
): Promise<number> {
  const random = (salt: number) => `hash(i, ${seed}, ${salt})`;
  const number = (salt: number) =>
    hasAllDigits
      ? `(${random(salt)} >> 11)::DOUBLE / 9007199254740992`
      : `(${random(salt)} % 1000000) / 10000`;
  const text = (salt: number) =>
    `['north', 'east', 'south', 'west', 'unknown'][1 + (${random(salt)} % 5)::INTEGER]`;
  const columns = [
    `printf('row-%010d', i) AS id`,
    `strftime(TIMESTAMP '2026-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%SZ') AS at`,
    `${text(1)} AS origin`,
    `${text(2)} AS destination`,
    `${text(3)} AS carrier`,
    ...Array.from({ length: numbers }, (_, index) => `${number(index + 10)} AS n${index}`),
    `(${random(4)} % 3 = 0)::INTEGER AS target`,
  ];
  const sql = `COPY (SELECT ${columns.join(', ')} FROM range(${rows}) AS t(i)) TO ${literal(file)} (FORMAT csv, HEADER)`;
  await withScratch((database) => database.run(sql));
  return statSync(file).size;
}

const withScratch = (work: (database: DuckDb) => Promise<void>) =>
  withTempDirectory((directory) => withDuckDb(directory, work));

/** One of many small CSV files: about 80 bytes a row, no content like another's. */
export function smallCsv(index: number, rows: number): string {
  const lines = ['id,at,region,signal,target'];
  for (let row = 0; row < rows; row += 1) {
    const number = index * rows + row;
    const at = new Date(Date.UTC(2020, 0, 1) + number * 1000).toISOString();
    // Knuth's multiplicative hash: spreads without a library
    const spread = Math.imul(number, 2_654_435_761) >>> 0;
    const region = REGIONS[spread % REGIONS.length];
    lines.push(
      `row-of-a-small-file-${number},${at},${region},${(spread % 999_983) / 999_983},${(spread >>> 16) & 1}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
