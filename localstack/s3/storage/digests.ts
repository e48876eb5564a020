/** Digests of a body, all taken in one pass. */
import { createHash } from 'node:crypto';
import { type Crc, type CrcName, combineCrc, createCrc } from './crc.ts';

/** Checksum algorithms that are computed here; the name is also the suffix of the SDK's `Checksum…` members. */
export const CHECKSUM_ALGORITHMS = [
  'CRC32',
  'CRC32C',
  'CRC64NVME',
  'SHA1',
  'SHA256',
  'SHA512',
  'MD5',
] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Checksum of an object or a part. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite checksum ends with `-PARTS`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** Running digests of a body: always MD5 (the entity tag), and one checksum. */
export interface BodyDigests {
  update(chunk: Uint8Array): void;
  finish(): { readonly md5: Buffer; readonly checksum: Checksum };
}

/** Starts the digests of one body. */
export function createDigests(algorithm: ChecksumAlgorithm): BodyDigests {
  const md5 = createHash('md5');
  const checksum = algorithm === 'MD5' ? undefined : createHasher(algorithm);
  return {
    update(chunk) {
      md5.update(chunk);
      checksum?.update(chunk);
    },
    finish() {
      const tag = md5.digest();
      return { md5: tag, checksum: checksumOf(algorithm, checksum?.digest() ?? tag) };
    },
  };
}

/** A digest as the checksum of all bytes. */
export function checksumOf(algorithm: ChecksumAlgorithm, digest: Buffer): Checksum {
  return { algorithm, value: digest.toString('base64'), type: 'FULL_OBJECT' };
}

/** Checksum of the parts' checksums, as multipart uploads of type COMPOSITE have it. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const hasher = createHasher(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part, 'base64'));
  return { algorithm, value: `${hasher.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}

/** Checksum of the whole object from its parts' checksums; only CRCs can be joined so. */
export function fullObjectChecksum(
  algorithm: CrcName,
  parts: readonly { readonly value: string; readonly size: number }[],
): Checksum {
  const [first, ...rest] = parts;
  let joined = Buffer.from(first?.value ?? '', 'base64');
  for (const part of rest) {
    joined = Buffer.from(combineCrc(algorithm, joined, Buffer.from(part.value, 'base64'), part.size));
  }
  return { algorithm, value: joined.toString('base64'), type: 'FULL_OBJECT' };
}

/** True for the algorithms whose part checksums can be joined to the whole object's. */
export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcName {
  return algorithm === 'CRC32' || algorithm === 'CRC32C' || algorithm === 'CRC64NVME';
}

function createHasher(algorithm: ChecksumAlgorithm): Crc {
  if (isCrc(algorithm)) return createCrc(algorithm);
  const hash = createHash(algorithm.toLowerCase());
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}
