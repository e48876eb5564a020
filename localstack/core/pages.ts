/** Pages of lists, with opaque tokens. */
import { AwsError } from './errors.ts';

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

export interface PageOptions {
  readonly token: string | undefined;
  /** Items per page. */
  readonly size: number;
  /** Code of the error for a token that this cloud did not give. */
  readonly invalidTokenCode?: string;
}

/**
 * One page of a list whose order is stable. The token is the position in the list, so items that come or go between
 * pages may be seen twice or missed, as on AWS.
 */
export function pageOf<T>(
  items: readonly T[],
  { token, size, invalidTokenCode = 'ValidationException' }: PageOptions,
): Page<T> {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw new AwsError(invalidTokenCode, 'The token is not valid.');
  const page = items.slice(start, start + size);
  const end = start + page.length;
  return end < items.length
    ? { items: page, nextToken: Buffer.from(String(end)).toString('base64url') }
    : { items: page };
}
