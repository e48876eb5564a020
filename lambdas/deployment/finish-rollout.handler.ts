/** The last step of every branch of the rollout workflow. */
import { ENV } from '../shared/contract.ts';
import { requireEnv, stage } from '../shared/env.ts';
import { makeHandler } from '../shared/make-handler.ts';
import { Names } from '../shared/names.ts';
import type { FinishRolloutInput, FinishRolloutResult } from './contract.ts';
import { finishRollout } from './finish-rollout.ts';

export const handler = makeHandler<FinishRolloutInput, FinishRolloutResult>({
  name: 'finish-rollout',
  run: (input) => {
    const names = new Names(stage(), { account: '', region: '' });
    const endpointName = input.plan?.endpointName ?? names.endpoint(input.rollout.project);
    return finishRollout(input, endpointName, requireEnv(ENV.rolloutStateMachine));
  },
});
