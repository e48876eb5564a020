/** Pages of a list; the token is the position of the next item. */
import { validationError } from '../errors.ts';

/** @throws AwsError ValidationError for a token that no page has given. */
export function page<T>(items: readonly T[], token: string | undefined, size: number) {
  if (token === '') {
    throw validationError(
      "1 validation error detected: Value '' at 'nextToken' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0) throw validationError('Invalid NextToken');
  const end = start + size;
  return { items: items.slice(start, end), nextToken: end < items.length ? String(end) : undefined };
}
