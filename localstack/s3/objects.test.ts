import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type S3Fixture, s3Fixture } from './testing.ts';

let s3: S3Fixture;
const data = { Bucket: 'data' };

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

/** Files of objects; those that nothing names are deleted in the background. */
function filesOnDisk(): number {
  return readdirSync(join(s3.cloud.directory('s3'), 'blobs'), {
    recursive: true,
    withFileTypes: true,
  }).filter((entry) => entry.isFile()).length;
}

describe('PutObject', () => {
  it('stores bytes, metadata and tags, and gives them back', async () => {
    const put = await s3.run('PutObject', {
      ...data,
      Key: 'a/b.txt',
      Body: 'hello',
      ContentType: 'text/plain',
      Metadata: { Owner: 'me' },
      Tagging: 'team=ml&stage=dev',
    });
    expect(put).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ServerSideEncryption: 'AES256' });
    const head = await s3.run('HeadObject', { ...data, Key: 'a/b.txt' });
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/plain',
      Metadata: { owner: 'me' },
      TagCount: 2,
    });
    expect(await s3.text('data', 'a/b.txt')).toBe('hello');
  });

  it('streams a large body through and reads ranges of it', async () => {
    const block = Buffer.alloc(100_000, 'x');
    block.write('marker', 99_000);
    const body = Readable.from([block, block, block]);
    await s3.run('PutObject', { ...data, Key: 'big', Body: body });
    expect(await s3.text('data', 'big', { Range: 'bytes=199000-199005' })).toBe('marker');
    expect(await s3.text('data', 'big', { Range: 'bytes=-2' })).toBe('xx');
    const head = await s3.run('HeadObject', { ...data, Key: 'big', Range: 'bytes=299999-400000' });
    expect(head).toMatchObject({ ContentRange: 'bytes 299999-299999/300000', ContentLength: 1 });
    await expect(s3.run('GetObject', { ...data, Key: 'big', Range: 'bytes=300000-' })).rejects.toMatchObject({
      code: 'InvalidRange',
      status: 416,
    });
  });

  it('refuses a body whose checksum or length is not what the client said, and keeps nothing of it', async () => {
    const wrongMd5 = createHash('md5').update('other').digest('base64');
    const cases = [
      [{ ContentMD5: wrongMd5 }, 'BadDigest'],
      [{ ChecksumSHA256: 'AAAA' }, 'InvalidRequest'],
      [{ ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
      [{ ContentLength: 3 }, 'IncompleteBody'],
      [{ ChecksumCRC32: 'a', ChecksumSHA1: 'b' }, 'InvalidRequest'],
      [{ Tagging: 'a=1&a=2' }, 'InvalidArgument'],
      [{ SSECustomerAlgorithm: 'AES256' }, 'NotImplementedByLocalCloud'],
      [{ ACL: 'public-read' }, 'AccessControlListNotSupported'],
    ] as const;
    for (const [more, code] of cases) {
      const put = s3.run('PutObject', { ...data, Key: 'k', Body: 'hello', ...more });
      await expect(put, code).rejects.toMatchObject({ code });
    }
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000);
        throw new Error('connection lost');
      })(),
    );
    await expect(s3.run('PutObject', { ...data, Key: 'k', Body: broken })).rejects.toThrow('connection lost');
    await expect(s3.run('HeadObject', { ...data, Key: 'k' })).rejects.toMatchObject({ status: 404 });
    await expect.poll(filesOnDisk).toBe(0);
  });

  it('computes CRC64NVME when the client sends no checksum, and tells checksums on request only', async () => {
    const put = await s3.run('PutObject', { ...data, Key: 'k', Body: '123456789' });
    // check value of CRC-64/NVME: ae8b14860a799888
    expect(put).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'FULL_OBJECT' });
    expect(await s3.run('HeadObject', { ...data, Key: 'k' })).not.toHaveProperty('ChecksumCRC64NVME');
    const head = await s3.run('HeadObject', { ...data, Key: 'k', ChecksumMode: 'ENABLED' });
    expect(head).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=' });
  });

  it('lets one of two conditional writers win', async () => {
    const put = (Body: string) => s3.run('PutObject', { ...data, Key: 'lock', Body, IfNoneMatch: '*' });
    const outcomes = await Promise.allSettled([put('one'), put('two'), put('three')]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ code: 'PreconditionFailed', status: 412 });
      }
    }
  });

  it('writes if the entity tag matches', async () => {
    const { ETag } = await s3.run<{ ETag: string }>('PutObject', { ...data, Key: 'k', Body: '1' });
    await s3.run('PutObject', { ...data, Key: 'k', Body: '2', IfMatch: ETag });
    await expect(s3.run('PutObject', { ...data, Key: 'k', Body: '3', IfMatch: ETag })).rejects.toMatchObject({
      code: 'PreconditionFailed',
    });
    await expect(s3.run('PutObject', { ...data, Key: 'x', Body: '', IfMatch: ETag })).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    expect(await s3.text('data', 'k')).toBe('2');
  });
});

