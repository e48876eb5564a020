/** One check from beginning to end: verdict, and what it left. */
import type { AccountInUse, Leftover } from './account.ts';
import { type Assumption, AssumptionBroken } from './assumption.ts';

export interface Outcome {
  readonly id: string;
  readonly verdict: 'HOLDS' | 'BROKEN' | 'NOT CHECKED';
  /** Why it is broken or could not be checked. */
  readonly reason?: string;
  readonly leftovers: readonly Leftover[];
}

/** Checks an assumption and cleans up, whatever comes. Never throws: a check that fails is an outcome. */
export async function verify(assumption: Assumption, account: AccountInUse): Promise<Outcome> {
  const { id } = assumption;
  const result = await assumption.check(account).then(
    () => ({ verdict: 'HOLDS' }) as const,
    (error: Error) => ({
      verdict: error instanceof AssumptionBroken ? ('BROKEN' as const) : ('NOT CHECKED' as const),
      reason: error instanceof AssumptionBroken ? error.message : `${error.name}: ${error.message}`,
    }),
  );
  return { id, ...result, leftovers: await account.cleanUp() };
}
