/** On which side of the split a row falls. */

import { digestOf } from '../shared/digest.ts';
import { identifier, literal } from '../shared/duckdb.ts';
import type { ProjectSettings, SplitSettings } from '../shared/settings.ts';

export type SplitSide = 'train' | 'validation' | 'holdout';

/** Raised when the files of a split or the rule below change, so that no old split is taken for a new one. */
const SPLIT_FORMAT = 1;

/** Digest of everything but the data that decides a split: its settings, the key column and the format of its files. */
export function splitDigest({ split, dataset }: Pick<ProjectSettings, 'split' | 'dataset'>): string {
  return digestOf({ format: SPLIT_FORMAT, split, key: dataset.key ?? null, target: dataset.target }).slice(
    0,
    16,
  );
}

/**
 * SQL for a row's position in [0, 1): the first 52 bits of the MD5 of `<salt>:<key>`, over 2^52. It depends on nothing
 * else, so a key stays on its side in every version, and rows that share a key stay together. MD5 is here for its
 * stability across engines and versions, which DuckDB's own `hash` does not promise; nothing about it needs secrecy.
 * @param columns without a key column the whole row is the key, its columns joined by the unit separator.
 */
export function positionExpression(
  { salt }: SplitSettings,
  key: string | undefined,
  columns: readonly string[],
): string {
  const text = key
    ? `coalesce(CAST(${identifier(key)} AS VARCHAR), '')`
    : `concat_ws(chr(31), ${columns.map((name) => `coalesce(CAST(${identifier(name)} AS VARCHAR), '')`).join(', ')})`;
  return `(CAST('0x' || substr(md5(${literal(`${salt}:`)} || ${text}), 1, 13) AS BIGINT) / ${2 ** 52}.0::DOUBLE)`;
}

/** SQL for the side of a position: the holdout first, so that changing the validation share leaves it alone. */
export function sideExpression(
  position: string,
  { holdoutFraction, validationFraction }: SplitSettings,
): string {
  return `CASE WHEN ${position} < ${holdoutFraction} THEN 'holdout'
    WHEN ${position} < ${holdoutFraction + validationFraction} THEN 'validation' ELSE 'train' END`;
}
