/** The last step of every branch of the training workflow. */
import { nowIso } from '../shared/clock.ts';
import { stage } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import type { FinishRunInput } from './contract.ts';
import { executionArn } from './execution-arn.ts';
import { type FinishRunResult, finishRun } from './finish-run.ts';

export const handler = makeHandler<FinishRunInput, FinishRunResult>({
  name: 'finish-run',
  run: (input, context) =>
    finishRun(input, executionArn(stage(), 'training', input.run.run, context.invokedFunctionArn), nowIso()),
});
