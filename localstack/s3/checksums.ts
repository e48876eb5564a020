/** Checksums that clients send with a body, in a header or after the body, and that they are told. */
import { NotImplementedByLocalCloud } from '../core/errors.ts';
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
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => input[`Checksum${algorithm}`] !== undefined);
  if (sent.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const trailer = trailerAlgorithm(call);
  const named = input.ChecksumAlgorithm === undefined ? undefined : parseAlgorithm(input.ChecksumAlgorithm);
  const chosen = sent[0] ?? trailer ?? ofUpload ?? named;
  const algorithm = chosen ?? 'CRC64NVME';
  return {
    algorithm,
    chosenByClient: chosen !== undefined,
    verify({ md5, checksum }) {
      if (input.ContentMD5 !== undefined && input.ContentMD5 !== md5.toString('base64')) {
        throw badDigest('Content-MD5');
      }
      // a checksum that trails the body becomes a member of the input once the body has been read
      const expected = input[`Checksum${algorithm}`];
      if (expected !== undefined && expected.trim() !== checksum.value) throw badDigest(algorithm);
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

function trailerAlgorithm(call: Call): ChecksumAlgorithm | undefined {
  const names = call.http?.headers['x-amz-trailer'];
  const name = (Array.isArray(names) ? names.join(',') : (names ?? ''))
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .find((each) => each.startsWith(TRAILER_PREFIX));
  return name === undefined ? undefined : parseAlgorithm(name.slice(TRAILER_PREFIX.length));
}
