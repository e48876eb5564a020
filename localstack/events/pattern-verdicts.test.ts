/** Our engine of patterns against EventBridge's own: what it matches, and what it says of what it refuses. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePattern } from './pattern.ts';

interface Verdict {
  readonly pattern: string;
  readonly event: string;
  /** Whether it matches, or the complaint about the pattern. */
  readonly verdict: boolean | string;
}

const { verdicts } = JSON.parse(
  readFileSync(new URL('./event-ruler-verdicts.json', import.meta.url), 'utf8'),
) as { verdicts: Verdict[] };

function verdictOf({ pattern, event }: Verdict): boolean | string {
  try {
    return parsePattern(pattern).matches(JSON.parse(event));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('verdicts of event-ruler', () => {
  test.each(verdicts)('$pattern on $event', (verdict) => {
    expect(verdictOf(verdict)).toBe(verdict.verdict);
  });
});
