import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ManifestFile } from '../../lambdas/datasets/contract.ts';
import { datasetDigest } from '../../lambdas/datasets/versions/manifest.ts';
import { formatCsvLine, parseCsvLine } from '../../lambdas/shared/csv-line.ts';
import { canonicalJson, digestOf } from '../../lambdas/shared/digest.ts';

const file = fc.record({
  path: fc.string({ minLength: 1 }),
  size: fc.nat(),
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  rows: fc.nat(),
});

describe('identity', () => {
  it('of a version does not depend on the order of files, nor on their rows', () => {
    fc.assert(
      fc.property(fc.uniqueArray(file, { selector: ({ path }) => path }), (files: ManifestFile[]) => {
        const digest = datasetDigest(files);
        expect(datasetDigest([...files].reverse())).toBe(digest);
        expect(datasetDigest(files.map((f) => ({ ...f, rows: f.rows + 1 })))).toBe(digest);
        if (files.length === 0) return;
        expect(datasetDigest(files.map((f, i) => (i === 0 ? { ...f, size: f.size + 1 } : f)))).not.toBe(
          digest,
        );
      }),
    );
  });

  it('of a value does not depend on the order of its properties', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(digestOf(turned)).toBe(digestOf(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is the published digest of the empty list', () => {
    // printf '[]' | sha256sum
    expect(datasetDigest([])).toBe('4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945');
  });
});

describe('a CSV line', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
        expect(parseCsvLine(formatCsvLine(fields))).toEqual(fields);
      }),
    );
  });
  it.each([
    ['', ['']],
    [',', ['', '']],
    ['a,"b, c",d', ['a', 'b, c', 'd']],
    ['"say ""hi"""', ['say "hi"']],
    ['"",x', ['', 'x']],
    ['a,"unclosed', ['a', 'unclosed']],
  ])('%j has the fields %j', (line, fields) => {
    expect(parseCsvLine(line)).toEqual(fields);
  });
});
