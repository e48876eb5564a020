/**
 * In-memory S3 with versions, tags, checksums and multipart copies, as deep as the handlers use it. Strict: an
 * operation that is not known here throws.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly lastModified: Date;
  readonly versionId: string;
  /** Base64 as S3 gives it; with the number of parts after a composite one. */
  readonly checksum?: string;
  readonly isDeleteMarker?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface FakeS3 {
  /** `bucket/key` to the current object. */
  readonly objects: Map<string, StoredObject>;
  /** `bucket/key` to all versions, newest first. */
  readonly versions: Map<string, StoredObject[]>;
  put(
    bucket: string,
    key: string,
    content: string | Uint8Array,
    at?: Date,
  ): { etag: string; versionId: string };
  remove(bucket: string, key: string, at?: Date): void;
  restore(): void;
}

/** Members of the operations' inputs that the fake looks at. */
interface Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: unknown;
  readonly Prefix?: string;
  readonly Delimiter?: string;
  readonly MaxKeys?: number;
  readonly ContinuationToken?: string;
  readonly KeyMarker?: string;
  readonly VersionIdMarker?: string;
  readonly VersionId?: string;
  readonly Range?: string;
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly ChecksumMode?: string;
  readonly ChecksumAlgorithm?: string;
  readonly CopySource: string;
  readonly CopySourceIfMatch?: string;
  readonly CopySourceRange?: string;
  readonly UploadId: string;
  readonly PartNumber: number;
  readonly Tagging: { readonly TagSet: readonly { readonly Key: string; readonly Value: string }[] };
}

