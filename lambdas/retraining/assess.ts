/** Puts a request before the guards. */
import type { RunRequest } from '../shared/catalog-items.ts';
import type { Judgement } from '../shared/verdict.ts';
import type { Guard, GuardSubject } from './guards/guard.ts';
import { GUARDS } from './guards/index.ts';

export interface Assessment {
  readonly request: RunRequest;
  /** Of the guards that were asked: those after the first failure were not. */
  readonly judgements: readonly Judgement[];
  readonly outcome: 'start' | 'wait' | 'drop';
  /** The answer that settled it, unless all passed. */
  readonly failed?: Judgement;
}

/** Asks the guards in order until one fails. */
export async function assess(subject: GuardSubject, guards: readonly Guard[] = GUARDS): Promise<Assessment> {
  const judgements: Judgement[] = [];
  for (const guard of guards) {
    const judgement = await guard.judge(subject);
    judgements.push(judgement);
    if (judgement.verdict === 'FAIL' || judgement.verdict === 'INSUFFICIENT_DATA') {
      return { request: subject.request, judgements, outcome: guard.onFail, failed: judgement };
    }
  }
  return { request: subject.request, judgements, outcome: 'start' };
}
