/** The shape of a check of an upload: one file each, facts in, findings out. */
import type { Check, Severity } from '../../contract.ts';
import type { Offence, UploadFacts } from '../facts.ts';

/** At least one finding, so that "looked at, nothing wrong" is told from "not looked at". */
export type Rule = (facts: UploadFacts) => readonly Check[];

interface Finding {
  readonly check: string;
  readonly severity: Severity;
  readonly reason: string;
  readonly column?: string;
  readonly examples?: readonly string[];
}

/** A finding against the upload: FAIL when it blocks, else WARN. */
export function against({ examples = [], ...finding }: Finding): Check {
  return { ...finding, verdict: finding.severity === 'block' ? 'FAIL' : 'WARN', examples };
}

/** A finding of nothing wrong. */
export function passes(check: string, severity: Severity, reason: string): Check {
  return { check, severity, verdict: 'PASS', reason, examples: [] };
}

/** A rule that had nothing to look at. */
export function notApplicable(check: string, severity: Severity, reason: string): Check {
  return { check, severity, verdict: 'NOT_APPLICABLE', reason, examples: [] };
}

/** Examples of a column as its role allows them to be shown. */
export function shownExamples({ examples }: Offence, role: string | undefined): readonly string[] {
  return role === 'sensitive' || role === 'key' ? [] : examples;
}

export const UNREADABLE = 'no file could be read';
