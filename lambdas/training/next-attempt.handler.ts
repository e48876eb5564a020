/** Step "Look at the failed ..." of the training workflow: whether to try again, and when. */
import { now } from '../shared/clock.ts';
import { recordDecision } from '../shared/decisions.ts';
import { publish } from '../shared/events.ts';
import { makeHandler } from '../shared/make-handler.ts';
import type { TrainingRunInput } from './contract.ts';
import { type NextAttempt, type NextAttemptInput, nextAttempt } from './next-attempt.ts';

export const handler = makeHandler<NextAttemptInput & { readonly run: TrainingRunInput }, NextAttempt>({
  name: 'next-attempt',
  run: async ({ run: { project, run }, ...input }) => {
    const next = nextAttempt(input);
    if (!next.again) return next;
    const { cause, attempt, seconds, reason } = next;
    const until = new Date(now().getTime() + seconds * 1000).toISOString();
    await recordDecision({
      project,
      kind: 'retry',
      subject: run,
      by: 'next-attempt',
      occasion: `${input.step} ${attempt}`,
      judgement: {
        rule: cause,
        verdict: 'WARN',
        reason: `The ${input.step} is tried again in ${seconds} s (attempt ${attempt}): ${reason}`,
        inputs: { step: input.step, attempt, seconds },
      },
    });
    // a wait of minutes and more is worth a message; the others are over before anybody reads it
    if (cause === 'capacity') {
      await publish('RunWaiting', { project, run, step: input.step, attempt, until, reason });
    }
    return next;
  },
});
