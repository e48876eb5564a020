/** S3 over HTTP with the SDK's own client. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedFetch } from '../testing/signed-fetch.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const Bucket = 'data';
let running: RunningCloud;
let client: S3Client;

beforeAll(async () => {
  running = await startCloud({ services: ['s3'] });
  client = new S3Client(running.clientConfig);
  await client.send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => running.stop());

describe('buckets', () => {
  it('are found, located and listed', async () => {
    expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' });
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
    expect((await client.send(new ListBucketsCommand())).Buckets).toMatchObject([{ Name: Bucket }]);
    await expect(client.send(new HeadBucketCommand({ Bucket: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('give settings back as they were put', async () => {
    const rule = {
      ID: 'a',
      Status: 'Enabled' as const,
      Filter: { And: { Prefix: 'x/', Tags: [{ Key: 'k', Value: 'v' }] } },
      Expiration: { Days: 3 },
    };
    const LifecycleConfiguration = { Rules: [rule] };
    await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
    const lifecycle = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(lifecycle.Rules).toEqual([rule]);
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const notification = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(notification.EventBridgeConfiguration).toEqual({});
    const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
  });
});

describe('objects', () => {
  it('carry names and metadata that need encoding', async () => {
    const Key = "ü/a b+c&d=e?f#'%41 \u{1F600}.txt";
    await client.send(
      new PutObjectCommand({ Bucket, Key, Body: 'hi', Metadata: { a: 'b c' }, Tagging: 'x=1%202' }),
    );
    const read = await client.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(await read.Body?.transformToString()).toBe('hi');
    expect(read).toMatchObject({ Metadata: { a: 'b c' }, TagCount: 1 });
    expect(read.ChecksumCRC32).toBeDefined();
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'ü/', EncodingType: 'url' }));
    expect(decodeURIComponent(listed.Contents?.[0]?.Key ?? '')).toBe(Key);
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket, Key }));
    expect(tags.TagSet).toEqual([{ Key: 'x', Value: '1 2' }]);
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'copy' }] } }),
    );
    expect(answer.Deleted).toHaveLength(2);
  });

  it('are verified by a checksum that trails a streamed body', async () => {
    const put = (value?: string) =>
      client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'streamed',
          Body: Readable.from([Buffer.alloc(200_000, 'a'), Buffer.alloc(7, 'b')]),
          ContentLength: 200_007,
          ChecksumAlgorithm: 'CRC32C',
          ...(value === undefined ? {} : { ChecksumCRC32C: value }),
        }),
      );
    expect((await put()).ChecksumCRC32C).toBeDefined();
    await expect(put('AAAAAA==')).rejects.toMatchObject({ name: 'BadDigest' });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'streamed' }));
    expect(head).toMatchObject({ ContentLength: 200_007, ContentType: 'application/octet-stream' });
    expect(head.ContentEncoding).toBeUndefined();
  });

  it('answer ranges with 206, conditions with 304 and 412, absence with 404', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
    const range = await client.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));
    expect(await range.Body?.transformToString()).toBe('234');
    expect(range).toMatchObject({ $metadata: { httpStatusCode: 206 }, ContentRange: 'bytes 2-4/10' });
    const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });
    const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: 'k', ...more }));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject(status(304));
    await expect(get({ IfMatch: '"no"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      ...status(412),
    });
    await expect(get({ Key: 'none' })).rejects.toMatchObject({ name: 'NoSuchKey', ...status(404) });
    await expect(get({ Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange', ...status(416) });
    const again = new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', IfNoneMatch: '*' });
    await expect(client.send(again)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('upload in parts with the SDK, and stream back', async () => {
    const Body = randomBytes(12 * 1024 * 1024);
    await new Upload({ client, params: { Bucket, Key: 'large', Body: Readable.from([Body]) } }).done();
    const read = await client.send(new GetObjectCommand({ Bucket, Key: 'large', ChecksumMode: 'ENABLED' }));
    expect(read.ETag).toMatch(/-3"$/);
    expect(Buffer.compare(Buffer.from((await read.Body?.transformToByteArray()) ?? []), Body)).toBe(0);
  });

  it('have versions', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'versioned' }));
    const versioned = { Bucket: 'versioned', Key: 'k' };
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await client.send(new PutBucketVersioningCommand({ ...versioned, VersioningConfiguration }));
    expect((await client.send(new GetBucketVersioningCommand(versioned))).Status).toBe('Enabled');
    const put = await client.send(new PutObjectCommand({ ...versioned, Body: '1' }));
    const deleted = await client.send(new DeleteObjectCommand(versioned));
    expect(deleted).toMatchObject({ DeleteMarker: true });
    const listed = await client.send(new ListObjectVersionsCommand(versioned));
    expect(listed.Versions).toMatchObject([{ VersionId: put.VersionId, IsLatest: false }]);
    expect(listed.DeleteMarkers).toMatchObject([{ VersionId: deleted.VersionId, IsLatest: true }]);
  });
});

describe('authorisation', () => {
  it('lets a bucket policy deny what root may do', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'guarded' }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::guarded/secret/*',
        },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::guarded', 'arn:aws:s3:::guarded/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
    await client.send(new PutBucketPolicyCommand({ Bucket: 'guarded', Policy }));
    for (const Key of ['open/x', 'secret/x']) {
      await client.send(new PutObjectCommand({ Bucket: 'guarded', Key, Body: 'x' }));
    }
    const get = (Key: string) => client.send(new GetObjectCommand({ Bucket: 'guarded', Key }));
    await expect(get('open/x')).resolves.toBeDefined();
    await expect(get('secret/x')).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    const anonymous = await fetch(`${running.endpoint}/guarded/open/x`);
    expect(anonymous.status).toBe(403);
  });
});

describe('bodies that go wrong', () => {
  it('are refused when the trailing checksum is another', async () => {
    const put = (checksum: string) =>
      signedFetch(running, {
        service: 's3',
        method: 'PUT',
        path: `/${Bucket}/trailing`,
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '9',
          'x-amz-trailer': 'x-amz-checksum-crc32',
        },
        body: `9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`,
      });
    const wrong = await put('AAAAAA==');
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringContaining('<Code>BadDigest</Code>'),
    ]);
    // check value of CRC-32: cbf43926
    expect((await put('y/Q5Jg==')).status).toBe(200);
  });

  it('leave nothing when the client goes away', async () => {
    const stop = new AbortController();
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new Uint8Array(100_000));
        setTimeout(() => stop.abort(), 50);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    const put = { service: 's3', method: 'PUT', path: `/${Bucket}/broken`, body, signal: stop.signal };
    await expect(signedFetch(running, put)).rejects.toThrow();
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'broken' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });
});
