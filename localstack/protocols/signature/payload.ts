/** Checks of a body against its signature, made while the body streams through. */
import { createHash } from 'node:crypto';
import type { ChunkCheck } from '../aws-chunked.ts';
import type { BodyCheck } from '../http-request.ts';
import type { RequestSignature } from './read-signature.ts';
import { wrongPayload } from './refusals.ts';
import { isSameSignature, signText } from './signing-key.ts';

const EMPTY_HASH = createHash('sha256').digest('hex');

/** Fails at a body's end when its hash is another than `signedHash`. */
export function checkedPayload(signedHash: string): BodyCheck {
  const hash = createHash('sha256');
  return {
    data: (chunk) => void hash.update(chunk),
    end() {
      const computed = hash.digest('hex');
      if (computed !== signedHash) throw wrongPayload(signedHash, computed);
    },
  };
}

/**
 * Checks each chunk's signature, which is chained to the one before it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function signedChunks(
  signature: RequestSignature,
  key: Buffer,
  refuse: (given: string, stringToSign: string) => Error,
): ChunkCheck {
  const { signedAt, day, region, service } = signature;
  let previous = signature.signature;
  let hash = createHash('sha256');

  function verify(kind: 'PAYLOAD' | 'TRAILER', hashes: readonly string[], given: string): void {
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = [`AWS4-HMAC-SHA256-${kind}`, signedAt, scope, previous, ...hashes].join('\n');
    const expected = signText(key, text);
    if (!isSameSignature(expected, given)) throw refuse(given, text);
    previous = expected;
  }

  return {
    data: (bytes) => void hash.update(bytes),
    endOfChunk(chunkSignature) {
      verify('PAYLOAD', [EMPTY_HASH, hash.digest('hex')], chunkSignature ?? '');
      hash = createHash('sha256');
    },
    trailers(lines, trailerSignature) {
      if (lines.length === 0) return;
      const text = lines.map((line) => `${line}\n`).join('');
      verify('TRAILER', [createHash('sha256').update(text).digest('hex')], trailerSignature ?? '');
    },
  };
}
