import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../core/create-clock.ts';
import { AwsError } from '../../core/errors.ts';
import { type ChunkCheck, decodeAwsChunked } from '../aws-chunked.ts';
import { wireOf } from '../clients.ts';
import type { HttpRequest } from '../http-request.ts';
import { readSignature } from './read-signature.ts';
import { verifySignature } from './verify.ts';

// keys, requests and signatures of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, sigv4-query-string-auth.html and sigv4-streaming.html
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const TIME = Date.UTC(2013, 4, 24);
const SCOPE = '20130524/us-east-1/s3/aws4_request';

const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=${KEY}/${SCOPE}, SignedHeaders=${signedHeaders}, Signature=${signature}`;

function exampleRequest(method: string, target: string, headers: Record<string, string>) {
  const [path = '/', query = ''] = target.split('?');
  let chunkCheck: ChunkCheck | undefined;
  const request: HttpRequest = {
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    sentHeaders: headers,
    sourceIp: '127.0.0.1',
    header: (name) => headers[name],
    body: async () => Buffer.alloc(0),
    sentBody: async () => Buffer.alloc(0),
    stream: () => new PassThrough(),
    shortBody: () => undefined,
    checkBody: () => {},
    checkChunks: (check) => {
      chunkCheck = check;
    },
  };
  return { request, chunkCheck: () => chunkCheck };
}

function verify(request: HttpRequest, { secret = SECRET, at = TIME } = {}): Promise<void> {
  const clock = createClock({ offsetMs: at - Date.now() });
  const keyOwner = (id: string) =>
    id === KEY ? { secretAccessKey: secret, sessionTokens: [undefined] } : undefined;
  const service = { wire: wireOf('s3')!, protocol: 'rest-xml' } as const;
  return verifySignature({ clock, keyOwner }, request, readSignature(request)!, service);
}

const host = 'examplebucket.s3.amazonaws.com';
const getObject = () =>
  exampleRequest('GET', '/test.txt', {
    host,
    range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': '20130524T000000Z',
    authorization: authorization(
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  }).request;

describe("signatures of AWS's examples", () => {
  test('GET Object', async () => {
    await expect(verify(getObject())).resolves.toBeUndefined();
    await expect(verify(getObject(), { secret: 'another' })).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
      fields: {
        AWSAccessKeyId: KEY,
        StringToSign:
          'AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972',
      },
    });
  });

  test('PUT Object, whose path is encoded', async () => {
    const { request } = exampleRequest('PUT', '/test%24file.text', {
      host,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    });
    await expect(verify(request)).resolves.toBeUndefined();
  });

  test.each([
    ['/?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['/?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('GET of a bucket with the query %s', async (target, signature) => {
    const { request } = exampleRequest('GET', target, {
      host,
      'x-amz-content-sha256': EMPTY,
      'x-amz-date': '20130524T000000Z',
      authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature),
    });
    await expect(verify(request)).resolves.toBeUndefined();
  });

  test('a presigned URL, until it expires', async () => {
    const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${KEY}/${SCOPE}`)}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    const { request } = exampleRequest('GET', `/test.txt?${query}`, { host });
    await expect(verify(request)).resolves.toBeUndefined();
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html
    const refused = verify(request, { at: TIME + 86_401_000 });
    await expect(refused).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'Request has expired',
      status: 403,
      fields: { 'X-Amz-Expires': 86_400, Expires: '2013-05-25T00:00:00Z' },
    });
  });

  test('an upload in signed chunks, each of which counts', async () => {
    const { request, chunkCheck } = exampleRequest('PUT', '/examplebucket/chunkObject.txt', {
      host: 's3.amazonaws.com',
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-date': '20130524T000000Z',
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: authorization(
        'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
        '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      ),
    });
    const decode = async (last: string) => {
      await verify(request);
      const chunk = (length: number, signature: string, text = 'a') =>
        `${length.toString(16)};chunk-signature=${signature}\r\n${text.repeat(length)}\r\n`;
      const text =
        chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648') +
        chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', last) +
        chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
      const decoder = decodeAwsChunked(() => {}, { check: chunkCheck(), decodedLength: 66_560 });
      return buffer(Readable.from([Buffer.from(text)]).pipe(decoder));
    };
    expect(await decode('a')).toHaveLength(66_560);
    await expect(decode('b')).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

test.each([
  ['Basic abc', 'InvalidArgument'],
  ['AWS key:signature', 'InvalidRequest'],
  ['AWS4-HMAC-SHA256 Credential=a/b/c', 'IncompleteSignature'],
])('an Authorization header %s is refused', (header, code) => {
  const { request } = exampleRequest('GET', '/', { authorization: header });
  const refused = (() => {
    try {
      return readSignature(request);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toBeInstanceOf(AwsError);
  expect(refused).toMatchObject({ code });
});
