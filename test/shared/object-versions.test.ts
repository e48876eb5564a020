import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContentHasher } from '../../lambdas/shared/content-hash.ts';
import {
  copyVersion,
  listKeyVersions,
  tagVersion,
  versionsOfKey,
} from '../../lambdas/shared/object-versions.ts';
import { downloadObject, uploadFile } from '../../lambdas/shared/objects.ts';
import { forEachParallel, mapLimited } from '../../lambdas/shared/parallel.ts';
import { compareUtf8 } from '../../lambdas/shared/utf8-order.ts';
import { type FakeAws, fakeAws } from './aws-fakes.ts';

let aws: FakeAws;
beforeEach(() => {
  aws = fakeAws();
});
afterEach(() => aws.restore());

const hex = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const raw = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();

describe('a hash of contents', () => {
  const limits = { treeAbove: 10, chunkSize: 4 };

  it('is the SHA-256 of the bytes up to the limit', () => {
    const hasher = new ContentHasher(10, limits);
    hasher.update(Buffer.from('0123456789'));
    expect(hasher.digest()).toEqual({ sha256: hex('0123456789') });
  });

  it.each([1, 3, 4, 5, 20])(
    'is that of the digests of its chunks above it, arriving %i bytes at a time',
    (step) => {
      const content = Buffer.from('0123456789abc');
      const hasher = new ContentHasher(content.length, limits);
      for (let at = 0; at < content.length; at += step) hasher.update(content.subarray(at, at + step));
      const chunks = ['0123', '4567', '89ab', 'c'].map(raw);
      expect(hasher.digest()).toEqual({ sha256: hex(Buffer.concat(chunks)), chunkSize: 4 });
      expect(hasher.size).toBe(13);
    },
  );
});

describe('a copy of a version', () => {
  const content = '0123456789abc';
  const copyOf = (versionId: string, more: object = {}) => ({
    bucket: 'b',
    key: 'incoming/é a.csv',
    versionId,
    size: content.length,
    sha256: hex(content),
    targetKey: 'objects/x',
    ...more,
  });
  const stored = () => aws.objects.get('b/objects/x')?.bytes.toString();

  it('has the bytes of that version, though another is current', async () => {
    const { versionId } = aws.put('b', 'incoming/é a.csv', content);
    aws.put('b', 'incoming/é a.csv', 'other');
    expect(await copyVersion(copyOf(versionId))).toBe(true);
    expect(stored()).toBe(content);
    expect(await copyVersion(copyOf(versionId)), 'it is there').toBe(false);
    expect(aws.versions.get('b/objects/x')).toHaveLength(1);
  });

  it('is made in parts whose composite checksum is the tree hash', async () => {
    const { versionId } = aws.put('b', 'incoming/é a.csv', content);
    const sha256 = hex(Buffer.concat(['0123', '4567', '89ab', 'c'].map(raw)));
    expect(await copyVersion(copyOf(versionId, { sha256, chunkSize: 4 }))).toBe(true);
    expect(stored()).toBe(content);
    expect(await copyVersion(copyOf(versionId, { sha256, chunkSize: 4 }))).toBe(false);
  });

  it('that differs from what was read is an error, also when it is repeated', async () => {
    const { versionId } = aws.put('b', 'incoming/é a.csv', 'something else');
    for (let time = 0; time < 2; time++) {
      await expect(copyVersion(copyOf(versionId))).rejects.toMatchObject({ code: 'CopyDiffers' });
    }
  });

  it('has none of its tags', async () => {
    const { versionId } = aws.put('b', 'incoming/é a.csv', content);
    await tagVersion('b', { key: 'incoming/é a.csv', versionId }, 'committed');
    const directives: unknown[] = [];
    aws.before = (operation, { TaggingDirective }) => {
      if (operation === 'CopyObject') directives.push(TaggingDirective);
    };
    await copyVersion(copyOf(versionId));
    expect(directives).toEqual(['REPLACE']);
  });
});

