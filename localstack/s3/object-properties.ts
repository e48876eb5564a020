/** What a request fixes about a new object: metadata, tags, storage class, encryption, lock. */
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { chooseEncryption } from './encryption.ts';
import { invalidRequest } from './errors.ts';
import { chooseLock } from './object-lock.ts';
import type { S3State } from './state.ts';
import type { BucketRecord, ContentHeaders, ObjectProperties } from './storage/records.ts';
import { parseTagging } from './tags.ts';

const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;
const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];
const ARCHIVE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE'];
const PRIVATE_ACLS = ['private', 'bucket-owner-full-control'];

/** The members that PutObject, CopyObject and CreateMultipartUpload share. */
export interface PropertiesInput {
  readonly ACL?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

/** @throws AwsError for what S3 refuses in them */
export async function readProperties(
  state: S3State,
  bucket: BucketRecord,
  input: PropertiesInput,
  call: Call,
): Promise<ObjectProperties> {
  checkAcl(input);
  const tags = parseTagging(input.Tagging);
  const metadata = checkMetadata(input.Metadata);
  const storageClass = checkStorageClass(input.StorageClass);
  return {
    headers: contentHeaders(input),
    ...(metadata ? { metadata } : {}),
    ...(tags ? { tags } : {}),
    ...(storageClass ? { storageClass } : {}),
    encryption: await chooseEncryption(state, bucket, input),
    ...chooseLock(bucket, input, call.now),
  };
}

/** @throws AwsError KeyTooLongError, or InvalidRequest for an empty key */
export function checkKey(key: string | undefined): string {
  if (key === undefined || key === '') throw invalidRequest('A key must be specified');
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    throw new AwsError('KeyTooLongError', 'Your key is too long', {
      fields: { Size: String(bytes), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    });
  }
  return key;
}

/** Lists are disabled in every bucket here, as in new buckets on AWS. @throws AwsError AccessControlListNotSupported */
export function checkAcl(input: PropertiesInput): void {
  const grants = input.GrantFullControl ?? input.GrantRead ?? input.GrantReadACP ?? input.GrantWriteACP;
  if (grants === undefined && (input.ACL === undefined || PRIVATE_ACLS.includes(input.ACL))) return;
  throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

function contentHeaders(input: PropertiesInput): ContentHeaders {
  const encoding = withoutChunking(input.ContentEncoding);
  return {
    ContentType: input.ContentType ?? 'binary/octet-stream',
    ...(input.CacheControl === undefined ? {} : { CacheControl: input.CacheControl }),
    ...(input.ContentDisposition === undefined ? {} : { ContentDisposition: input.ContentDisposition }),
    ...(encoding === undefined ? {} : { ContentEncoding: encoding }),
    ...(input.ContentLanguage === undefined ? {} : { ContentLanguage: input.ContentLanguage }),
    ...(input.Expires === undefined ? {} : { Expires: input.Expires }),
    ...(input.WebsiteRedirectLocation === undefined
      ? {}
      : { WebsiteRedirectLocation: input.WebsiteRedirectLocation }),
  };
}

/** `aws-chunked` is how the body travelled, not what the object is. */
function withoutChunking(encoding: string | undefined): string | undefined {
  const left = (encoding ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked');
  return left.length > 0 ? left.join(',') : undefined;
}

function checkMetadata(metadata: Record<string, string> | undefined): Record<string, string> | undefined {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (entries.length === 0) return undefined;
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (bytes > MAX_METADATA_BYTES) {
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      fields: { Size: String(bytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
    });
  }
  return Object.fromEntries(entries);
}

function checkStorageClass(storageClass: string | undefined): string | undefined {
  if (storageClass === undefined || storageClass === 'STANDARD') return undefined;
  if (ARCHIVE_CLASSES.includes(storageClass)) {
    throw new NotImplementedByLocalCloud(`s3 storage class ${storageClass}`);
  }
  if (!STORAGE_CLASSES.includes(storageClass)) {
    throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  return storageClass;
}
