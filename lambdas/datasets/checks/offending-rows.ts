/** The first rows of the table `data` that a condition holds for. */
import { createHash } from 'node:crypto';
import type { DuckDb } from '../../shared/duckdb.ts';
import type { ColumnRole } from '../../shared/settings.ts';
import { type Example, MAXIMUM_EXAMPLES } from './fact-types.ts';

const MAXIMUM_CHARACTERS = 80;
const HASH_DIGITS = 12;

/** How examples are shown. */
export interface Showing {
  /** Name below the upload of a file by its index. */
  readonly pathOf?: (file: number) => string | undefined;
  /** Goes before every value that is hashed. */
  readonly salt: string;
}

export interface OffendingRows {
  /** SQL that is true for an offender. */
  readonly condition: string;
  /** SQL of the value to show; nothing is shown without. */
  readonly value?: string;
  readonly role?: ColumnRole;
}

/** The first ten offenders by file and row. */
export async function firstOffenders(
  database: DuckDb,
  { condition, value, role }: OffendingRows,
  showing: Showing,
): Promise<Example[]> {
  const shown = value === undefined ? 'NULL' : `CAST(${value} AS VARCHAR)`;
  const rows = await database.rows<{ file: number; row: number; value: string | null }>(
    `SELECT __file AS file, __row AS row, ${shown} AS value FROM data WHERE ${condition}
     ORDER BY __file, __row LIMIT ${MAXIMUM_EXAMPLES}`,
  );
  return rows.map(({ file, row, value: text }) => {
    const path = showing.pathOf?.(file);
    return {
      file,
      ...(path === undefined ? {} : { path }),
      row,
      ...(text === null ? {} : { value: shownValue(text, role, showing.salt) }),
    };
  });
}

/** A value as its column's role allows it to be shown: those of keys and sensitive columns are hashed. */
export function shownValue(text: string, role: ColumnRole | undefined, salt: string): string {
  if (role !== 'key' && role !== 'sensitive') return [...text].slice(0, MAXIMUM_CHARACTERS).join('');
  const digest = createHash('sha256').update(salt).update(text).digest('hex');
  return `sha256:${digest.slice(0, HASH_DIGITS)}`;
}
