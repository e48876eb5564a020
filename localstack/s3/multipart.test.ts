import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChecksumAlgorithm, createDigests } from './storage/digests.ts';
import { type S3Fixture, s3Fixture } from './testing.ts';

const PART_BYTES = 5 * 1024 * 1024;
const first = Buffer.alloc(PART_BYTES, 'a');
const second = Buffer.from('the end');

let s3: S3Fixture;
const object = { Bucket: 'data', Key: 'large' };

beforeEach(async () => {
  s3 = await s3Fixture();
});

afterEach(() => s3.stop());

async function upload(more: object = {}): Promise<{ UploadId: string; parts: object[] }> {
  const { UploadId } = await s3.run<{ UploadId: string }>('CreateMultipartUpload', { ...object, ...more });
  const parts: object[] = [];
  for (const [i, Body] of [first, second].entries()) {
    const PartNumber = i + 1;
    const { ETag } = await s3.run<{ ETag: string }>('UploadPart', { ...object, UploadId, PartNumber, Body });
    parts.push({ PartNumber, ETag });
  }
  return { UploadId, parts };
}

function digestOf(algorithm: ChecksumAlgorithm, ...chunks: Buffer[]): string {
  const digests = createDigests(algorithm);
  for (const chunk of chunks) digests.update(chunk);
  return digests.finish().checksum.value;
}

