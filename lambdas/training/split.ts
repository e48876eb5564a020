/** On which side of the split a row falls. */

import { digestOf } from '../shared/digest.ts';
import { identifier, literal } from '../shared/duckdb.ts';
import type { ProjectSettings, SplitSettings } from '../shared/settings.ts';
import { segmentColumns } from './split-segments.ts';

export type SplitSide = 'train' | 'validation' | 'holdout';

/** Positions below `holdout` are held out, those from there to below `validation` validate, the others train. */
export interface Thresholds {
  readonly holdout: number;
  readonly validation: number;
}

/** Raised when the files of a split or the rules below change, so that no old split is taken for a new one. */
const SPLIT_FORMAT = 1;
/** Positions are multiples of it. */
export const POSITION_STEP = 2 ** -52;

/**
 * Digest of everything but the data that decides a split: its settings, the columns that it looks at, the problem that
 * labels are written for, the format of its files, and the list of forgotten keys.
 * @param tombstones digest of the list. @default - nothing is forgotten
 */
export function splitDigest(
  settings: Pick<ProjectSettings, 'split' | 'dataset'> & Partial<Pick<ProjectSettings, 'problem' | 'gates'>>,
  tombstones?: string,
): string {
  const { split, dataset, problem, gates } = settings;
  const { stratify, ...rest } = split;
  // settings without a problem are from before there was a choice: their splits keep name and bytes
  const segments = gates && problem ? segmentColumns({ dataset, gates }) : [];
  return digestOf({
    format: SPLIT_FORMAT,
    // without stratification nothing is said of it: splits from before there was one keep their names
    split: stratify ? { ...rest, stratify } : rest,
    key: dataset.key ?? null,
    target: dataset.target,
    eventTime: split.by === 'event-time' ? dataset.eventTime : undefined,
    tombstones,
    problem,
    // declared roles and gates; of inferred roles the version's schema, which never changes, has the only say
    segments: segments.length > 0 ? segments : undefined,
  }).slice(0, 16);
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

/** The same thresholds for all rows: the holdout first, so that changing the validation share leaves it alone. */
export const fixedThresholds = ({ holdoutFraction, validationFraction }: SplitSettings): Thresholds => ({
  holdout: holdoutFraction,
  validation: holdoutFraction + validationFraction,
});

/** SQL for the side of a position. */
export function sideExpression(position: string, { holdout, validation }: Thresholds): string {
  return `CASE WHEN ${position} < ${holdout} THEN 'holdout'
    WHEN ${position} < ${validation} THEN 'validation' ELSE 'train' END`;
}

/** SQL for the side of a position in its stratum. @param strata thresholds by the stratum's text. */
export function stratifiedSideExpression(
  position: string,
  stratum: string,
  strata: ReadonlyMap<string, Thresholds>,
): string {
  const cases = [...strata].map(
    ([text, thresholds]) => `WHEN ${literal(text)} THEN ${sideExpression(position, thresholds)}`,
  );
  return `CASE ${stratum} ${cases.join('\n')} END`;
}

/** SQL for the side of a time; a row without one trains. @param from first microsecond since 1970 of each side. */
export function timeSideExpression(
  time: string,
  from: { readonly validationEpochUs: number; readonly holdoutEpochUs: number },
): string {
  return `CASE WHEN epoch_us(${time}) >= ${from.holdoutEpochUs} THEN 'holdout'
    WHEN epoch_us(${time}) >= ${from.validationEpochUs} THEN 'validation' ELSE 'train' END`;
}
