/** Pages of lists. */
import { AwsError } from '../../core/errors.ts';

/** What a list is asked for. */
export interface PageInput {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** A page of `items`. @throws AwsError InvalidToken */
export function pageOf<T>(
  items: readonly T[],
  { maxResults, nextToken }: PageInput,
): { items: T[]; nextToken?: string } {
  const size = maxResults === undefined || maxResults === 0 ? 100 : Math.min(maxResults, 1_000);
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64').toString());
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64') } : {}),
  };
}
