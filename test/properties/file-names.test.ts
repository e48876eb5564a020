/** Names of files go from S3's listing through all lists of lines into the manifest, whatever ends a line elsewhere. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from '../../lambdas/shared/utf8-order.ts';
import { Stage } from '../datasets/upload-fixture.ts';
import { aCsv } from '../shared/project-fixture.ts';

/** Line separators of Unicode and of JavaScript, what JSON escapes, and what takes several bytes. */
const CHARACTERS = ['\u2028', '\u2029', '\u0085', '"', '\\', ' ', 'a', 'é', '😀'];
const name = fc
  .array(fc.constantFrom(...CHARACTERS), { minLength: 1, maxLength: 6 })
  // a name of blanks, or with some at an end, is refused for that
  .map((characters) => `n${characters.join('')}n.csv`);
const LIMITS = { bytes: 1e6, files: 2, hash: { treeAbove: 1e9, chunkSize: 1e9 }, hashedBytes: 1e9 };

describe('names of files', () => {
  it.each(['one-function', 'distributed'] as const)(
    'are in the manifest as they were given, by the route %s',
    async (route) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(name, {
            minLength: 3,
            maxLength: 6,
            comparator: (a, b) => a.normalize() === b.normalize(),
          }),
          async (names) => {
            const all = ['n\u2028n.csv', 'n\u2029\u2028.csv', ...names];
            const paths = [...new Set(all)].sort(compareUtf8);
            const stage = new Stage({ scan: { route } });
            try {
              const files = paths.map((path, at) => [path, aCsv(3, { from: 3 * at })]);
              const result = await stage.play(stage.putFolder('u', Object.fromEntries(files)), {
                limits: LIMITS,
              });
              expect(result).toMatchObject({ outcome: 'versioned' });
              expect(stage.manifest(1).files.map(({ path, rows }) => [path, rows])).toEqual(
                paths.map((path) => [path, 3]),
              );
              for (const path of paths) expect(stage.tag(`u/${path}`)).toBe('committed');
            } finally {
              stage.restore();
            }
          },
        ),
        { numRuns: 6 },
      );
    },
    60_000,
  );
});
