/** What IAM's operations share: ids, ARNs, tags, pages and the errors that AWS words. */
import { randomBytes } from 'node:crypto';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import type { IamStore, TagRecord } from './store.ts';

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const DEFAULT_PAGE = 100;

/** A unique id such as `AROA…`, 21 characters. */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA' | 'AKIA'): string {
  return prefix + idText(randomBytes(17));
}

/** A letter or digit of AWS's ids for each byte. */
export function idText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('');
}

/** Documents are percent-encoded in IAM's answers. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document);
}

/** @throws AwsError when a name has characters or a length that IAM does not allow */
export function checkEntityName(member: string, name: string, maxLength: number): void {
  if (/^[\w+=,.@-]+$/.test(name) && name.length <= maxLength) return;
  throw new AwsError(
    'ValidationError',
    name.length > maxLength
      ? `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${maxLength}`
      : `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  );
}

/** A path given or the default; begins and ends with a slash. @throws AwsError ValidationError */
export function checkPath(path: string | undefined): string {
  if (path === undefined) return '/';
  if (/^\/(?:[\x21-\x7e]+\/)?$/.test(path)) return path;
  throw new AwsError(
    'ValidationError',
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  );
}

/** Existing tags with others added; a key given again has its new value. */
export function withTags(
  existing: readonly TagRecord[],
  added: readonly { Key?: string | undefined; Value?: string | undefined }[],
): TagRecord[] {
  const tags = new Map(existing.map(({ Key, Value }) => [Key, Value]));
  for (const { Key, Value } of added) tags.set(Key!, Value!);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** A page as IAM's lists show it: `IsTruncated` and `Marker` beside the items. */
export function iamPage<T>(
  items: readonly T[],
  { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
): { readonly items: T[]; readonly page: { IsTruncated: boolean; Marker?: string } } {
  const page = pageOf(items, {
    token: Marker,
    size: MaxItems ?? DEFAULT_PAGE,
    invalidTokenCode: 'ValidationError',
  });
  return {
    items: page.items,
    page:
      page.nextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: page.nextToken },
  };
}

/** @throws AwsError NoSuchEntity for a boundary that is no managed policy */
export function requireBoundary(store: IamStore, arn: string): void {
  if (store.policies.has(arn) || awsManagedPolicy(arn)) return;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** @throws AwsError NoSuchEntity */
export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

/** @throws AwsError EntityAlreadyExists */
export function alreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message, { status: 409 });
}

/** @throws AwsError DeleteConflict */
export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, { status: 409 });
}
