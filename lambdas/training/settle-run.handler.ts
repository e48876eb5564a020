/** Hears of executions of the training workflow that ended without success. */
import { nowIso } from '../shared/clock.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { type ExecutionEnded, settleRun } from './settle-run.ts';

export const handler = makeHandler<{ readonly detail: ExecutionEnded }, void>({
  name: 'settle-run',
  run: ({ detail }) => settleRun(detail, nowIso()),
});
