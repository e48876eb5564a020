/** Physical names by AWS's pattern. */
import { randomInt } from 'node:crypto';
import type { NameOptions } from '../resources/handler.ts';

const SUFFIX_LENGTH = 12;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * `<stack>-<logical id>-<12 random characters>`; where that is too long, stack name and logical id are cut so that both
 * still show.
 */
export function physicalName(stackName: string, logicalId: string, options: NameOptions): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const room = options.maxLength - SUFFIX_LENGTH - 2;
  const half = Math.floor(room / 2);
  const logicalLength = Math.min(logicalId.length, Math.max(half, room - stackName.length));
  const stack = stackName.slice(0, room - logicalLength);
  const name = `${stack}-${logicalId.slice(0, logicalLength)}-${suffix}`;
  return options.lowerCase ? name.toLowerCase() : name;
}
