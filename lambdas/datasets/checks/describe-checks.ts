/** What the checks of an upload came to, in plain words. */
import type { Check, ChecksDocument } from '../contract.ts';

/** So many sentences, and so many characters in all: SNS and e-mail take more, a person does not. */
const SENTENCES = 10;
const CHARACTERS = 3_000;

/**
 * A few lines for a notification or a decision: the verdict, the sentences of what blocks, then of what warns if nothing
 * blocks, else their number.
 */
export function describeChecks(document: ChecksDocument): string {
  const of = (verdict: Check['verdict']) => document.checks.filter((check) => check.verdict === verdict);
  const [blocking, warnings] = [of('FAIL'), of('WARN')];
  const counted = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
  if (blocking.length > 0) {
    const lines = [`Refused: ${blocking.length === 1 ? '1 check' : `${blocking.length} checks`} failed.`];
    lines.push(...sentences(blocking));
    if (warnings.length > 0) lines.push(`Beside that ${counted}.`);
    return lines.join('\n');
  }
  if (warnings.length > 0) return [`Accepted with ${counted}.`, ...sentences(warnings)].join('\n');
  return 'Accepted: nothing was found.';
}

function sentences(checks: readonly Check[]): string[] {
  const lines: string[] = [];
  let room = CHARACTERS;
  for (const { check, reason } of checks.slice(0, SENTENCES)) {
    const line = `- ${reason} [${check}]`;
    if (line.length > room) break;
    lines.push(line);
    room -= line.length;
  }
  const left = checks.length - lines.length;
  if (left > 0) lines.push(`- and ${left} more in checks.json`);
  return lines;
}
