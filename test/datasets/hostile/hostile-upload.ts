/** What a hostile upload is: a row of docs/hostile-uploads.md with its bytes, its outcomes and what is said. */
import { readFileSync } from 'node:fs';
import type { ColumnType, DatasetSettings } from '../../../lambdas/shared/settings.ts';

export type Content = string | Uint8Array;
/** Content by name below the upload. */
export type Files = Readonly<Record<string, Content>>;
/** A check and the sentence that it says. */
export type Says = readonly [check: string, sentence: string];

/** One way of reading an upload: with declared types, or without. */
export interface Reading {
  readonly verdict: 'FAIL' | 'WARN' | 'PASS';
  /** Types that the project declares, `y` as integer target with them. @default - nothing is declared */
  readonly declared?: Readonly<Record<string, ColumnType>>;
  readonly settings?: Partial<DatasetSettings>;
  /** All that blocks or warns, and what the page says for information. */
  readonly says?: readonly Says[];
  /** Typed values as DuckDB prints them, by column, in order of file and row. */
  readonly values?: Readonly<Record<string, readonly (string | null)[]>>;
  /** Types that undeclared columns get. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Raw texts that are not of their column's type, by column. */
  readonly bad?: Readonly<Record<string, readonly string[]>>;
  /** Rows of the version to be. */
  readonly rows?: number;
}

export interface HostileUpload {
  /** Number on the page. */
  readonly row: number;
  readonly upload: string;
  readonly files: () => Files;
  readonly readings: readonly Reading[];
}

/** One file `a.csv`, or all files. */
type Given = Content | Files | (() => Content | Files);

export function hostile(row: number, upload: string, given: Given, ...readings: Reading[]): HostileUpload {
  const files = () => {
    const made = typeof given === 'function' ? given() : given;
    return typeof made === 'string' || made instanceof Uint8Array ? { 'a.csv': made } : made;
  };
  return { row, upload, files, readings };
}

/** An upload that is refused because of files that do not read. */
export function unreadable(row: number, upload: string, given: Given, ...sentences: string[]): HostileUpload {
  return hostile(row, upload, given, {
    verdict: 'FAIL',
    says: sentences.map((sentence) => ['files-readable', sentence]),
  });
}

/** An upload of which nothing is said. */
export function readable(
  row: number,
  upload: string,
  given: Given,
  values: Reading['values'],
  types: Reading['types'] = undefined,
): HostileUpload {
  return hostile(row, upload, given, { verdict: 'PASS', values, types });
}

export const GOOD = 'x,y\n1,0\n2,1\n';

/** CSV with the values as column x and a good target. */
export const column = (...values: string[]) =>
  `x,y\n${values.map((value, at) => `${value},${at % 2}\n`).join('')}`;

const encoded = JSON.parse(readFileSync(new URL('fixtures.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;

/** A file that make-fixtures.py wrote. */
export function fixture(name: string): Buffer {
  const text = encoded[name];
  if (text === undefined)
    throw new Error(`fixtures.json has no "${name}"; it has ${Object.keys(encoded).join(', ')}`);
  return Buffer.from(text, 'base64');
}

/** What is said of undeclared integers of which one is over 2^63-1. */
export const overRange = (path: string, value: string) =>
  `Column "x" is text: 1 of 2 values is over the range of integers, first in "${path}" row 1: "${value}". Declare it as double if they are numbers.`;
