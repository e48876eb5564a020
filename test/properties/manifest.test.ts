import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest, ManifestFile } from '../../lambdas/datasets/contract.ts';
import {
  DatasetDigest,
  datasetDigest,
  loadManifestHeader,
  manifestFiles,
  writeManifest,
} from '../../lambdas/datasets/versions/manifest.ts';
import { digestOf } from '../../lambdas/shared/digest.ts';
import { compareUtf8 } from '../../lambdas/shared/utf8-order.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

const file = join(mkdtempSync(join(tmpdir(), 'driftless-test-')), 'manifest.json');
const parts = { rows: 3, schemaVersion: 1, schema: { columns: [] }, droppedRows: 0 };
const manifestFile: fc.Arbitrary<ManifestFile> = fc.record(
  {
    path: fc.string({ unit: 'grapheme', minLength: 1 }),
    size: fc.nat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    chunkSize: fc.constant(1024 ** 3),
    rows: fc.nat(),
  },
  { requiredKeys: ['path', 'size', 'sha256', 'rows'] },
);
const files = fc
  .uniqueArray(manifestFile, { selector: ({ path }) => path })
  .map((list) => list.sort((a, b) => compareUtf8(a.path, b.path)));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('a manifest', () => {
  it('is read as it was written, whole as JSON and in parts', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        const header = await writeManifest(file, parts, list);
        const { files: read, ...readHeader } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
        expect(read).toEqual(list);
        expect(readHeader).toEqual(header);
        expect(header).toMatchObject({
          format: 2,
          fileCount: list.length,
          bytes: list.reduce((sum, { size }) => sum + size, 0),
          // the definition, all at once
          digest: digestOf(list.map(({ path, size, sha256 }) => ({ path, size, sha256 }))),
        });
        aws.put('b', 'datasets/7/manifest.json', readFileSync(file));
        expect(await loadManifestHeader('b', 7)).toEqual(header);
        expect(await collect(manifestFiles('b', 7))).toEqual(list);
      }),
      { numRuns: 30 },
    );
  });

  it('has an identity that does not depend on how its files come', () => {
    fc.assert(
      fc.property(files, (list) => {
        const streamed = new DatasetDigest();
        for (const each of list) streamed.add(each);
        expect(streamed.hex()).toBe(datasetDigest(list.toReversed()));
      }),
    );
  });

  it('with files out of order, or the same twice, is refused', async () => {
    const one = { path: 'b', size: 1, sha256: 'x', rows: 1 };
    await expect(writeManifest(file, parts, [one, { ...one, path: 'a' }])).rejects.toThrow('out of order');
    await expect(writeManifest(file, parts, [one, one])).rejects.toThrow('out of order');
  });

  it('that is cut short is an error, not a smaller version', async () => {
    const list = ['a', 'b', 'c'].map((path) => ({ path, size: 1, sha256: 'x', rows: 1 }));
    await writeManifest(file, parts, list);
    const text = readFileSync(file, 'utf8');
    aws.put('b', 'datasets/1/manifest.json', text.slice(0, text.lastIndexOf('{')));
    await expect(collect(manifestFiles('b', 1))).rejects.toMatchObject({ code: 'ManifestNotUnderstood' });
    await expect(loadManifestHeader('b', 2)).rejects.toMatchObject({ code: 'ObjectMissing' });
  });
});
