import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../lambdas/datasets/contract.ts';
import { deleteDroppedRows, findDuplicates } from '../../lambdas/datasets/versions/duplicates.ts';
import {
  indexDigest,
  type NumberedFile,
  writeIndex,
  writeRowHashes,
} from '../../lambdas/datasets/versions/row-hashes.ts';
import { type DuckDb, literal, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';

const SCHEMA: DatasetSchema = {
  columns: [
    { name: 'id', type: 'string', role: 'key' },
    { name: 'at', type: 'timestamp', role: 'event-time' },
    { name: 'x', type: 'integer', role: 'feature' },
  ],
};
const BOTH = { key: 'id', eventTime: 'at' };
const FILES: NumberedFile[] = [
  { index: 0, path: 'a.csv' },
  { index: 1, path: "b/it's.csv" },
];

type Row = readonly [id: string | null, at: string | null, x: number, file: number, row: number];

const inDatabase = <T>(work: (database: DuckDb, directory: string) => Promise<T>) =>
  withTempDirectory((directory) => withDuckDb(directory, (database) => work(database, directory)));

async function hashesOf(
  database: DuckDb,
  directory: string,
  rows: readonly Row[],
  settings: Parameters<typeof writeRowHashes>[1] = BOTH,
  name = 'own',
): Promise<string> {
  const text = (value: string | null, type: string) =>
    `CAST(${value === null ? 'NULL' : literal(value)} AS ${type})`;
  const values = rows.map(
    ([id, at, x, file, row]) =>
      `(${text(id, 'VARCHAR')}, ${text(at, 'TIMESTAMP')}, CAST(${x} AS BIGINT), ${file}, ${row})`,
  );
  await database.run(
    `CREATE OR REPLACE TABLE data AS SELECT * FROM (VALUES ${values.join(', ')}) AS t(id, "at", x, __file, __row)`,
  );
  const file = join(directory, `${name}.parquet`);
  await writeRowHashes(database, settings, SCHEMA, file);
  return file;
}
const droppedIn = (database: DuckDb, file: string | undefined) =>
  file === undefined
    ? Promise.resolve([])
    : database.rows<{ path: string; row: number }>(`SELECT path, row FROM read_parquet(${literal(file)})`);

describe('findDuplicates', () => {
  it('keeps the last row of a key and event time, by path and then by row', async () => {
    const rows: Row[] = [
      ['k', '2001-01-01', 1, 0, 1],
      ['k', '2001-01-01', 2, 0, 2],
      ['k', '2001-01-01', 3, 1, 1],
      ['k', '2001-01-02', 4, 0, 3],
      ['l', '2001-01-01', 5, 1, 2],
    ];
    const [found, dropped] = await inDatabase(async (database, directory) => {
      const own = [await hashesOf(database, directory, rows)];
      const to = join(directory, 'dropped.parquet');
      const duplicates = await findDuplicates(database, { own, files: FILES, to });
      return [duplicates, await droppedIn(database, duplicates.dropped)] as const;
    });
    expect(found).toMatchObject({
      duplicateRows: 0,
      repeatedIds: 1,
      droppedRows: 2,
      ownDroppedRows: 2,
      supersedesHead: false,
    });
    expect(dropped).toEqual([
      { path: 'a.csv', row: 1 },
      { path: 'a.csv', row: 2 },
    ]);
  });

  it('goes by the key alone where no event time is declared', async () => {
    const rows: Row[] = [
      ['k', '2001-01-01', 1, 0, 1],
      ['k', '2001-01-02', 2, 0, 2],
    ];
    const dropped = await inDatabase(async (database, directory) => {
      const own = [await hashesOf(database, directory, rows, { key: 'id' })];
      const to = join(directory, 'dropped.parquet');
      return droppedIn(database, (await findDuplicates(database, { own, files: FILES, to })).dropped);
    });
    expect(dropped).toEqual([{ path: 'a.csv', row: 1 }]);
  });

  it.each([
    ['a missing key', [null, '2001-01-01'], BOTH],
    ['a missing event time', ['k', null], BOTH],
    ['no key column', ['k', '2001-01-01'], {}],
  ] as const)('never drops a row with %s, but counts equal rows', async (_case, [id, at], settings) => {
    const rows: Row[] = [1, 2, 3].map((row) => [id, at, 7, 0, row]);
    const found = await inDatabase(async (database, directory) => {
      const own = [await hashesOf(database, directory, rows, settings)];
      return findDuplicates(database, { own, files: FILES, to: join(directory, 'dropped.parquet') });
    });
    expect(found).toMatchObject({ duplicateRows: 2, repeatedIds: 0, droppedRows: 0, dropped: undefined });
  });

  it('does not take a key for another one by where key and event time meet', async () => {
    const schema: DatasetSchema = {
      columns: [SCHEMA.columns[0]!, { name: 'at', type: 'string', role: 'event-time' }],
    };
    const found = await inDatabase(async (database, directory) => {
      await database.run(
        `CREATE TABLE data AS SELECT * FROM (VALUES ('a1', '1', 0, 1), ('a', '11', 0, 2)) AS t(id, "at", __file, __row)`,
      );
      const own = join(directory, 'own.parquet');
      await writeRowHashes(database, BOTH, schema, own);
      return findDuplicates(database, { own: [own], files: FILES, to: join(directory, 'd.parquet') });
    });
    expect(found.droppedRows).toBe(0);
  });

  it('replaces rows of the version that an upload adds to, once and for all', async () => {
    const head: Row[] = [
      ['k', '2001-01-01', 1, 0, 1],
      ['k', '2001-01-01', 2, 0, 2],
      ['l', '2001-01-01', 3, 1, 1],
      ['m', '2001-01-01', 4, 1, 2],
    ];
    const result = await inDatabase(async (database, directory) => {
      const hashes = await hashesOf(database, directory, head, BOTH, 'head');
      const index = join(directory, 'index.parquet');
      await writeIndex(database, { hashes: [hashes], files: FILES, to: index });
      const before = await findDuplicates(database, {
        own: [hashes],
        files: FILES,
        to: join(directory, 'before.parquet'),
      });
      const own = await hashesOf(database, directory, [
        ['l', '2001-01-01', 9, 0, 1],
        ['n', '2001-01-01', 9, 0, 2],
      ]);
      const after = await findDuplicates(database, {
        own: [own],
        files: [{ index: 0, path: 'c.csv' }],
        head: { indexes: [index], dropped: before.dropped },
        to: join(directory, 'after.parquet'),
      });
      const none = await findDuplicates(database, {
        own: [await hashesOf(database, directory, [['z', '2001-01-01', 9, 0, 1]])],
        files: [{ index: 0, path: 'd.csv' }],
        head: { indexes: [index], dropped: before.dropped },
        to: join(directory, 'none.parquet'),
      });
      return { after, none, dropped: await droppedIn(database, after.dropped) };
    });
    expect(result.after).toMatchObject({ supersededRows: 1, supersedesHead: true, droppedRows: 2 });
    expect(result.dropped).toEqual([
      { path: 'a.csv', row: 1 },
      { path: "b/it's.csv", row: 1 },
    ]);
    expect(result.none).toMatchObject({ supersededRows: 0, supersedesHead: false, droppedRows: 1 });
  });

  it('finds the same in shards as in one piece', async () => {
    const rows: Row[] = Array.from({ length: 300 }, (_, i) => [
      `k${(i * 7) % 90}`,
      `2001-01-0${(i % 2) + 1}`,
      i % 5,
      i % 2,
      Math.floor(i / 2) + 1,
    ]);
    const [whole, sharded] = await inDatabase(async (database, directory) => {
      const find = async (own: string[], name: string) => {
        const to = join(directory, name);
        const { dropped, ...counts } = await findDuplicates(database, { own, files: FILES, to });
        return { counts, rows: await droppedIn(database, dropped) };
      };
      const one = await hashesOf(database, directory, rows, BOTH, 'one');
      const some = await hashesOf(database, directory, rows.slice(200), BOTH, 'some');
      const rest = await hashesOf(database, directory, rows.slice(0, 200), BOTH, 'rest');
      return [await find([one], 'd1'), await find([some, rest], 'd2')];
    });
    // 90 keys at 2 times each, of which i and i + 90 share key and time: 300 rows of 180 identities at most
    const identities = new Set(rows.map(([id, at]) => `${id} ${at}`));
    expect(whole!.counts.droppedRows).toBe(300 - identities.size);
    expect(sharded).toEqual(whole);
  });
});

it('takes the dropped rows out of the table', async () => {
  const left = await inDatabase(async (database, directory) => {
    const rows: Row[] = [
      ['k', '2001-01-01', 1, 0, 1],
      ['k', '2001-01-01', 2, 1, 1],
      [null, null, 3, 1, 2],
    ];
    const own = [await hashesOf(database, directory, rows)];
    const { dropped } = await findDuplicates(database, {
      own,
      files: FILES,
      to: join(directory, 'd.parquet'),
    });
    await deleteDroppedRows(database, dropped!, FILES);
    return database.rows('SELECT x FROM data ORDER BY x');
  });
  expect(left).toEqual([{ x: 2 }, { x: 3 }]);
});

it('tells indexes apart that cannot be compared', () => {
  const named = indexDigest(BOTH, SCHEMA);
  expect(indexDigest({ key: 'id' }, SCHEMA)).not.toBe(named);
  expect(indexDigest({ eventTime: 'at' }, SCHEMA)).toBeUndefined();
  expect(indexDigest({ key: 'gone' }, SCHEMA)).toBeUndefined();
});
