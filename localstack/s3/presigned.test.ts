/** Presigned URLs: what they carry beside the signature has its effect. */
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { presignedUrl } from '../testing/signed-fetch.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const PATH = '/shared/report.csv';
let running: RunningCloud;
let client: S3Client;

beforeAll(async () => {
  running = await startCloud({ services: ['s3'] });
  client = new S3Client(running.clientConfig);
  await client.send(new CreateBucketCommand({ Bucket: 'shared' }));
  await client.send(new PutObjectCommand({ Bucket: 'shared', Key: 'report.csv', Body: 'a,b' }));
});

afterAll(() => running.stop());

it('overrides headers of the answer, and reads a range', async () => {
  const query = new URLSearchParams({
    'response-content-type': 'text/plain',
    'response-content-disposition': 'attachment;filename="r.csv"',
    'response-content-language': 'de',
    'response-cache-control': 'no-store',
  });
  const url = await presignedUrl(running, { path: `${PATH}?${query}`, expiresIn: 60 });
  const answer = await fetch(url, { headers: { range: 'bytes=0-0' } });
  expect(answer.status).toBe(206);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'text/plain',
    'content-disposition': 'attachment;filename="r.csv"',
    'content-language': 'de',
    'cache-control': 'no-store',
  });
  expect(await answer.text()).toBe('a');
});

it('takes no such override from a request that nobody signed', async () => {
  await client.send(new DeletePublicAccessBlockCommand({ Bucket: 'shared' }));
  const Statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::shared/*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket: 'shared', Policy }));
  expect((await fetch(running.endpoint + PATH)).status).toBe(200);
  const overriding = await fetch(`${running.endpoint}${PATH}?response-content-type=text/plain`);
  expect(overriding.status).toBe(400);
  // "cannot be used with an unsigned (anonymous) request": the API reference of GetObject
  expect(await overriding.text()).toContain(
    '<Message>Request specific response headers cannot be used for anonymous GET requests.</Message>',
  );
});

it('writes what the URL was made for', async () => {
  const url = await presignedUrl(running, { path: '/shared/new.csv', method: 'PUT', expiresIn: 60 });
  const headers = { 'content-type': 'text/csv' };
  expect((await fetch(url, { method: 'PUT', headers, body: 'x,y' })).status).toBe(200);
  expect((await fetch(url)).status).toBe(403);
  const answer = await client.send(new GetObjectCommand({ Bucket: 'shared', Key: 'new.csv' }));
  expect(answer.ContentType).toBe('text/csv');
  expect(await answer.Body?.transformToString()).toBe('x,y');
});
