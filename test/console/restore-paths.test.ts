/** Where files of a version may be restored to. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPaths, faultOf, foldsCase, makeFolders } from '../../console/client/versions/restore-paths.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-paths-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a path', () => {
  const segment = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', 'b c', 'ü', '...', '.. ', 'C:', '\\', '..\\x'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );

  it('that passes is a file of its own below the folder, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const path = segments.join('/');
        if (faultOf(path, '/') !== undefined) return;
        const target = resolve('/root/of/it', path);
        expect(target.startsWith('/root/of/it/')).toBe(true);
        // not another spelling of some other path
        expect(relative('/root/of/it', target)).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['../x', 'leads out'],
    ['a/../../x', 'leads out'],
    ['/etc/passwd', 'leads out'],
    ['', 'is empty'],
    ['a//b', 'empty step'],
    ['a/./b', 'empty step'],
    ['a/', 'empty step'],
    ['a\0b', 'zero byte'],
    [`${'é'.repeat(128)}.csv`, 'more than 255 bytes'],
  ])('%j is refused: %s', (path, why) => {
    expect(faultOf(path, '/')).toContain(why);
  });

  it.each(['a.csv', '2026/11/a b.csv', '..a', 'a..', '...', 'ü/東京.csv', 'a\\b', 'C:x'])(
    '%j is a file',
    (path) => {
      expect(faultOf(path, '/')).toBeUndefined();
    },
  );

  it.each(['a\\..\\..\\b', 'C:x'])('%j is refused where backslashes part folders', (path) => {
    expect(faultOf(path, '\\')).toContain('lead out');
  });
});

describe('files together', () => {
  const check =
    (paths: string[], folds = false) =>
    () =>
      checkPaths(
        paths.map((path) => ({ path })),
        folds,
      );

  it('are refused when one is a folder of another', () => {
    expect(check(['a', 'a/b/c'])).toThrow('the file "a/b/c" of this version lies below "a", which is a file');
  });

  it('are refused when the disk takes them for one', () => {
    expect(check(['A.csv', 'a.csv'])).not.toThrow();
    expect(check(['A.csv', 'a.csv'], true)).toThrow('"a.csv" of this version is the same name as "A.csv"');
    // é as one character and as two
    expect(check(['\u00e9', 'e\u0301'], true)).toThrow('is the same name');
  });

  it('make their folders', async () => {
    await makeFolders(folder, ['a/b/c.csv', 'a/d.csv', 'e.csv']);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['a', 'a/b']);
  });

  it('follow no link that is there already', async () => {
    mkdirSync(join(folder, 'root'));
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'root/a'));
    await expect(makeFolders(join(folder, 'root'), ['a/b/c.csv'])).rejects.toThrow(
      /root\/a is a link, not a folder/,
    );
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('do not replace a file by a folder', async () => {
    writeFileSync(join(folder, 'a'), '');
    await expect(makeFolders(folder, ['a/b.csv'])).rejects.toThrow(/a is a file, not a folder/);
  });
});

it('knows whether the disk keeps upper and lower case apart', async () => {
  mkdirSync(join(folder, 'abc'));
  const folds = await foldsCase(join(folder, 'abc'));
  // a folder ABC can be made beside abc only where they are two names
  const make = () => mkdirSync(join(folder, 'ABC'));
  if (folds) expect(make).toThrow(/EEXIST/);
  else expect(make).not.toThrow();
});
