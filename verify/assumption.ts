/** What an assumption about AWS is, and what its check works with. */
import type { Account } from './account.ts';

/** Something that the code takes for granted of AWS, with a check that sees it on a real account. */
export interface Assumption {
  /** Names it on the command line, in docs/differences.md and in its recording: kebab-case, unique. */
  readonly id: string;
  /** What is taken for granted, as one sentence. */
  readonly statement: string;
  /** Our files that lean on it: where to look when it is wrong. */
  readonly where: readonly string[];
  /** What the check makes in the account, and deletes at its end; empty when it only asks. */
  readonly creates: readonly string[];
  /** What one check costs at most, in US dollars at us-east-1's list prices (November 2026); 0 below half a cent. */
  readonly usd: number;
  /** How long it takes at most. */
  readonly minutes: number;
  /** Whether it looks at a deployed stage (`--stage`, `--project`) instead of at things of its own. */
  readonly needsStage?: boolean;
  /** @throws AssumptionBroken with what AWS did instead; any other error says that the check could not be made. */
  readonly check: (account: Account) => Promise<void>;
}

/** AWS does otherwise than the code assumes. */
export class AssumptionBroken extends Error {
  override readonly name = 'AssumptionBroken';
}

/** @throws AssumptionBroken naming what was looked at, what AWS gave and what was assumed, when they differ. */
export function assume(what: string, got: unknown, assumed: unknown): void {
  const [gotText, assumedText] = [got, assumed].map((value) => JSON.stringify(value) ?? 'undefined');
  if (gotText === assumedText) return;
  throw new AssumptionBroken(`${what}: AWS gave ${gotText}, assumed was ${assumedText}`);
}

/** The same for a text and a pattern. */
export function assumeMatch(what: string, got: unknown, pattern: RegExp): void {
  if (typeof got === 'string' && pattern.test(got)) return;
  throw new AssumptionBroken(`${what}: AWS gave ${JSON.stringify(got)}, assumed was ${pattern}`);
}

export interface Refusal {
  readonly name: string;
  readonly message: string;
  /** HTTP status. */
  readonly status: number | undefined;
}

/** What a call that must be refused is refused with. @throws AssumptionBroken when AWS takes it. */
export async function refusalOf(what: string, call: Promise<unknown>): Promise<Refusal> {
  const refusal = await call.then(
    () => undefined,
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => ({
      name: error.name,
      message: error.message,
      status: error.$metadata?.httpStatusCode,
    }),
  );
  if (refusal) return refusal;
  throw new AssumptionBroken(`${what}: AWS took it, assumed was that it is refused`);
}
