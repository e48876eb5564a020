/** How an upload is divided, and that a shard of row groups reads like the whole file. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ListedObject } from '../../lambdas/datasets/contract.ts';
import type { Shard } from '../../lambdas/datasets/scan/contract.ts';
import { footerLength, footerOfGroups, rowGroups } from '../../lambdas/datasets/scan/parquet-footer.ts';
import { planShards, type ShardLimits } from '../../lambdas/datasets/scan/plan-shards.ts';
import { fetchFiles, shardFiles } from '../../lambdas/datasets/scan/shard-files.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { listingKey } from '../../lambdas/shared/keys.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';

const BUCKET = 'data-bucket';
const UPLOAD = 'jan-0123456789ab';
const LIMITS: ShardLimits = {
  bytes: 1_000,
  files: 4,
  hash: { treeAbove: 1e9, chunkSize: 1e9 },
  hashedBytes: 1e9,
};

let aws: FakeAws;
let folder: string;
beforeEach(() => {
  aws = fakeAws();
  folder = mkdtempSync(join(tmpdir(), 'shards-'));
});
afterEach(() => {
  aws.restore();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts files and the listing of them; `size` alone stands for bytes that nobody reads. */
function list(files: readonly { readonly path: string; readonly bytes?: Buffer; readonly size?: number }[]) {
  const listed = files.map(({ path, bytes, size }): ListedObject => {
    const key = `incoming/jan/${path}`;
    const { versionId, etag } = aws.put(BUCKET, key, bytes ?? '');
    return { path, key, versionId, etag, size: bytes?.length ?? size!, lastModified: '2026-01-01T00:00:00Z' };
  });
  aws.put(BUCKET, listingKey(UPLOAD), listed.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return listed;
}

async function plan(limits: Partial<ShardLimits> = {}): Promise<Shard[]> {
  const workPrefix = `uploads/${UPLOAD}/on-0/`;
  const { shardsKey } = await planShards({
    bucket: BUCKET,
    upload: UPLOAD,
    workPrefix,
    limits: { ...LIMITS, ...limits },
  });
  expect(shardsKey).toBe(`${workPrefix}shards.jsonl`);
  const text = aws.objects.get(`${BUCKET}/${shardsKey}`)!.bytes.toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Shard);
}

function writeParquet(rows: number, rowsInGroup: number, options = ''): Promise<Buffer> {
  const file = join(folder, 'made.parquet');
  return withDuckDb(folder, async (database) => {
    await database.run(
      `COPY (SELECT i AS id, 'text ' || (i % 97) AS word, CASE WHEN i % 5 > 0 THEN i / 3.0 END AS ratio
       FROM range(${rows}) AS r (i)) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE ${rowsInGroup}${options})`,
    );
    return readFileSync(file);
  });
}

describe('an upload is divided', () => {
  it('by bytes and by number of files, whatever their names', async () => {
    const sizes = [400, 500, 200, 5_000, 1, 1, 1, 1, 1];
    const listed = list(sizes.map((size, at) => ({ path: `p ${at} ä "x".csv`, size })));

    const shards = await plan();

    // 400 + 500 | 200 | 5,000 is too large for company | four files at most | 1
    expect(shards.map(({ firstFile, files, bytes }) => [firstFile, files, bytes])).toEqual([
      [0, 2, 900],
      [2, 1, 200],
      [3, 1, 5_000],
      [4, 4, 4],
      [8, 1, 1],
    ]);
    expect(shards.map(({ shard, kind }) => [shard, kind])).toEqual(shards.map((_, at) => [at, 'files']));
    for (const shard of shards) {
      const found = await shardFiles(BUCKET, UPLOAD, shard);
      const expected = listed.slice(shard.firstFile, shard.firstFile + shard.files);
      expect(found).toEqual(expected.map((file, at) => ({ ...file, index: shard.firstFile + at })));
    }
  });

  it('into one empty shard without any file: a list of items may not be empty', async () => {
    list([]);

    expect(await plan()).toMatchObject([{ shard: 0, kind: 'files', files: 0, bytes: 0 }]);
  });

  it('leaves out what is no data by its name, and keeps the positions of the others', async () => {
    list(['.a.crc', 'b.csv', '_committed', 'd.csv'].map((path) => ({ path, size: 10 })));

    const [shard] = await plan();
    const found = await shardFiles(BUCKET, UPLOAD, shard!);
    expect(found.map(({ path, index }) => [path, index])).toEqual([
      ['b.csv', 1],
      ['d.csv', 3],
    ]);
  });

  it('cuts a large Parquet file by row groups, and hashes all of its bytes apart', async () => {
    const bytes = await writeParquet(20_000, 2_048);
    list([
      { path: 'a.csv', size: 10 },
      { path: 'big.parquet', bytes },
      { path: 'c.csv', size: 10 },
    ]);

    const shards = await plan({ bytes: Math.ceil(bytes.length / 4) });

    const groups = shards.filter(({ kind }) => kind === 'row-groups');
    expect(groups.length).toBeGreaterThanOrEqual(4);
    expect(new Set(groups.map(({ firstFile }) => firstFile))).toEqual(new Set([1]));
    // 20,000 rows in groups of 2,048: nine full ones and a rest
    const ranges = groups.map(({ rowGroups }) => rowGroups!);
    expect(ranges[0]!.first).toBe(0);
    expect(ranges.at(-1)!.end).toBe(10);
    for (const [at, { first, rowsBefore }] of ranges.entries()) {
      if (at > 0) expect(first).toBe(ranges[at - 1]!.end);
      expect(rowsBefore).toBe(first * 2_048);
    }
    expect(shards.filter(({ kind }) => kind === 'hash').map(({ hash }) => hash)).toEqual([
      { from: 0, to: bytes.length },
    ]);
    expect(shards.map(({ firstFile }) => firstFile)).toEqual(
      shards.map(({ firstFile }) => firstFile).toSorted(),
    );
  });

  it('hashes a file with a tree hash in several pieces, at ends of chunks', async () => {
    const bytes = await writeParquet(20_000, 2_048);
    list([{ path: 'big.parquet', bytes }]);

    const hash = { treeAbove: 10_000, chunkSize: 5_000 };
    const shards = await plan({ bytes: 20_000, hash, hashedBytes: 15_000 });

    const pieces = shards.flatMap((shard) => shard.hash ?? []);
    expect(pieces[0]).toEqual({ from: 0, to: 15_000 });
    expect(pieces.at(-1)!.to).toBe(bytes.length);
    expect(pieces.length).toBe(Math.ceil(bytes.length / 15_000));
  });

  it.each([
    [
      'a damaged footer',
      (bytes: Buffer) => Buffer.from(bytes).fill(0xff, bytes.length - 200, bytes.length - 8),
    ],
    ['no footer at all', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    [
      'a footer that is longer than the file',
      (bytes: Buffer) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt32LE(0x7fffffff, bytes.length - 8);
        return copy;
      },
    ],
  ] as const)('keeps a Parquet file with %s whole: reading it says what is wrong', async (_name, damage) => {
    list([{ path: 'big.parquet', bytes: damage(await writeParquet(20_000, 2_048)) }]);

    expect((await plan()).map(({ kind }) => kind)).toEqual(['files']);
  });
});

