/** Which folder below `incoming/` an upload goes to, and what an interrupted one has left in it. */
import {
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { sha256 } from '../../../lambdas/shared/digest.ts';
import { INCOMING_PREFIX, SUCCESS_MARKER } from '../../../lambdas/shared/keys.ts';
import { listUploadsBy } from '../catalog.ts';
import { type Connection, UsageError } from '../connect.ts';
import type { FoundFile } from './find-files.ts';
import { checksumOf, partsOf } from './parts.ts';

const FOLDER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Objects and multipart uploads that are there under a prefix, by key. */
export interface Leftovers {
  readonly objects: ReadonlyMap<string, { readonly size: number; readonly modifiedMs: number }>;
  /** Ids of multipart uploads, the newest of each key. */
  readonly unfinished: ReadonlyMap<string, string>;
}

/** @throws UsageError for a name that would be no folder of its own, or that reading skips. */
export function checkFolderName(name: string): string {
  if (FOLDER_NAME.test(name)) return name;
  throw new UsageError(
    `--name: got "${name}"; allowed: up to 100 letters, digits, dots, hyphens and underscores, beginning with a letter or digit`,
  );
}

/** Tells the same files from others without reading them: by path, size and time of change. */
export function listingDigest(files: readonly FoundFile[]): string {
  const lines = files.map(({ path, size, modifiedMs }) => `${path}\n${size}\n${Math.floor(modifiedMs)}\n`);
  return sha256(lines.join('')).slice(0, 12);
}

/**
 * The name of these files' upload: that of an upload of the same files which was begun and never committed, else a new one.
 * Nothing is kept on this machine: the name carries the digest of the listing, and S3 knows what has arrived.
 */
export async function folderFor(
  connection: Connection,
  files: readonly FoundFile[],
  now: Date,
): Promise<string> {
  const ending = `-${listingDigest(files)}`;
  const begun = (await foldersBegun(connection)).filter((name) => name.endsWith(ending)).sort();
  for (const name of begun.reverse()) {
    // a committed folder's marker expires before its files may, so the catalog is asked too
    const marker = `${INCOMING_PREFIX}${name}/${SUCCESS_MARKER}`;
    if ((await listUploadsBy(connection, marker)).length > 0) continue;
    const { objects } = await leftoversBelow(connection, marker);
    if (objects.size === 0) return name;
  }
  return `${UPLOAD_NAME}${now.toISOString().replace(/[-:]|\.\d+/g, '')}${ending}`;
}

const UPLOAD_NAME = 'upload-';

async function foldersBegun({ s3, bucket }: Connection): Promise<string[]> {
  const names = new Set<string>();
  const prefix = `${INCOMING_PREFIX}${UPLOAD_NAME}`;
  const note = (key: string) => {
    const [name, below] = key.slice(INCOMING_PREFIX.length).split('/');
    if (below !== undefined) names.add(name!);
  };
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: '/',
        ContinuationToken: token,
      }),
    );
    for (const { Prefix } of page.CommonPrefixes ?? []) note(Prefix!);
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token);
  for (const key of (await unfinishedBelow(s3, bucket, prefix)).keys()) note(key);
  return [...names];
}

/** What there is under a prefix. */
export async function leftoversBelow({ s3, bucket }: Connection, prefix: string): Promise<Leftovers> {
  const objects = new Map<string, { size: number; modifiedMs: number }>();
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      objects.set(Key!, { size: Size!, modifiedMs: LastModified!.getTime() });
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token);
  return { objects, unfinished: await unfinishedBelow(s3, bucket, prefix) };
}

async function unfinishedBelow(s3: S3Client, bucket: string, prefix: string): Promise<Map<string, string>> {
  const newest = new Map<string, { readonly id: string; readonly at: number }>();
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  while (from) {
    const page: ListMultipartUploadsCommandOutput = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const at = Initiated?.getTime() ?? 0;
      if (at >= (newest.get(Key!)?.at ?? 0)) newest.set(Key!, { id: UploadId!, at });
    }
    from = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      : undefined;
  }
  return new Map([...newest].map(([key, { id }]) => [key, id]));
}

/**
 * Whether a file has arrived already, and for this commit. What is not newer than the folder's marker belongs to an
 * earlier commit, which S3's times tell to the second; so it is sent again and becomes part of the next one.
 */
export async function hasArrived(
  { s3, bucket }: Connection,
  { objects }: Leftovers,
  prefix: string,
  file: FoundFile,
): Promise<boolean> {
  const Key = prefix + file.path;
  const object = objects.get(Key);
  if (!object || object.size !== file.size) return false;
  const marker = objects.get(prefix + SUCCESS_MARKER);
  if (marker && object.modifiedMs <= marker.modifiedMs) return false;
  const { ChecksumSHA256 } = await s3.send(
    new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }),
  );
  return ChecksumSHA256 !== undefined && ChecksumSHA256 === (await checksumOf(file.file, partsOf(file.size)));
}
