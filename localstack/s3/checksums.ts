/** Checksums that clients send with a body, in a header or after the body, and that they are told. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { badDigest, invalidRequest } from './errors.ts';
import { CHECKSUM_ALGORITHMS, type Checksum, type ChecksumAlgorithm } from './storage/digests.ts';

/** The checksum members of inputs and outputs. */
export type ChecksumMembers = {
  [Algorithm in ChecksumAlgorithm as `Checksum${Algorithm}`]?: string | undefined;
};

interface ChecksummedInput extends ChecksumMembers {
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ContentMD5?: string | undefined;
}

/** What a body has to have, found out before it is read. */
export interface ExpectedChecksum {
  /** To compute: what the client sends or asks for, else CRC64NVME as S3 does. */
  readonly algorithm: ChecksumAlgorithm;
  /** False when the client neither sent nor named an algorithm. */
  readonly chosenByClient: boolean;
  /** Compares with what came in headers and trailers. @throws AwsError BadDigest */
  verify(actual: { readonly md5: Buffer; readonly checksum: Checksum }): void;
}

/** Lengths of checksums. */
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};
const TRAILER_PREFIX = 'x-amz-checksum-';

/**
 * `ofUpload` is the algorithm of the multipart upload that the body is a part of.
 * @throws AwsError InvalidRequest when more than one checksum was sent
 */
export function expectChecksum(
  input: ChecksummedInput,
  call: Call,
  ofUpload?: ChecksumAlgorithm,
): ExpectedChecksum {
  checkContentMd5(input.ContentMD5);
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => input[`Checksum${algorithm}`] !== undefined);
  if (sent.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  for (const algorithm of sent) checkValue(algorithm, input[`Checksum${algorithm}`]!);
  const trailer = trailerAlgorithm(call);
  const named = input.ChecksumAlgorithm === undefined ? undefined : parseAlgorithm(input.ChecksumAlgorithm);
  const chosen = sent[0] ?? trailer ?? ofUpload ?? named;
  const algorithm = chosen ?? 'CRC64NVME';
  return {
    algorithm,
    chosenByClient: chosen !== undefined,
    verify({ md5, checksum }) {
      if (input.ContentMD5 !== undefined && input.ContentMD5 !== md5.toString('base64')) {
        throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
      }
      // a checksum that trails the body becomes a member of the input once the body has been read
      const expected = input[`Checksum${algorithm}`];
      if (expected === undefined) return;
      checkValue(algorithm, expected.trim());
      if (expected.trim() !== checksum.value) throw badDigest(algorithm);
    },
  };
}

/** @throws NotImplementedByLocalCloud for the algorithms that are not computed here */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const known = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (!known) throw new NotImplementedByLocalCloud(`s3 checksum algorithm ${name}`);
  return known;
}

/** Members of an answer that tell a checksum. */
export function checksumMembers(
  checksum: Checksum | undefined,
): ChecksumMembers & { ChecksumType?: Checksum['type'] } {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

/** @throws AwsError InvalidDigest for what is no MD5 in base64 */
function checkContentMd5(md5: string | undefined): void {
  if (md5 === undefined || Buffer.from(md5, 'base64').length === DIGEST_BYTES.MD5) return;
  throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', {
    fields: { 'Content-MD5': md5 },
  });
}

/** @throws AwsError InvalidRequest for what is no checksum of the algorithm in base64 */
function checkValue(algorithm: ChecksumAlgorithm, value: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === DIGEST_BYTES[algorithm] && bytes.toString('base64') === value.trim()) return;
  throw invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
}

function trailerAlgorithm(call: Call): ChecksumAlgorithm | undefined {
  const names = call.http?.headers['x-amz-trailer'];
  const name = (Array.isArray(names) ? names.join(',') : (names ?? ''))
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .find((each) => each.startsWith(TRAILER_PREFIX));
  return name === undefined ? undefined : parseAlgorithm(name.slice(TRAILER_PREFIX.length));
}
