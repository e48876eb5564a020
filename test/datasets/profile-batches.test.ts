import { describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../lambdas/datasets/contract.ts';
import { profileTable } from '../../lambdas/datasets/profile/profile-table.ts';
import { profileBatches } from '../../lambdas/datasets/versions/profile-batches.ts';
import { withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

const SCHEMA: DatasetSchema = {
  columns: [
    { name: 'id', type: 'string', role: 'key' },
    { name: 'few', type: 'integer', role: 'feature' },
    { name: 'many', type: 'double', role: 'feature' },
    { name: 'word', type: 'string', role: 'feature' },
  ],
};

describe('profileBatches', () => {
  it('chooses the same edges and counts the same as one look at all rows', async () => {
    const [batched, whole] = await withTempDirectory((directory) =>
      withDuckDb(directory, async (database) => {
        await database.run(
          `CREATE TABLE data AS SELECT 'k' || i AS id, CASE WHEN i % 11 <> 0 THEN i % 7 END AS few,
             sqrt(i * 1.0) AS many, 'w' || (i % 40) AS word FROM range(20000) AS t(i)`,
        );
        const sizes = [7000, 1, 12_999];
        const profile = await profileBatches(database, SCHEMA, async (work) => {
          let from = 0;
          for (const size of sizes) {
            await database.run(
              `CREATE OR REPLACE TABLE batch AS SELECT * FROM data LIMIT ${size} OFFSET ${from}`,
            );
            from += size;
            await work('batch');
          }
        });
        return [profile, await profileTable(database, 'data', SCHEMA)] as const;
      }),
    );
    expect(batched.rows).toBe(20_000);
    const exact = ({ columns }: typeof whole) =>
      columns.map((column) =>
        column.kind === 'numeric'
          ? [column.grid.edges, column.grid.counts, column.missing, column.min, column.max, column.values]
          : column.kind === 'categorical'
            ? [column.values, column.other, column.missing]
            : [],
      );
    expect(exact(batched)).toEqual(exact(whole));
    for (const [index, column] of batched.columns.entries()) {
      const other = whole.columns[index]!;
      if (column.kind !== 'numeric' || other.kind !== 'numeric') continue;
      expect(Math.abs(column.mean! / other.mean! - 1)).toBeLessThan(1e-12);
      expect(Math.abs(column.m2! / other.m2! - 1)).toBeLessThan(1e-12);
    }
  });
});
