/** The answer of every gate, guard, check and monitor. Consumers act on `verdict`; they never re-compare numbers. */
export type Verdict = 'PASS' | 'WARN' | 'FAIL' | 'NOT_APPLICABLE' | 'INSUFFICIENT_DATA';

export interface Judgement {
  /** File name of the rule in kebab-case, for example `quality`. */
  readonly rule: string;
  readonly verdict: Verdict;
  /** One sentence with the numbers in it, for a person. */
  readonly reason: string;
  /** What the rule looked at: numbers, bounds, identifiers. Never raw rows. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Whether a list of gates lets a run pass: no `FAIL` and no `INSUFFICIENT_DATA`. */
export function allowsToPass(judgements: readonly Judgement[]): boolean {
  return judgements.every(({ verdict }) => verdict !== 'FAIL' && verdict !== 'INSUFFICIENT_DATA');
}
