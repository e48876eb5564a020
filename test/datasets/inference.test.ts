/** Why a column became text is told alike of an upload that was read whole and of one that was read in parts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { inferenceFacts, mergeInferenceFacts } from '../../lambdas/datasets/schema/inference-facts.ts';
import { inferenceFindings } from '../../lambdas/datasets/schema/inference-findings.ts';
import { type DuckDb, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';

const directory = mkdtempSync(join(tmpdir(), 'driftless-inference-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Value = string | null;
interface Row {
  readonly file: number;
  readonly row: number;
  readonly value: Value;
}

const schema = { columns: [{ name: 'x', type: 'string', role: 'feature' }] } as const;

async function factsOf(database: DuckDb, rows: readonly Row[], isPart: boolean) {
  const values = rows.map(
    ({ file, row, value }) => `(${file}, ${row}, ${value === null ? 'NULL' : literal(value)})`,
  );
  await database.run('CREATE OR REPLACE TABLE data (__file INTEGER, __row BIGINT, x VARCHAR)');
  if (values.length > 0) await database.run(`INSERT INTO data VALUES ${values.join(', ')}`);
  return inferenceFacts(database, { schema, files: () => [], pathOf: (file) => `f${file}.csv`, isPart });
}

const aValue = fc.constantFrom(
  '1',
  '2.5',
  '007',
  'true',
  '2001-01-01',
  'abc',
  ' ',
  '99999999999999999999',
  null,
);

it('whatever the values and the cuts', async () => {
  await withDuckDb(directory, async (database) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(aValue, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (files, reversed) => {
          const parts = files.map((values, file) =>
            values.map((value, at): Row => ({ file, row: at + 1, value })),
          );
          const whole = inferenceFindings(await factsOf(database, parts.flat(), false));
          const facts = [];
          for (const part of reversed ? parts.toReversed() : parts)
            facts.push(await factsOf(database, part, true));
          expect(inferenceFindings(facts.reduce(mergeInferenceFacts))).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });
}, 60_000);

it('also where one part holds nothing but text and another nothing but numbers', async () => {
  await withDuckDb(directory, async (database) => {
    const text = await factsOf(database, [{ file: 0, row: 1, value: 'abc' }], true);
    const numbers = await factsOf(database, [{ file: 1, row: 1, value: '5' }], true);
    expect(inferenceFindings(mergeInferenceFacts(numbers, text)).map(({ reason }) => reason)).toEqual([
      'Column "x" is text: 1 of 2 values is not a number, first in "f0.csv" row 1: "abc". Declare its type to refuse such rows.',
    ]);
  });
});
