/** Which files the paths of a command line mean. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFiles, splitPattern } from '../../console/client/upload/find-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-find-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
}

const pathsOf = async (...paths: string[]) =>
  (await findFiles(paths.map((path) => join(folder, path)))).files.map(({ path }) => path);

describe('what is uploaded', () => {
  it('files go by their names, whatever folder they lie in', async () => {
    write('deep/down/b.csv', 'a.csv');
    expect(await pathsOf('deep/down/b.csv', 'a.csv')).toEqual(['a.csv', 'b.csv']);
  });

  it('a folder goes with everything below it, by paths from it on', async () => {
    write('set/2026/11/a b.csv', 'set/ü.csv', 'set/a.csv');
    expect(await pathsOf('set')).toEqual(['2026/11/a b.csv', 'a.csv', 'ü.csv']);
  });

  it('hidden files of folders are left out and counted', async () => {
    write('set/a.csv', 'set/.DS_Store', 'set/_temporary/0/part.csv', 'set/_SUCCESS');
    const { files, hidden } = await findFiles([join(folder, 'set')]);
    expect(files.map(({ path }) => path)).toEqual(['a.csv']);
    expect(hidden).toBe(3);
  });

  it('a pattern goes by paths from its first wildcard on', async () => {
    write('in/2026/a.csv', 'in/2026/b.txt', 'in/2025/x/c.csv');
    expect(await pathsOf('in/**/*.csv')).toEqual(['2025/x/c.csv', '2026/a.csv']);
    expect(await pathsOf('in/2026/{a,b}.*')).toEqual(['a.csv', 'b.txt']);
  });

  it('a file whose name looks like a pattern is that file', async () => {
    write('rows[1]*.csv', 'rows1.csv');
    expect(await pathsOf('rows[1]*.csv')).toEqual(['rows[1]*.csv']);
  });

  it('links are followed, but not in circles', async () => {
    write('set/a.csv', 'other/b.csv');
    symlinkSync(join(folder, 'other'), join(folder, 'set/linked'));
    symlinkSync(join(folder, 'set'), join(folder, 'set/circle'));
    expect(await pathsOf('set')).toEqual(['a.csv', 'linked/b.csv']);
  });

  it('is in the order of UTF-8, in which S3 lists keys', async () => {
    // U+FF5E is EF BD 9E and U+1F600 is F0 9F 98 80; in UTF-16 the second comes first
    write('set/\u{1f600}.csv', 'set/\uff5e.csv');
    expect(await pathsOf('set')).toEqual(['\uff5e.csv', '\u{1f600}.csv']);
  });
});

describe('what is refused', () => {
  it.each([
    ['a file that is not there', ['none.csv'], /^no such file: .*none\.csv$/],
    ['a pattern without a match', ['*.parquet'], /^no file matches .*\*\.parquet$/],
    ['a pattern below a folder that is not there', ['none/*.csv'], /^no file matches .*none\/\*\.csv$/],
    ['an empty folder', ['empty'], /empty: no files there$/],
    ['a folder of hidden files', ['hidden'], /hidden: no files there but hidden ones, whose names begin/],
    ['a file twice', ['a.csv', 'a.csv'], /a\.csv: is named twice; name it once$/],
    [
      'two files of one name: the second would replace the first',
      ['a.csv', 'b/a.csv'],
      /two of the files would be called a\.csv \(.*\); rename one/,
    ],
  ])('%s', async (_what, paths, says) => {
    write('a.csv', 'b/a.csv', 'hidden/.x');
    mkdirSync(join(folder, 'empty'));
    await expect(pathsOf(...paths)).rejects.toThrow(says);
  });

  it('a link to nothing', async () => {
    write('set/a.csv');
    symlinkSync(join(folder, 'gone.csv'), join(folder, 'set/b.csv'));
    await expect(pathsOf('set')).rejects.toThrow(/set\/b\.csv: is a link to nothing; mend it, or remove it$/);
  });
});

describe('a pattern is split', () => {
  const name = fc.stringMatching(/^[a-z0-9 é.-]{1,8}$/);

  it('at its first wildcard, and joins to what it was', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), fc.array(name, { maxLength: 3 }), (above, below) => {
        const path = ['/', [...above, '*', ...below].join('/')].join('');
        const { base, pattern } = splitPattern(path);
        expect(`${base === '/' ? '' : base}/${pattern}`).toBe(path);
        expect(pattern.split('/')[0]).toBe('*');
      }),
    );
  });

  it('below the folder of the shell when it is relative', () => {
    expect(splitPattern('*.csv')).toEqual({ base: '.', pattern: '*.csv' });
    expect(splitPattern('/*.csv')).toEqual({ base: '/', pattern: '*.csv' });
    expect(splitPattern('a/b?/c')).toEqual({ base: 'a', pattern: 'b?/c' });
  });
});