describe('GetObject', () => {
  it('answers conditional reads', async () => {
    const { ETag } = await s3.run<{ ETag: string }>('PutObject', { ...data, Key: 'k', Body: 'x' });
    const get = (more: object) => s3.run('GetObject', { ...data, Key: 'k', ...more });
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ status: 304 });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ status: 412 });
    await expect(get({ IfModifiedSince: new Date(Date.now() + 1000) })).rejects.toMatchObject({
      status: 304,
    });
    await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({ status: 412 });
    await expect(get({ IfMatch: ETag, IfUnmodifiedSince: new Date(0) })).resolves.toBeDefined();
  });

  it('hides from a caller who may not list whether a key exists', async () => {
    const cloud = Object.assign(s3.cloud, {
      authorize: () => {
        throw Object.assign(new Error('denied'), { name: 'AccessDenied' });
      },
    });
    const get = s3.run('GetObject', { ...data, Key: 'none' }, cloud.callAs());
    await expect(get).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });
});

describe('versions', () => {
  beforeEach(() =>
    s3.run('PutBucketVersioning', { ...data, VersioningConfiguration: { Status: 'Enabled' } }),
  );

  it('keeps every version, and a delete marker hides them', async () => {
    const first = await s3.run<{ VersionId: string }>('PutObject', { ...data, Key: 'k', Body: 'one' });
    await s3.run('PutObject', { ...data, Key: 'k', Body: 'two' });
    const deleted = await s3.run<{ VersionId: string }>('DeleteObject', { ...data, Key: 'k' });
    expect(deleted).toMatchObject({ DeleteMarker: true });
    await expect(s3.run('GetObject', { ...data, Key: 'k' })).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(await s3.text('data', 'k', { VersionId: first.VersionId })).toBe('one');
    const marker = s3.run('GetObject', { ...data, Key: 'k', VersionId: deleted.VersionId });
    await expect(marker).rejects.toMatchObject({ code: 'MethodNotAllowed', status: 405 });
    const listed = await s3.run('ListObjectVersions', data);
    expect(listed.Versions).toHaveLength(2);
    expect(listed.DeleteMarkers).toMatchObject([{ Key: 'k', IsLatest: true }]);
    await s3.run('DeleteObject', { ...data, Key: 'k', VersionId: deleted.VersionId });
    expect(await s3.text('data', 'k')).toBe('two');
    await expect(s3.run('DeleteBucket', data)).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 });
  });

  it('pages through versions', async () => {
    for (const Key of ['a', 'b', 'b', 'b', 'c/1', 'c/2', 'd']) {
      await s3.run('PutObject', { ...data, Key, Body: Key });
    }
    const seen: string[] = [];
    let markers: object = {};
    for (let i = 0; i < 20; i += 1) {
      const page = await s3.run<Record<string, string> & { Versions?: { Key: string }[] }>(
        'ListObjectVersions',
        { ...data, MaxKeys: 2, Delimiter: '/', ...markers },
      );
      seen.push(...(page.Versions ?? []).map(({ Key }) => Key));
      seen.push(
        ...((page.CommonPrefixes as unknown as { Prefix: string }[]) ?? []).map(({ Prefix }) => Prefix),
      );
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    // within a page, common prefixes are listed apart
    expect(seen.sort()).toEqual(['a', 'b', 'b', 'b', 'c/', 'd']);
  });

  it('replaces the null version while versioning is suspended', async () => {
    await s3.run('PutObject', { ...data, Key: 'k', Body: 'versioned' });
    await s3.run('PutBucketVersioning', { ...data, VersioningConfiguration: { Status: 'Suspended' } });
    await s3.run('PutObject', { ...data, Key: 'k', Body: 'null 1' });
    await s3.run('PutObject', { ...data, Key: 'k', Body: 'null 2' });
    const listed = await s3.run<{ Versions: object[] }>('ListObjectVersions', data);
    expect(listed.Versions).toHaveLength(2);
    expect(await s3.text('data', 'k', { VersionId: 'null' })).toBe('null 2');
    await expect.poll(filesOnDisk).toBe(2);
  });
});