describe('versions of keys', () => {
  it('come in order, newest first, though pages cut between them', async () => {
    aws.pageSize = 1;
    aws.put('b', 'p/a', '1', new Date('2026-01-01T00:00:00Z'));
    aws.put('b', 'p/a', '2', new Date('2026-01-01T00:00:02Z'));
    aws.put('b', 'p/b', '3');
    aws.remove('b', 'p/b');
    aws.remove('b', 'p/a');
    aws.put('b', 'q', '4');
    const found = [];
    for await (const { key, versions } of listKeyVersions('b', 'p/')) {
      found.push([
        key,
        versions.map(({ isDeleteMarker, size, isLatest }) => [isDeleteMarker, size, isLatest]),
      ]);
    }
    expect(found).toEqual([
      [
        'p/a',
        [
          [true, 0, true],
          [false, 1, false],
          [false, 1, false],
        ],
      ],
      [
        'p/b',
        [
          [true, 0, true],
          [false, 1, false],
        ],
      ],
    ]);
    const [, newer, older] = await versionsOfKey('b', 'p/a');
    expect(newer!.lastModified > older!.lastModified).toBe(true);
    expect(await versionsOfKey('b', 'p')).toEqual([]);
  });

  it.each([
    ['put again in the second of its deletion', 0],
    // S3 dates it by the begin of its upload
    ['sent in parts, which began before the deletion', -60_000],
  ])('begin with the current one when it was %s', async (_case, difference) => {
    const deletedAt = new Date('2026-01-01T00:01:00Z');
    aws.put('b', 'p', '1', new Date('2026-01-01T00:00:00Z'));
    aws.remove('b', 'p', deletedAt);
    aws.put('b', 'p', 'current', new Date(deletedAt.getTime() + difference));
    const [first, ...others] = await versionsOfKey('b', 'p');
    expect(first).toMatchObject({ isLatest: true, isDeleteMarker: false, size: 'current'.length });
    expect(others).toHaveLength(2);
  });

  it('that are gone need no tag', async () => {
    await expect(tagVersion('b', { key: 'k', versionId: 'v' }, 'expired')).resolves.toBeUndefined();
  });

  it('are downloaded as they were', async () => {
    const { versionId } = aws.put('b', 'k', 'older');
    aws.put('b', 'k', 'newer');
    const file = join(mkdtempSync(join(tmpdir(), 'driftless-test-')), 'f');
    expect(await downloadObject('b', 'k', file, { versionId })).toMatchObject({
      size: 5,
      sha256: hex('older'),
    });
    expect(await uploadFile('b', 'k2', file, 'text/plain', { ifAbsent: true })).toBe(true);
    expect(await uploadFile('b', 'k2', file, 'text/plain', { ifAbsent: true })).toBe(false);
  });
});

describe('bounded parallelism', () => {
  it('keeps the order of results and the limit', async () => {
    let underWay = 0;
    let most = 0;
    const results = await mapLimited([5, 1, 3, 2, 4], 2, async (milliseconds) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      underWay -= 1;
      return milliseconds * 10;
    });
    expect(results).toEqual([50, 10, 30, 20, 40]);
    expect(most).toBe(2);
  });

  it('stops reading at the first failure, and throws it when nothing is under way', async () => {
    let read = 0;
    let done = 0;
    const items = (function* () {
      for (; read < 100; read++) yield read;
    })();
    const work = async (item: number) => {
      if (item === 3) throw new Error('third');
      await new Promise((resolve) => setTimeout(resolve, 5));
      done += 1;
    };
    await expect(forEachParallel(items, work, 2)).rejects.toThrow('third');
    expect(read).toBeLessThan(10);
    const before = done;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(before);
  });
});

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    const keys = ['a', 'B', '', 'a/b', 'é', '\uE000', '\uFF5E', '\u{1F600}', '\u{10FFFF}', 'a\u{1F600}', 'z'];
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keys.toSorted(compareUtf8)).toEqual(sorted);
  });
});
