/** Zips of functions and layers, and their contents, each kept once by the SHA-256 of the zip. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import { invalidParameter } from './errors.ts';
import { readZip, unzipTo } from './unzip.ts';

/** AWS's limits: a zip in the request, and what functions and layers unpack to together. */
const LARGEST_INLINE_ZIP_BYTES = 50 * 1024 * 1024;
export const LARGEST_UNZIPPED_BYTES = 262_144_000;

export interface CodeSource {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
  readonly S3ObjectVersion?: string | undefined;
}

export interface StoredCode {
  /** Base64. */
  readonly sha256: string;
  readonly bytes: number;
  readonly unzippedBytes: number;
}

export interface CodeStore {
  /** Keeps the zip that the source names; from S3 it is read as the caller, as AWS does. @throws AwsError */
  store(source: CodeSource, principal: Principal): Promise<StoredCode>;
  /** Folder with the contents, unpacked on first use; not to be written to. */
  directory(sha256: string): string;
  unzippedBytes(sha256: string): number;
  zipPath(sha256: string): string;
}

async function toBuffer(body: unknown): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as Uint8Array);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Code store below the service's folder. */
export function createCodeStore(cloud: Cloud): CodeStore {
  const root = join(cloud.directory('lambda'), 'code');
  mkdirSync(root, { recursive: true });
  // /var/task has no package.json above it that could make a bundle's `.js` an ES module; a data directory may have.
  writeFileSync(join(root, 'package.json'), '{ "type": "commonjs" }\n');
  mkdirSync(root, { recursive: true });
  const sizes = new Map<string, number>();
  const hexOf = (sha256: string) => Buffer.from(sha256, 'base64').toString('hex');
  const zipPath = (sha256: string) => join(root, `${hexOf(sha256)}.zip`);

  function unzippedBytes(sha256: string): number {
    const known = sizes.get(sha256);
    if (known !== undefined) return known;
    const size = readZip(readFileSync(zipPath(sha256))).reduce((sum, entry) => sum + entry.size, 0);
    sizes.set(sha256, size);
    return size;
  }

  async function load(source: CodeSource, principal: Principal): Promise<Buffer> {
    refuseMembers('lambda code', source, ['ImageUri', 'SourceKMSKeyArn', 'S3ObjectStorageMode']);
    if (source.ZipFile) {
      const zip = Buffer.from(source.ZipFile);
      if (zip.length > LARGEST_INLINE_ZIP_BYTES) {
        const message = `Zipped size must be smaller than ${LARGEST_INLINE_ZIP_BYTES} bytes`;
        throw new AwsError('RequestEntityTooLargeException', message, { status: 413 });
      }
      return zip;
    }
    if (!source.S3Bucket || !source.S3Key) {
      throw invalidParameter('Please provide a source for function code.');
    }
    const input = {
      Bucket: source.S3Bucket,
      Key: source.S3Key,
      ...(source.S3ObjectVersion && { VersionId: source.S3ObjectVersion }),
    };
    const options = { viaService: `lambda.${cloud.region}.amazonaws.com` };
    try {
      const { Body } = await cloud.call<{ Body: unknown }>('s3', 'GetObject', input, principal, options);
      return await toBuffer(Body);
    } catch (error) {
      if (!(error instanceof AwsError) || !/^NoSuch(Bucket|Key)$/.test(error.code)) throw error;
      throw invalidParameter(
        `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
      );
    }
  }

  return {
    zipPath,
    unzippedBytes,
    async store(source, principal) {
      const zip = await load(source, principal);
      const sha256 = createHash('sha256').update(zip).digest('base64');
      const size = readZip(zip).reduce((sum, entry) => sum + entry.size, 0);
      if (size > LARGEST_UNZIPPED_BYTES) {
        throw invalidParameter(`Unzipped size must be smaller than ${LARGEST_UNZIPPED_BYTES} bytes`);
      }
      sizes.set(sha256, size);
      if (!existsSync(zipPath(sha256))) writeFileSync(zipPath(sha256), zip);
      return { sha256, bytes: zip.length, unzippedBytes: size };
    },
    directory(sha256) {
      const directory = join(root, hexOf(sha256));
      if (existsSync(directory)) return directory;
      // unpacked beside and renamed, so that a cloud killed half-way leaves no half a function
      const temporary = `${directory}.${randomUUID()}`;
      mkdirSync(temporary);
      try {
        unzipTo(readFileSync(zipPath(sha256)), temporary);
        renameSync(temporary, directory);
      } catch (error) {
        rmSync(temporary, { recursive: true, force: true });
        throw error;
      }
      return directory;
    },
  };
}
