/** Tags of objects and buckets. */
import type { Tag } from '@aws-sdk/client-s3';
import { AwsError } from '../core/errors.ts';
import { invalidArgument } from './errors.ts';

const MAX_OBJECT_TAGS = 10;
const MAX_BUCKET_TAGS = 50;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;

export type Tags = Readonly<Record<string, string>>;

/** Tags of an `x-amz-tagging` header (`a=b&c=d`). @throws AwsError InvalidArgument, InvalidTag, BadRequest */
export function parseTagging(header: string | undefined): Tags | undefined {
  if (header === undefined || header === '') return undefined;
  const pairs = [...new URLSearchParams(header)];
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  }
  return checkTags(pairs.map(([Key, Value]) => ({ Key, Value })));
}

/** Tags of an object as a record. @throws AwsError InvalidTag, BadRequest */
export function checkTags(tags: readonly Tag[]): Tags {
  if (tags.length > MAX_OBJECT_TAGS) {
    throw new AwsError('BadRequest', 'Object tags cannot be greater than 10');
  }
  return tagRecord(tags, 'Your TagKey cannot be prefixed with aws:');
}

/** Tags that a bucket may have. @throws AwsError InvalidTag, BadRequest */
export function checkBucketTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > MAX_BUCKET_TAGS) {
    throw new AwsError('BadRequest', `Bucket tag count cannot be greater than ${MAX_BUCKET_TAGS}`);
  }
  tagRecord(tags, 'System tags cannot be added/updated by requester');
  return tags;
}

function tagRecord(tags: readonly Tag[], systemTag: string): Tags {
  const result: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '' || Key.length > MAX_TAG_KEY)
      throw invalidTag('The TagKey you have provided is invalid', Key);
    if (Value.length > MAX_TAG_VALUE) throw invalidTag('The TagValue you have provided is invalid', Key);
    if (Key.startsWith('aws:')) throw invalidTag(systemTag, Key);
    if (Key in result) throw invalidTag('Cannot provide multiple Tags with the same key', Key);
    result[Key] = Value;
  }
  return result;
}

/** Tags as the SDK's list. */
export function tagList(tags: Tags | undefined): Tag[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError('InvalidTag', message, { fields: { TagKey: key } });
}
