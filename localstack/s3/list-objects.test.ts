import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type S3Fixture, s3Fixture } from './testing.ts';

const data = { Bucket: 'data' };
let s3: S3Fixture;

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

describe('ListObjectsV2', () => {
  beforeEach(async () => {
    for (const Key of ['a/1', 'a/2', 'a/b/3', 'a0', 'b', 'é', '\u{1F600}', '\uE000']) {
      await s3.run('PutObject', { ...data, Key, Body: 'x' });
    }
  });

  it('sorts by UTF-8', async () => {
    const { Contents } = await s3.run<{ Contents: { Key: string }[] }>('ListObjectsV2', data);
    const keys = Contents.map(({ Key }) => Key);
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keys).toEqual(sorted);
  });

  it('rolls keys up to the delimiter, page by page', async () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.run<Record<string, unknown>>('ListObjectsV2', {
        ...data,
        Delimiter: '/',
        MaxKeys: 1,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      });
      seen.push(...((page.Contents ?? []) as { Key: string }[]).map(({ Key }) => Key));
      seen.push(...((page.CommonPrefixes ?? []) as { Prefix: string }[]).map(({ Prefix }) => Prefix));
      token = page.NextContinuationToken as string | undefined;
    } while (token !== undefined);
    expect(seen).toEqual(['a/', 'a0', 'b', 'é', '\uE000', '\u{1F600}']);
  });

  it('begins after a key, within a prefix', async () => {
    const page = await s3.run('ListObjectsV2', { ...data, Prefix: 'a/', StartAfter: 'a/1', Delimiter: '/' });
    expect(page).toMatchObject({
      Contents: [{ Key: 'a/2' }],
      CommonPrefixes: [{ Prefix: 'a/b/' }],
      KeyCount: 2,
      IsTruncated: false,
    });
    expect(await s3.run('ListObjectsV2', { ...data, MaxKeys: 0 })).toMatchObject({ IsTruncated: false });
    await expect(s3.run('ListObjectsV2', { ...data, ContinuationToken: '!' })).rejects.toMatchObject({
      code: 'InvalidArgument',
    });
  });

  it('goes on after a common prefix in version 1', async () => {
    const page = await s3.run('ListObjects', { ...data, Delimiter: '/', Marker: 'a/', MaxKeys: 2 });
    expect(page).toMatchObject({
      Contents: [{ Key: 'a0' }, { Key: 'b' }],
      NextMarker: 'b',
      IsTruncated: true,
    });
  });
});
