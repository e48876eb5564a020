/**
 * The hash under which contents are kept: SHA-256 of the bytes up to 5 GiB, above that a tree hash over chunks of 1 GiB.
 *
 * The tree hash is the SHA-256 over the SHA-256 digests (32 bytes each) of the chunks in order, which is what S3 calls the
 * composite SHA-256 of an object that was made of parts of that size. So S3 itself says whether a copy is right, whichever
 * way it was made: CopyObject moves at most 5 GB and gives the plain hash, a multipart copy gives the composite one.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
import { createHash, type Hash } from 'node:crypto';

/** A hash and how it was taken. */
export interface ContentHash {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes of every chunk but the last; present iff `sha256` is a tree hash. */
  readonly chunkSize?: number;
}

export interface HashLimits {
  /** Contents with more bytes than this get a tree hash. */
  readonly treeAbove: number;
  readonly chunkSize: number;
}

/** 5 GiB is the most that one CopyObject moves; 10,000 parts of 1 GiB hold more than S3's largest object. */
export const HASH_LIMITS: HashLimits = { treeAbove: 5 * 1024 ** 3, chunkSize: 1024 ** 3 };

/** Hashes contents of a known size as they stream by. */
export class ContentHasher {
  private readonly chunkSize: number | undefined;
  private readonly whole: Hash = createHash('sha256');
  private chunk: Hash | undefined;
  private chunkBytes = 0;
  /** Bytes seen so far. */
  size = 0;

  constructor(size: number, { treeAbove, chunkSize }: HashLimits = HASH_LIMITS) {
    this.chunkSize = size > treeAbove ? chunkSize : undefined;
  }

  update(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.chunkSize === undefined) {
      this.whole.update(bytes);
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + this.chunkSize - this.chunkBytes);
      this.chunk ??= createHash('sha256');
      this.chunk.update(bytes.subarray(from, to));
      this.chunkBytes += to - from;
      if (this.chunkBytes === this.chunkSize) this.closeChunk();
      from = to;
    }
  }

  digest(): ContentHash {
    if (this.chunkSize === undefined) return { sha256: this.whole.digest('hex') };
    this.closeChunk();
    return { sha256: this.whole.digest('hex'), chunkSize: this.chunkSize };
  }

  private closeChunk(): void {
    if (!this.chunk) return;
    this.whole.update(this.chunk.digest());
    this.chunk = undefined;
    this.chunkBytes = 0;
  }
}
