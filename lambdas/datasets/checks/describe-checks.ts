/** What the checks of an upload came to, in plain words: for its notification and its decision. */
import type { Check, ChecksDocument } from '../contract.ts';

/** What fits into an event (256 KB) and into a person's patience; all of it is in `checks.json`. */
const SENTENCES = 10;
const CHARACTERS = 1_000;

/**
 * The sentences of what blocks (`FAIL`) or warns, each with its first offending values and their rows.
 * @param checksKey where the others are, when there are more than ten.
 */
export function describeFindings(
  { checks }: ChecksDocument,
  verdict: Extract<Check['verdict'], 'FAIL' | 'WARN'>,
  checksKey: string,
): string[] {
  const found = checks.filter((check) => check.verdict === verdict);
  const shown = found
    .slice(0, SENTENCES)
    .map(({ reason }) => (reason.length > CHARACTERS ? `${reason.slice(0, CHARACTERS)}...` : reason));
  const left = found.length - shown.length;
  return left > 0 ? [...shown, `${left} more findings are in ${checksKey}.`] : shown;
}
