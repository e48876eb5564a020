/** Pages of CloudWatch's lists. */
import { AwsError } from '../core/errors.ts';
import { type Page, pageOf } from '../core/pages.ts';

/** @throws AwsError InvalidParameterValue for a token that is none of ours */
export function pageOfList<T>(items: readonly T[], token: string | undefined, size: number): Page<T> {
  try {
    return pageOf(items, { token, size });
  } catch (cause) {
    throw new AwsError('InvalidParameterValue', 'Request parameter NextToken is invalid', { cause });
  }
}
