/** S3's REST XML, with the SDK's client against a service that answers what the test says. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { echoService } from '../testing/echo-service.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const echo = echoService('s3');
let running: RunningCloud;

beforeAll(async () => {
  running = await startCloud({ services: [], factories: [() => echo.service] });
});
afterAll(() => running.stop());
beforeEach(() => {
  echo.asked = [];
  echo.answers = {};
});

const client = () => new S3Client(running.clientConfig);

test('a streamed body arrives decoded, its trailing checksum on the input', async () => {
  let received = '';
  echo.answers.PutObject = async (input) => {
    received = await text(input.Body as Readable);
    return { ETag: '"e"', VersionId: 'v1' };
  };
  const body = 'line\n'.repeat(40_000);
  const output = await client().send(
    new PutObjectCommand({
      Bucket: 'bucket',
      Key: 'a b/ü',
      Body: Readable.from([body]),
      ContentLength: body.length,
      ContentEncoding: 'gzip',
      Metadata: { owner: 'me' },
    }),
  );
  expect(output).toMatchObject({ ETag: '"e"', VersionId: 'v1' });
  expect(received).toBe(body);
  expect(echo.asked[0]).toMatchObject({
    operation: 'PutObject',
    input: {
      Bucket: 'bucket',
      Key: 'a b/ü',
      ContentLength: body.length,
      ContentEncoding: 'gzip',
      Metadata: { owner: 'me' },
      ChecksumCRC32: expect.stringMatching(/^[\w+/]{6}==$/),
    },
  });
});

test('an operation that refuses without reading the body leaves the connection usable', async () => {
  const s3 = client();
  echo.answers.PutObject = () => {
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist');
  };
  const put = () => s3.send(new PutObjectCommand({ Bucket: 'none', Key: 'k', Body: 'x'.repeat(3_000_000) }));
  await expect(put()).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
  await expect(put()).rejects.toMatchObject({ name: 'NoSuchBucket' });
});

test('headers, metadata and body of an object, in whole and in part', async () => {
  const modified = new Date('2026-02-03T04:05:06Z');
  echo.answers.GetObject = () => ({
    Body: Readable.from(['hello']),
    ContentLength: 5,
    ContentType: 'text/plain',
    LastModified: modified,
    Metadata: { owner: 'me' },
  });
  const whole = await client().send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  expect(await whole.Body!.transformToString()).toBe('hello');
  expect(whole).toMatchObject({
    ContentType: 'text/plain',
    LastModified: modified,
    Metadata: { owner: 'me' },
  });

  echo.answers.GetObject = () => ({
    Body: Buffer.from('ell'),
    ContentLength: 3,
    ContentRange: 'bytes 1-3/5',
  });
  const part = await client().send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=1-3' }));
  expect(part.$metadata.httpStatusCode).toBe(206);
  expect(await part.Body!.transformToString()).toBe('ell');
});

test('HEAD has its headers without a body, also when it fails', async () => {
  echo.answers.HeadObject = () => ({ ContentLength: 5_000, ETag: '"e"' });
  const head = await client().send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
  expect(head).toMatchObject({ ContentLength: 5_000, ETag: '"e"' });
  echo.answers.HeadObject = () => {
    throw new AwsError('NotFound', 'Not Found', { status: 404 });
  };
  await expect(client().send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
    name: 'NotFound',
    $metadata: { httpStatusCode: 404 },
  });
});

test('XML bodies both ways', async () => {
  echo.answers.DeleteObjects = () => ({
    Deleted: [{ Key: 'a&<b>' }],
    Errors: [{ Key: 'c', Code: 'AccessDenied' }],
  });
  const deleted = await client().send(
    new DeleteObjectsCommand({
      Bucket: 'b',
      Delete: { Objects: [{ Key: ' a&<b>' }, { Key: 'c', VersionId: 'v' }] },
    }),
  );
  expect(echo.asked[0]!.input.Delete).toEqual({ Objects: [{ Key: ' a&<b>' }, { Key: 'c', VersionId: 'v' }] });
  expect(deleted).toMatchObject({
    Deleted: [{ Key: 'a&<b>' }],
    Errors: [{ Key: 'c', Code: 'AccessDenied' }],
  });

  const copied = new Date('2026-02-03T04:05:06Z');
  echo.answers.CopyObject = () => ({
    CopyObjectResult: { ETag: '"e"', LastModified: copied },
    VersionId: 'v',
  });
  const copy = await client().send(new CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'b/a%20b' }));
  expect(copy).toMatchObject({ CopyObjectResult: { ETag: '"e"', LastModified: copied }, VersionId: 'v' });

  echo.answers.GetBucketLocation = () => ({ LocationConstraint: 'eu-west-1' });
  const location = await client().send(new GetBucketLocationCommand({ Bucket: 'b' }));
  expect(location.LocationConstraint).toBe('eu-west-1');
});

test('malformed XML is refused as S3 does', async () => {
  const response = await fetch(`${running.endpoint}/b?delete`, { method: 'POST', body: '<Delete><Obj' });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('<Code>MalformedXML</Code>');
});