describe('a shard of row groups', () => {
  it.each(['', ", COMPRESSION 'zstd'", ', PARQUET_VERSION v2'])(
    'holds the rows of its groups and no other bytes%s',
    async (options) => {
      const bytes = await writeParquet(300_000, 20_480, options);
      list([{ path: 'big.parquet', bytes }]);
      const shards = await plan({ bytes: Math.ceil(bytes.length / 4) });
      const whole = join(folder, 'whole.parquet');
      writeFileSync(whole, bytes);

      await withDuckDb(folder, async (database) => {
        let rows = 0;
        for (const shard of shards.filter(({ kind }) => kind === 'row-groups')) {
          const files = await shardFiles(BUCKET, UPLOAD, shard);
          // DuckDB keeps what it read of a path
          const directory = mkdtempSync(join(folder, 'shard-'));
          const [fetched] = await fetchFiles(BUCKET, shard, files, { directory });
          const part = await contentOf(database, `read_parquet('${fetched!.local.file}')`);
          const { rowsBefore } = shard.rowGroups!;
          expect(rowsBefore).toBe(rows);
          const same = `(FROM read_parquet('${whole}') WHERE id >= ${rowsBefore} AND id < ${rowsBefore + part.rows})`;
          expect(part).toEqual(await contentOf(database, same));
          rows += part.rows;
          // a block may be more than a part needs; the file takes about its share of the disk
          expect(statSync(fetched!.local.file).blocks * 512).toBeLessThan(bytes.length / 2);
        }
        expect(rows).toBe(300_000);
      });
    },
  );

  function contentOf(database: DuckDb, relation: string) {
    return database.row<{ rows: number; hash: number }>(
      `SELECT count(*) AS rows, CAST(bit_xor(hash(id, word, ratio)) AS VARCHAR) AS hash FROM ${relation}`,
    );
  }

  it('has a footer that other readers would understand: lengths and magic are right', async () => {
    const bytes = await writeParquet(20_000, 2_048);
    const length = footerLength(bytes.subarray(-8));
    const footer = bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
    expect(rowGroups(footer).map(({ rows }) => rows)).toEqual([...Array(9).fill(2_048), 20_000 - 9 * 2_048]);

    const tail = footerOfGroups(footer, 3, 5);
    expect(Buffer.from(tail.subarray(-4)).toString()).toBe('PAR1');
    expect(footerLength(tail.subarray(-8))).toBe(tail.length - 8);
    expect(rowGroups(tail.subarray(0, -8))).toEqual(rowGroups(footer).slice(3, 5));
    expect(
      createHash('sha256')
        .update(footerOfGroups(footer, 0, 10))
        .digest('hex'),
    ).toBe(
      createHash('sha256')
        .update(bytes.subarray(-8 - length))
        .digest('hex'),
    );
  });
});