describe('CompleteMultipartUpload', () => {
  it('joins parts without copying, with the entity tag and checksum of S3', async () => {
    const { UploadId, parts } = await upload({ Metadata: { a: '1' } });
    const answer = await s3.run('CompleteMultipartUpload', {
      ...object,
      UploadId,
      MultipartUpload: { Parts: parts },
    });
    const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();
    const tag = createHash('md5').update(md5(first)).update(md5(second)).digest('hex');
    expect(answer).toMatchObject({
      ETag: `"${tag}-2"`,
      ChecksumCRC64NVME: digestOf('CRC64NVME', first, second),
      ChecksumType: 'FULL_OBJECT',
    });
    expect(await s3.text('data', 'large', { Range: `bytes=${PART_BYTES - 1}-${PART_BYTES + 2}` })).toBe(
      'athe',
    );
    expect(await s3.text('data', 'large', { PartNumber: 2 })).toBe('the end');
    const head = await s3.run('HeadObject', { ...object, PartNumber: 1 });
    expect(head).toMatchObject({ PartsCount: 2, ContentLength: PART_BYTES, Metadata: { a: '1' } });
    const attributes = await s3.run('GetObjectAttributes', {
      ...object,
      ObjectAttributes: ['ObjectParts', 'ETag'],
    });
    expect(attributes).toMatchObject({ ETag: `${tag}-2`, ObjectParts: { TotalPartsCount: 2 } });
    expect(await s3.run('ListMultipartUploads', { Bucket: 'data' })).not.toHaveProperty('Uploads');
    const copy = await s3.run('CopyObject', { Bucket: 'data', Key: 'copy', CopySource: 'data/large' });
    const whole = createHash('md5').update(first).update(second).digest('hex');
    expect(copy.CopyObjectResult).toMatchObject({ ETag: `"${whole}"` });
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html (Last-Modified)
  it('dates the object by the begin of its upload, and makes it the current one all the same', async () => {
    const { clock } = s3.cloud;
    await s3.run('PutBucketVersioning', {
      Bucket: 'data',
      VersioningConfiguration: { Status: 'Enabled' },
    });
    const begun = clock.now();
    const { UploadId, parts } = await upload();
    const sent = clock.now();
    await clock.advanceTo(sent + 60_000);
    await s3.run('PutObject', { ...object, Body: 'meanwhile' });
    await s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts: parts } });

    const { Versions } = await s3.run<{ Versions: { LastModified: Date; IsLatest: boolean }[] }>(
      'ListObjectVersions',
      { Bucket: 'data' },
    );
    const [inParts, meanwhile] = Versions;
    expect([inParts?.IsLatest, meanwhile?.IsLatest]).toEqual([true, false]);
    expect(inParts!.LastModified.getTime()).toBeGreaterThanOrEqual(begun);
    expect(inParts!.LastModified.getTime()).toBeLessThanOrEqual(sent);
    expect(meanwhile!.LastModified.getTime()).toBeGreaterThanOrEqual(sent + 60_000);
  });

  it('makes a composite checksum of the chosen algorithm', async () => {
    const { UploadId, parts } = await upload({ ChecksumAlgorithm: 'CRC32' });
    const values = [digestOf('CRC32', first), digestOf('CRC32', second)];
    const composite = digestOf('CRC32', ...values.map((value) => Buffer.from(value, 'base64')));
    const answer = await s3.run('CompleteMultipartUpload', {
      ...object,
      UploadId,
      MultipartUpload: { Parts: parts.map((part, i) => ({ ...part, ChecksumCRC32: values[i] })) },
    });
    expect(answer).toMatchObject({ ChecksumCRC32: `${composite}-2`, ChecksumType: 'COMPOSITE' });
  });

  it('keeps the bytes of parts that were checked with another algorithm than the upload has', async () => {
    const { UploadId } = await s3.run<{ UploadId: string }>('CreateMultipartUpload', object);
    const sent = { ...object, UploadId, PartNumber: 1, Body: first, ChecksumCRC32: digestOf('CRC32', first) };
    const part = await s3.run<{ ETag: string; ChecksumCRC32: string }>('UploadPart', sent);
    expect(part.ChecksumCRC32).toBe(sent.ChecksumCRC32);
    // whatever still follows an upload has its time
    await new Promise((resolve) => setTimeout(resolve, 20));
    const Parts = [{ PartNumber: 1, ETag: part.ETag }];
    const done = await s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts } });
    expect(done).toMatchObject({ ChecksumCRC64NVME: digestOf('CRC64NVME', first) });
    expect(await s3.text('data', 'large')).toBe(first.toString());
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies %s of parts',
    async (name) => {
      const { UploadId } = await s3.run<{ UploadId: string }>('CreateMultipartUpload', {
        ...object,
        ChecksumAlgorithm: name,
      });
      const send = (body: string) =>
        s3.run('UploadPart', {
          ...object,
          UploadId,
          PartNumber: 1,
          Body: Buffer.from(body),
          [`Checksum${name}`]: digestOf(name, Buffer.from('right')),
        });
      await expect(send('wrong')).rejects.toMatchObject({
        code: 'BadDigest',
        message: `The ${name} you specified did not match the calculated checksum.`,
      });
      expect(await send('right')).toHaveProperty(`Checksum${name}`);
    },
  );

  it('asks for the checksum of every part, and for the right one, when the upload is composite', async () => {
    const { UploadId, parts } = await upload({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' });
    const complete = (Parts: object[]) =>
      s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts } });
    await expect(complete(parts)).rejects.toThrow(
      'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    );
    const wrong = parts.map((part) => ({ ...part, ChecksumSHA256: digestOf('SHA256', second) }));
    await expect(complete(wrong)).rejects.toThrow(
      'The sha256 you specified for part 1 did not match what we received.',
    );
  });

  it('joins a full-object checksum, and refuses another', async () => {
    const { UploadId, parts } = await upload({ ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' });
    const complete = (more: object) =>
      s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts: parts }, ...more });
    await expect(complete({ ChecksumCRC32C: digestOf('CRC32C', second) })).rejects.toMatchObject({
      code: 'BadDigest',
      message: 'The crc32c you specified did not match the calculated checksum.',
    });
    await expect(complete({ ChecksumType: 'COMPOSITE' })).rejects.toThrow('FULL_OBJECT checksum mode');
    const whole = { ChecksumCRC32C: digestOf('CRC32C', first, second), ChecksumType: 'FULL_OBJECT' };
    expect(await complete(whole)).toMatchObject(whole);
  });

  it('completes only if the key is absent, or has the tag that is named', async () => {
    const { ETag } = await s3.run<{ ETag: string }>('PutObject', { ...object, Body: 'there' });
    const { UploadId, parts } = await upload();
    const complete = (more: object) =>
      s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts: parts }, ...more });
    await expect(complete({ IfNoneMatch: '*' })).rejects.toMatchObject({ code: 'PreconditionFailed' });
    await expect(complete({ IfMatch: '"other"' })).rejects.toMatchObject({ status: 412 });
    await complete({ IfMatch: ETag });
    expect(await s3.run('HeadObject', object)).toMatchObject({ ContentLength: PART_BYTES + second.length });
  });

  it('refuses what does not fit, and leaves the upload open', async () => {
    const { UploadId, parts } = await upload();
    const complete = (Parts: object[], more: object = {}) =>
      s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts }, ...more });
    await expect(complete([])).rejects.toMatchObject({ code: 'InvalidRequest' });
    await expect(complete([...parts].reverse())).rejects.toMatchObject({ code: 'InvalidPartOrder' });
    await expect(complete([{ ...parts[0], ETag: '"x"' }])).rejects.toMatchObject({ code: 'InvalidPart' });
    await expect(complete(parts, { ChecksumCRC64NVME: 'AAAA' })).rejects.toMatchObject({ code: 'BadDigest' });
    const small = { ...object, UploadId, PartNumber: 3, Body: 'x' };
    const { ETag } = await s3.run<{ ETag: string }>('UploadPart', small);
    await expect(complete([...parts, { PartNumber: 3, ETag }])).rejects.toMatchObject({
      code: 'EntityTooSmall',
    });
    await s3.run('PutObject', { ...object, Body: 'there already' });
    await expect(complete(parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ code: 'PreconditionFailed' });
    expect(await s3.run('ListParts', { ...object, UploadId, MaxParts: 2 })).toMatchObject({
      Parts: [{ PartNumber: 1, Size: PART_BYTES }, { PartNumber: 2 }],
      IsTruncated: true,
      NextPartNumberMarker: '2',
    });
    await s3.run('AbortMultipartUpload', { ...object, UploadId });
    await expect(complete(parts)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });
});

it('copies a range of an object as a part', async () => {
  await s3.run('PutObject', { Bucket: 'data', Key: 'source', Body: '0123456789' });
  const { UploadId } = await s3.run<{ UploadId: string }>('CreateMultipartUpload', object);
  const part = { ...object, UploadId, PartNumber: 1, CopySource: 'data/source' };
  const bad = s3.run('UploadPartCopy', { ...part, CopySourceRange: 'bytes=5-10' });
  await expect(bad).rejects.toMatchObject({ code: 'InvalidArgument' });
  const { CopyPartResult } = await s3.run<{ CopyPartResult: { ETag: string } }>('UploadPartCopy', {
    ...part,
    CopySourceRange: 'bytes=2-4',
  });
  const Parts = [{ PartNumber: 1, ETag: CopyPartResult.ETag }];
  await s3.run('CompleteMultipartUpload', { ...object, UploadId, MultipartUpload: { Parts } });
  await s3.run('DeleteObject', { Bucket: 'data', Key: 'source' });
  expect(await s3.text('data', 'large')).toBe('234');
});