/** @param before runs before each call. @param page most entries in a page of a listing. */
export function fakeS3(
  before: (operation: string, input: Record<string, unknown>) => Promise<void> | void,
  page = () => 1000,
): FakeS3 {
  const objects = new Map<string, StoredObject>();
  const versions = new Map<string, StoredObject[]>();
  let stored = 0;
  /** Told apart by the order in which they came, so that a test that is repeated has the same names. */
  const nextVersionId = () => `version-${String(++stored).padStart(6, '0')}`;
  const uploads = new Map<string, { part: number; bytes: Buffer }[]>();
  const s3 = mockClient(S3Client);
  s3.onAnyCommand().callsFake((input: unknown) => {
    throw new Error(`not faked: S3 ${JSON.stringify(input).slice(0, 200)}`);
  });
  const on = (command: unknown, operation: string, answer: (input: Input) => unknown) =>
    s3.on(command as never).callsFake(async (input: Input) => {
      await before(operation, { ...input });
      return answer(input);
    });

  function store(name: string, version: StoredObject): void {
    versions.set(name, [version, ...(versions.get(name) ?? [])]);
    if (version.isDeleteMarker) objects.delete(name);
    else objects.set(name, version);
  }
  function put(
    bucket: string,
    key: string,
    content: string | Uint8Array,
    at = new Date(),
    checksum?: string,
  ): StoredObject {
    const bytes = Buffer.from(content);
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    const version = {
      bytes,
      etag,
      lastModified: at,
      versionId: nextVersionId(),
      ...(checksum !== undefined && { checksum }),
    };
    store(`${bucket}/${key}`, version);
    return version;
  }
  function find(bucket: string, key: string, versionId?: string): StoredObject {
    const name = `${bucket}/${key}`;
    const object =
      versionId === undefined
        ? objects.get(name)
        : versions.get(name)?.find((version) => version.versionId === versionId);
    if (!object) throw awsError(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion');
    return object;
  }
  function source({
    CopySource,
    CopySourceIfMatch,
  }: Pick<Input, 'CopySource' | 'CopySourceIfMatch'>): StoredObject {
    const [path = '', versionId] = CopySource.split('?versionId=');
    const [bucket = '', ...rest] = path.split('/');
    const found = find(bucket, decodeURIComponent(rest.join('/')), versionId);
    if (CopySourceIfMatch && CopySourceIfMatch !== found.etag) throw awsError('PreconditionFailed');
    return found;
  }
  function checkAbsent({ IfNoneMatch, Bucket, Key }: Input): void {
    if (IfNoneMatch === '*' && objects.has(`${Bucket}/${Key}`)) throw awsError('PreconditionFailed');
  }
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const namesBelow = (names: Iterable<string>, { Bucket, Prefix = '' }: Input) =>
    [...names].filter((name) => name.startsWith(`${Bucket}/${Prefix}`)).sort(byBytes);

  on(PutObjectCommand, 'PutObject', async (input) => {
    const bytes = await collect(input.Body);
    checkAbsent(input);
    const { etag, versionId } = put(input.Bucket, input.Key, bytes);
    return { ETag: etag, VersionId: versionId };
  });
  on(GetObjectCommand, 'GetObject', (input) => {
    const object = find(input.Bucket, input.Key, input.VersionId);
    if (input.IfMatch && input.IfMatch !== object.etag) throw awsError('PreconditionFailed');
    const bytes = ranged(object.bytes, input.Range);
    const body = Readable.from(bytes.length === 0 ? [] : [bytes]) as Readable & {
      transformToString(): Promise<string>;
    };
    body.transformToString = async () => bytes.toString();
    return { Body: body, ETag: object.etag, ContentLength: bytes.length, VersionId: object.versionId };
  });
  on(HeadObjectCommand, 'HeadObject', (input) => {
    const object = find(input.Bucket, input.Key, input.VersionId);
    const shown = input.ChecksumMode === 'ENABLED' ? { ChecksumSHA256: object.checksum } : {};
    return { ETag: object.etag, ContentLength: object.bytes.length, ...shown };
  });
  on(ListObjectsV2Command, 'ListObjectsV2', (input) => {
    const start = `${input.Bucket}/`;
    const prefix = `${start}${input.Prefix ?? ''}`;
    const names = namesBelow(objects.keys(), input).filter(
      (name) => !input.ContinuationToken || name > input.ContinuationToken,
    );
    const folders = new Set<string>();
    const files = names.filter((name) => {
      const at = input.Delimiter ? name.indexOf(input.Delimiter, prefix.length) : -1;
      if (at >= 0) folders.add(name.slice(start.length, at + 1));
      return at < 0;
    });
    const limit = Math.min(input.MaxKeys ?? 1000, page());
    const shown = files.slice(0, limit);
    return {
      IsTruncated: files.length > limit,
      NextContinuationToken: files.length > limit ? shown.at(-1) : undefined,
      CommonPrefixes: [...folders].map((Prefix) => ({ Prefix })),
      Contents: shown.map((name) => {
        const { bytes, etag, lastModified } = objects.get(name)!;
        return { Key: name.slice(start.length), Size: bytes.length, ETag: etag, LastModified: lastModified };
      }),
    };
  });
  on(ListObjectVersionsCommand, 'ListObjectVersions', (input) => {
    const start = `${input.Bucket}/`;
    const all = namesBelow(versions.keys(), input).flatMap((name) =>
      versions.get(name)!.map((version, index) => ({
        key: name.slice(start.length),
        version,
        entry: {
          Key: name.slice(start.length),
          VersionId: version.versionId,
          IsLatest: index === 0,
          LastModified: version.lastModified,
        },
      })),
    );
    const from = input.KeyMarker
      ? all.findIndex(
          ({ key, version }) => key === input.KeyMarker && version.versionId === input.VersionIdMarker,
        ) + 1
      : 0;
    const shown = all.slice(from, from + Math.min(input.MaxKeys ?? 1000, page()));
    const isTruncated = from + shown.length < all.length;
    return {
      IsTruncated: isTruncated,
      NextKeyMarker: isTruncated ? shown.at(-1)!.key : undefined,
      NextVersionIdMarker: isTruncated ? shown.at(-1)!.version.versionId : undefined,
      DeleteMarkers: shown.filter(({ version }) => version.isDeleteMarker).map(({ entry }) => entry),
      Versions: shown
        .filter(({ version }) => !version.isDeleteMarker)
        .map(({ entry, version }) => ({ ...entry, Size: version.bytes.length, ETag: version.etag })),
    };
  });
  on(CopyObjectCommand, 'CopyObject', (input) => {
    const { bytes } = source(input);
    checkAbsent(input);
    const checksum = input.ChecksumAlgorithm === 'SHA256' ? sha256(bytes).toString('base64') : undefined;
    const { versionId, etag } = put(input.Bucket, input.Key, bytes, new Date(), checksum);
    return { VersionId: versionId, CopyObjectResult: { ETag: etag, ChecksumSHA256: checksum } };
  });
  on(CreateMultipartUploadCommand, 'CreateMultipartUpload', () => {
    const UploadId = randomUUID();
    uploads.set(UploadId, []);
    return { UploadId };
  });
  on(UploadPartCopyCommand, 'UploadPartCopy', (input) => {
    const bytes = ranged(source(input).bytes, input.CopySourceRange);
    uploads.get(input.UploadId)!.push({ part: input.PartNumber, bytes });
    return { CopyPartResult: { ETag: '"part"', ChecksumSHA256: sha256(bytes).toString('base64') } };
  });
  on(CompleteMultipartUploadCommand, 'CompleteMultipartUpload', (input) => {
    checkAbsent(input);
    const parts = uploads.get(input.UploadId)!.sort((a, b) => a.part - b.part);
    const bytes = Buffer.concat(parts.map((part) => part.bytes));
    const composite = sha256(Buffer.concat(parts.map((part) => sha256(part.bytes))));
    const checksum = `${composite.toString('base64')}-${parts.length}`;
    put(input.Bucket, input.Key, bytes, new Date(), checksum);
    return { ChecksumSHA256: checksum };
  });
  on(PutObjectTaggingCommand, 'PutObjectTagging', (input) => {
    const name = `${input.Bucket}/${input.Key}`;
    const found = find(input.Bucket, input.Key, input.VersionId);
    const tags = Object.fromEntries(input.Tagging.TagSet.map(({ Key, Value }) => [Key, Value]));
    const tagged = { ...found, tags };
    versions.set(
      name,
      versions.get(name)!.map((version) => (version.versionId === found.versionId ? tagged : version)),
    );
    if (objects.get(name)?.versionId === found.versionId) objects.set(name, tagged);
    return {};
  });
  on(DeleteObjectCommand, 'DeleteObject', (input) => {
    remove(input.Bucket, input.Key);
    return {};
  });
  function remove(bucket: string, key: string, at = new Date()): void {
    if (!objects.has(`${bucket}/${key}`)) return;
    const marker = { bytes: Buffer.alloc(0), etag: '', lastModified: at, versionId: nextVersionId() };
    store(`${bucket}/${key}`, { ...marker, isDeleteMarker: true });
  }

  return { objects, versions, put, remove, restore: () => s3.restore() };
}

function ranged(bytes: Buffer, range: string | undefined): Buffer {
  const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
  return match ? bytes.subarray(Number(match[1]), Number(match[2]) + 1) : bytes;
}

async function collect(body: unknown): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  for await (const chunk of body as Readable) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

export function awsError(name: string): Error {
  return Object.assign(new Error(name), { name });
}
