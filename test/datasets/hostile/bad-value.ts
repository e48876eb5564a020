/** Uploads of one column of values, declared and undeclared. */
import type { ColumnType } from '../../../lambdas/shared/settings.ts';
import { column, type HostileUpload, hostile, type Reading } from './hostile-upload.ts';

export interface BadValues {
  /** As text of the file, quotation marks included. */
  readonly values: readonly string[];
  readonly declared: ColumnType;
  /** What the declared column makes of them; null is bad or missing. */
  readonly typed: readonly (string | null)[];
  readonly bad: readonly string[];
  /** The whole sentence of column-types. */
  readonly sentence: string;
  /** Type without declaration, and values where they are not `values`. @default 'string' */
  readonly inferred?: ColumnType;
  readonly kept?: readonly (string | null)[];
  /** Sentence of columns-inferred, where some values are of a narrower type. */
  readonly note?: string;
  /** Of the undeclared upload. @default PASS, without anything said */
  readonly undeclared?: Pick<Reading, 'verdict' | 'says'>;
}

/** Values that a declared column refuses, and that decide the type of an undeclared one. */
export function badValues(row: number, upload: string, given: BadValues): HostileUpload {
  const {
    values,
    declared,
    typed,
    bad,
    sentence,
    inferred = 'string',
    kept = values,
    note,
    undeclared,
  } = given;
  return hostile(
    row,
    upload,
    column(...values),
    {
      verdict: 'FAIL',
      declared: { x: declared },
      values: { x: typed },
      bad: { x: bad },
      says: [['column-types', sentence]],
    },
    {
      verdict: 'PASS',
      says: note ? [['columns-inferred', note]] : [],
      ...undeclared,
      types: { x: inferred },
      values: { x: kept },
    },
  );
}

/** Values that are of the type, declared or not. */
export function goodValues(
  row: number,
  upload: string,
  type: ColumnType,
  values: readonly string[],
  typed: readonly (string | null)[],
): HostileUpload {
  const reading = { verdict: 'PASS', values: { x: typed }, bad: { x: [] } } as const;
  return hostile(
    row,
    upload,
    column(...values),
    { ...reading, declared: { x: type } },
    { ...reading, types: { x: type } },
  );
}
