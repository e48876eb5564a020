import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { echoService } from '../../testing/echo-service.ts';
import { presignedUrl, signedFetch } from '../../testing/signed-fetch.ts';
import { type ClientConfig, type RunningCloud, startCloud } from '../../testing/start-cloud.ts';

let running: RunningCloud;

beforeAll(async () => {
  running = await startCloud({
    services: ['s3'],
    factories: ['ssm', 'sns', 'lambda', 'sqs'].map((name) => () => echoService(name).service),
  });
  await running.cloud.call('s3', 'CreateBucket', { Bucket: 'signed' }, running.cloud.root);
  await new S3Client(running.clientConfig).send(
    new PutObjectCommand({ Bucket: 'signed', Key: 'a b/ü+', Body: 'text' }),
  );
});
afterAll(() => running.stop());

const REQUESTS = {
  sns: { service: 'sns', body: 'Action=ListTopics&Version=2010-03-31' },
  ssm: { service: 'ssm', body: '{}', headers: { 'x-amz-target': 'AmazonSSM.DescribeParameters' } },
  lambda: { service: 'lambda', method: 'GET', path: '/2015-03-31/functions' },
  s3: { service: 's3', method: 'GET' },
} as const;

async function ask(
  service: keyof typeof REQUESTS,
  options: { credentials?: ClientConfig['credentials']; signedAt?: Date } = {},
) {
  const { credentials = running.clientConfig.credentials, signedAt } = options;
  const asked = { ...running, clientConfig: { ...running.clientConfig, credentials } };
  const response = await signedFetch(asked, { ...REQUESTS[service], ...(signedAt ? { signedAt } : {}) });
  const text = await response.text();
  const code =
    /<Code>(.*)<\/Code>/.exec(text)?.[1] ??
    response.headers.get('x-amzn-errortype') ??
    /"__type":"(.*?)"/.exec(text)?.[1];
  return { status: response.status, code, text };
}

const session = (expiresAt: number) =>
  running.cloud.identities.openSession({
    roleArn: 'arn:aws:iam::000000000000:role/gone',
    sessionName: 'over',
    expiresAt,
    tags: [],
    policies: [],
  });

// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, the JSON services' CommonErrors pages and
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
describe.each([
  ['sns', 403, 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken'],
  ['ssm', 400, 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException'],
  ['lambda', 403, 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException'],
  ['s3', 403, 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken'],
] as const)('%s', (service, status, unknown, wrong, expired) => {
  test('takes a good signature', async () => {
    expect(await ask(service)).toMatchObject({ status: 200 });
  });

  test('refuses a key that nobody owns', async () => {
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'test' };
    expect(await ask(service, { credentials })).toMatchObject({ status, code: unknown });
  });

  test('refuses a wrong secret', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'wrong' };
    expect(await ask(service, { credentials })).toMatchObject({ status, code: wrong });
  });

  test('refuses a session that is over, and one without its token', async () => {
    const over = session(running.cloud.clock.now() - 1000);
    expect(await ask(service, { credentials: over })).toMatchObject({
      status: service === 's3' ? 400 : status,
      code: expired,
    });
    const { accessKeyId, secretAccessKey } = session(running.cloud.clock.now() + 60_000);
    expect(await ask(service, { credentials: { accessKeyId, secretAccessKey } })).toMatchObject({
      code: service === 's3' ? 'InvalidToken' : unknown,
    });
  });

  test('refuses a request of long ago, and one from the future', async () => {
    const old = await ask(service, { signedAt: new Date(Date.now() - 20 * 60_000) });
    const early = await ask(service, { signedAt: new Date(Date.now() + 20 * 60_000) });
    expect([old, early]).toMatchObject([
      { status, code: service === 's3' ? 'RequestTimeTooSkewed' : wrong },
      { status, code: service === 's3' ? 'RequestTimeTooSkewed' : wrong },
    ]);
    if (service === 's3') return;
    expect(old.text).toMatch(
      /Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 1?5 min\.\)/,
    );
    expect(early.text).toContain('Signature not yet current: ');
  });
});

test.each([
  ['ssm', 400, 'MissingAuthenticationTokenException'],
  ['sns', 403, 'MissingAuthenticationToken'],
] as const)('%s refuses who does not sign', async (service, status, code) => {
  const { body, headers = {} } = { headers: {}, ...REQUESTS[service] };
  const unsigned = await fetch(running.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  const text = await unsigned.text();
  // nothing tells an unsigned query request's service but its host, so STS answers for all of them
  expect([unsigned.status, text]).toEqual([status, expect.stringContaining(code)]);
});

describe('presigned URLs', () => {
  const sign = (expiresIn: number, signedAt = new Date()) =>
    presignedUrl(running, { path: '/signed/a%20b/%C3%BC%2B', expiresIn, signedAt });

  test('are good until they expire, on the clock of the cloud', async () => {
    const url = await sign(60, new Date(Date.now() - 5_000));
    expect(await (await fetch(url)).text()).toBe('text');
    await running.cloud.clock.advanceTo(running.cloud.clock.now() + 61_000);
    const expired = await fetch(url);
    expect([expired.status, await expired.text()]).toEqual([
      403,
      expect.stringContaining(
        '<Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires><Expires>',
      ),
    ]);
    // one made now, on the machine's clock, counts by that one
    expect((await fetch(await sign(30))).status).toBe(200);
  });

  test.each([
    ['the key', (url: string) => url.replace('a%20b', 'another')],
    ['a parameter', (url: string) => `${url}&response-content-type=text%2Fhtml`],
    ['the expiry', (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')],
  ])('are refused when %s is changed', async (_what, tamper) => {
    const response = await fetch(tamper(await sign(60)));
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining(
        '<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>',
      ),
    ]);
  });

  test.each([
    ['604801', 'X-Amz-Expires must be less than a week (in seconds)'],
    ['soon', 'X-Amz-Expires should be a number'],
    ['-1', 'X-Amz-Expires must be non-negative'],
  ])('are refused with an expiry of %s', async (expires, message) => {
    const response = await fetch((await sign(60)).replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`));
    const text = await response.text();
    expect([response.status, text]).toEqual([
      400,
      expect.stringContaining('<Code>AuthorizationQueryParametersError</Code>'),
    ]);
    expect(text).toContain(message);
  });
});

test('S3 refuses a body with another hash than the one that was signed', async () => {
  const put = (hash: string) =>
    signedFetch(running, {
      service: 's3',
      method: 'PUT',
      path: '/signed/hashed',
      headers: { 'x-amz-content-sha256': hash },
      body: 'text',
    });
  // echo -n text | sha256sum
  const hash = '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1';
  expect((await put(hash)).status).toBe(200);
  const refused = await put(hash.replace('982d', '0000'));
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining(`<S3ComputedContentSHA256>${hash}</S3ComputedContentSHA256>`),
  ]);
});