describe('CopyObject', () => {
  it('shares the bytes, so that nothing is written and either can go', async () => {
    await s3.run('PutObject', { ...data, Key: 'from', Body: 'hello', Metadata: { a: '1' }, Tagging: 't=1' });
    const copy = await s3.run('CopyObject', { ...data, Key: 'to', CopySource: 'data/from' });
    expect(copy.CopyObjectResult).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"' });
    await expect.poll(filesOnDisk).toBe(1);
    await s3.run('DeleteObject', { ...data, Key: 'from' });
    expect(await s3.text('data', 'to')).toBe('hello');
    expect(await s3.run('HeadObject', { ...data, Key: 'to' })).toMatchObject({
      Metadata: { a: '1' },
      TagCount: 1,
    });
    await s3.run('DeleteObject', { ...data, Key: 'to' });
    await expect.poll(filesOnDisk).toBe(0);
  });

  it('replaces metadata and tags when told to, and refuses a copy onto itself that changes nothing', async () => {
    await s3.run('PutObject', { ...data, Key: 'é 1', Body: 'x', Metadata: { a: '1' } });
    const itself = { ...data, Key: 'é 1', CopySource: `/data/${encodeURIComponent('é 1')}` };
    await expect(s3.run('CopyObject', itself)).rejects.toMatchObject({ code: 'InvalidRequest' });
    await s3.run('CopyObject', { ...itself, MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    expect(await s3.run('HeadObject', { ...data, Key: 'é 1' })).toMatchObject({ Metadata: { b: '2' } });
    await expect(s3.run('CopyObject', { ...itself, Key: 'y', CopySourceIfMatch: 'z' })).rejects.toMatchObject(
      {
        status: 412,
      },
    );
    await expect(
      s3.run('CopyObject', {
        ...itself,
        Key: 'é 1',
        CopySource: 'data/é 1',
        IfNoneMatch: '*',
        MetadataDirective: 'REPLACE',
      }),
    ).rejects.toMatchObject({ status: 412 });
  });
});

it('copies and deletes under conditions on what is there', async () => {
  const { ETag } = await s3.run<{ ETag: string }>('PutObject', { ...data, Key: 'from', Body: '1' });
  await s3.run('PutObject', { ...data, Key: 'to', Body: '2' });
  const copy = (more: object) =>
    s3.run('CopyObject', { ...data, Key: 'to', CopySource: 'data/from', ...more });
  const failed = { code: 'PreconditionFailed', status: 412 };
  const later = new Date(s3.cloud.clock.now() + 60_000);
  await expect(copy({ CopySourceIfNoneMatch: ETag })).rejects.toMatchObject(failed);
  await expect(copy({ CopySourceIfModifiedSince: later })).rejects.toMatchObject(failed);
  await expect(copy({ CopySourceIfUnmodifiedSince: new Date(0) })).rejects.toMatchObject(failed);
  await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject(failed);
  await copy({ CopySourceIfMatch: ETag, CopySourceIfUnmodifiedSince: later });
  expect(await s3.text('data', 'to')).toBe('1');
  const remove = (IfMatch: string) => s3.run('DeleteObject', { ...data, Key: 'to', IfMatch });
  await expect(remove('"other"')).rejects.toMatchObject(failed);
  await remove(ETag);
  await expect(s3.run('HeadObject', { ...data, Key: 'to' })).rejects.toMatchObject({ status: 404 });
});

describe('DeleteObjects', () => {
  it('deletes every key and repeats harmlessly', async () => {
    for (const Key of ['a', 'b']) await s3.run('PutObject', { ...data, Key, Body: 'x' });
    const answer = await s3.run('DeleteObjects', {
      ...data,
      Delete: { Objects: [{ Key: 'a' }, { Key: 'zzz' }] },
    });
    expect(answer).toEqual({ Deleted: [{ Key: 'a' }, { Key: 'zzz' }] });
    expect((await s3.run('ListObjectsV2', data)).KeyCount).toBe(1);
  });

  it('deletes only what has the entity tag that the client names', async () => {
    const { ETag } = await s3.run<{ ETag: string }>('PutObject', { ...data, Key: 'a', Body: 'x' });
    const remove = (tag: string) =>
      s3.run('DeleteObjects', { ...data, Delete: { Objects: [{ Key: 'a', ETag: tag }] } });
    expect(await remove('"other"')).toMatchObject({ Errors: [{ Key: 'a', Code: 'PreconditionFailed' }] });
    expect(await remove(ETag)).toEqual({ Deleted: [{ Key: 'a' }] });
  });
});
