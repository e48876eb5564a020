import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../lambdas/datasets/contract.ts';
import { addTombstones, type Tombstones } from '../../lambdas/datasets/versions/tombstones.ts';
import {
  forEachVersionFile,
  loadVersionFiles,
  type VersionFilesOptions,
} from '../../lambdas/datasets/versions/version-files.ts';
import { sha256 } from '../../lambdas/shared/digest.ts';
import { type DuckDb, withDuckDb } from '../../lambdas/shared/duckdb.ts';
import { objectKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import { withTempDirectory } from '../../lambdas/shared/temp-directory.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aCsv, aProject, BUCKET, PROJECT } from '../shared/project-fixture.ts';
import { putVersion, schemaOf } from '../shared/version-fixture.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

type More = Partial<Omit<VersionFilesOptions, 'database' | 'directory'>>;
const inVersion = <T>(
  work: (options: VersionFilesOptions & { readonly database: DuckDb }) => Promise<T>,
  more: More = {},
  settings: ProjectSettings = aProject(),
) =>
  withTempDirectory((directory) =>
    withDuckDb(directory, (database) =>
      work({ database, bucket: BUCKET, directory, settings: settings.dataset, version: 1, ...more }),
    ),
  );
const idsIn = async (database: DuckDb) =>
  (await database.rows<{ id: string }>('SELECT id FROM data ORDER BY __file, __row')).map(({ id }) => id);
/** Ids of each batch. */
async function streamed(options: VersionFilesOptions): Promise<string[][]> {
  const batches: string[][] = [];
  await forEachVersionFile(options, async () => void batches.push(await idsIn(options.database)));
  return batches;
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `f${from + i}`);

describe('a version file by file', () => {
  it('gives every logical row once, in order of path and row', async () => {
    const files = { 'b c.csv': aCsv(3, { from: 3 }), 'a.csv': aCsv(3), 'ü/d.csv': aCsv(2, { from: 6 }) };
    await putVersion(aws, aProject(), { files });
    expect((await inVersion(streamed)).flat()).toEqual(range(0, 8));
    expect(
      await inVersion(async (options) => {
        await loadVersionFiles(options);
        return idsIn(options.database);
      }),
    ).toEqual(range(0, 8));
  });

  it('leaves out dropped and forgotten rows, or only the forgotten ones when it is told to', async () => {
    const files = { 'a.csv': aCsv(3), 'b.csv': aCsv(3, { from: 2 }) };
    await putVersion(aws, aProject(), { files, dropped: [['a.csv', 3]] });
    const { tombstones } = await addTombstones(PROJECT, BUCKET, { keys: ['f1', 'f4'], keyType: 'string' });
    expect((await inVersion(streamed, { tombstones })).flat()).toEqual(['f0', 'f2', 'f3']);
    expect((await inVersion(streamed, { withoutDropped: false })).flat()).toEqual([
      ...range(0, 3),
      ...range(2, 5),
    ]);
    const loaded = await inVersion(async (options) => {
      await loadVersionFiles({ ...options, tombstones } as VersionFilesOptions & { tombstones: Tombstones });
      return idsIn(options.database);
    });
    expect(loaded).toEqual(['f0', 'f2', 'f3']);
  });

  it('has one large file on disk at a time, and small ones together', async () => {
    // two fields of 12 MB: 24 MB a file
    const wide = (id: string) =>
      `id,note\n${id},${'x'.repeat(12_000_000)}\n${id}b,${'y'.repeat(12_000_000)}\n`;
    const schema: DatasetSchema = {
      columns: [
        { name: 'id', type: 'string', role: 'key' },
        { name: 'note', type: 'string', role: 'ignored' },
      ],
    };
    const files = {
      'a.csv': wide('a'),
      'b.csv': wide('b'),
      'c.csv': wide('c'),
      'd.csv': 'id,note\nd,\n',
      'e.csv': 'id,note\ne,\n',
    };
    await putVersion(aws, aProject(), { files, schema });
    const onDisk: number[] = [];
    const batches = await inVersion(async (options) => {
      const seen: string[][] = [];
      aws.before = async (operation) => {
        if (operation !== 'GetObject') return;
        const names = await readdir(join(options.directory, 'version-files')).catch(() => []);
        onDisk.push(names.length);
      };
      await forEachVersionFile(
        options,
        async ({ files: some }) => void seen.push(some.map(({ path }) => path)),
      );
      return seen;
    });
    // 24 MB each, of at most 64 MB together
    expect(batches).toEqual([
      ['a.csv', 'b.csv'],
      ['c.csv', 'd.csv', 'e.csv'],
    ]);
    expect(Math.max(...onDisk)).toBeLessThanOrEqual(2);
  });

  it('reads a file by the alias that the column has now', async () => {
    const settings = aProject({
      columns: aProject().dataset.columns.map((column) =>
        column.name === 'delay' ? { ...column, aliases: ['wait'] } : column,
      ),
    });
    const schema = {
      columns: schemaOf(settings).columns.map((column) =>
        column.name === 'delay' ? { ...column, aliases: ['wait'] } : column,
      ),
    };
    await putVersion(aws, settings, { files: { 'a.csv': aCsv(3).replace('delay', 'wait') }, schema });
    const delays = await inVersion(
      async (options) => {
        await loadVersionFiles(options);
        return options.database.rows<{ delay: number }>('SELECT delay FROM data ORDER BY __row');
      },
      {},
      settings,
    );
    expect(delays).toEqual([{ delay: -1.5 }, { delay: -0.5 }, { delay: 0.5 }]);
  });

  it('stays readable when the project takes only another format by now', async () => {
    await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(3) } });
    const parquetOnly = aProject({ format: 'parquet' });
    expect((await inVersion(streamed, {}, parquetOnly)).flat()).toEqual(range(0, 3));
  });

  it('fails loudly on bytes that cannot be read any more', async () => {
    await putVersion(aws, aProject(), { files: { 'a.csv': aCsv(3) } });
    aws.put(BUCKET, objectKey(sha256(aCsv(3))), Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
    await expect(inVersion(streamed)).rejects.toMatchObject({
      code: 'VersionUnreadable',
      message: expect.stringContaining('version 1 cannot be read any more'),
    });
  });
});
