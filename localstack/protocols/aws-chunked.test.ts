import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { decodeAwsChunked } from './aws-chunked.ts';

const BODY = '5;chunk-signature=abc\r\nhello\r\n6\r\n\r\nworl\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n';

async function decode(text: string, pieceLength = text.length) {
  let trailers: ReadonlyMap<string, string> = new Map();
  const pieces = [];
  for (let at = 0; at < text.length; at += pieceLength)
    pieces.push(Buffer.from(text.slice(at, at + pieceLength)));
  const decoder = decodeAwsChunked((found) => (trailers = found));
  const body = await buffer(
    Readable.from(pieces)
      .on('error', () => {})
      .pipe(decoder),
  );
  return { body: body.toString(), trailers: Object.fromEntries(trailers) };
}

test.each([1, 2, 3, 7, 1000])('decodes data and trailers from pieces of %i bytes', async (pieceLength) => {
  expect(await decode(BODY, pieceLength)).toEqual({
    body: 'hello\r\nworl',
    trailers: { 'x-amz-checksum-crc32': 'AAAA' },
  });
});

test('an empty body has no chunk but the last', async () => {
  expect(await decode('0\r\n\r\n')).toEqual({ body: '', trailers: {} });
});

test.each([
  ['that ends early', '5\r\nhel'],
  ['whose chunk is longer than its size', '2\r\nhello\r\n0\r\n\r\n'],
  ['whose size is no number', 'zz\r\nhello\r\n'],
  ['without an end to its header', '1'.repeat(5000)],
])('refuses a body %s', async (_what, text) => {
  await expect(decode(text)).rejects.toThrow();
});
