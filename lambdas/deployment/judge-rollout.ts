/** Whether a rollout has brought its model into production. Pure. */
import type { Judgement } from '../shared/verdict.ts';
import { failureReason } from '../training/failure-reason.ts';
import type { FinishRolloutInput } from './contract.ts';
import type { LiveEndpoint } from './live-endpoint.ts';

const RULE = 'read-back';

/** PASS only when the endpoint is in service with the planned configuration and the smoke test passed on it. */
export function judgeRollout(
  { rollout, plan, smokeTest, error }: FinishRolloutInput,
  live: LiveEndpoint | undefined,
): Judgement {
  const inputs = {
    modelVersion: rollout.modelVersion,
    planned: plan?.endpointConfigName,
    live: live?.endpointConfigName,
    status: live?.status,
    smokeTest,
  };
  const fail = (reason: string): Judgement => ({ rule: RULE, verdict: 'FAIL', reason, inputs });
  if (!plan) return fail(failureReason(error, 'the rollout could not be prepared'));
  if (!live) return fail(failureReason(error, `endpoint ${plan.endpointName} does not exist`));

  const serves = `endpoint ${plan.endpointName} serves ${live.endpointConfigName ?? 'nothing'} (${live.status})`;
  if (error) return fail(`${failureReason(error, 'a step of the rollout failed')}; ${serves}`);
  const failedTest = smokeTest && !smokeTest.passed ? `the smoke test failed: ${smokeTest.reason}; ` : '';
  if (live.endpointConfigName !== plan.endpointConfigName || live.status !== 'InService') {
    const because = live.failureReason ? `${live.failureReason}; ` : '';
    return fail(`${failedTest}${because}${serves}, not ${plan.endpointConfigName}`);
  }
  if (failedTest) return fail(`${failedTest}${serves}: nothing has rolled it back`);
  if (!smokeTest) return fail(`the smoke test was not made before the bake ended; ${serves}`);
  return {
    rule: RULE,
    verdict: 'PASS',
    reason: `${serves}; ${smokeTest.reason}`,
    inputs,
  };
}
