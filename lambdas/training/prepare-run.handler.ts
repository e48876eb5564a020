/** Step "Prepare the run" of the training workflow. */
import { nowIso } from '../shared/clock.ts';
import { stage } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import type { RunDataset, TrainingRunInput } from './contract.ts';
import { executionArn } from './execution-arn.ts';
import { prepareRun } from './prepare-run.ts';

export const handler = makeHandler<TrainingRunInput, RunDataset>({
  name: 'prepare-run',
  run: (input, context) =>
    prepareRun(input, executionArn(stage(), 'training', input.run, context.invokedFunctionArn), nowIso()),
});
