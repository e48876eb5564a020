/** Stops and allows runs that nobody asked for in person. */
import type { EventDetails } from '../events/contract.ts';
import { recordDecision } from '../shared/decisions.ts';
import { updateState } from './controller-store.ts';

/** The newest switch stands, whatever the order in which they arrive. */
export async function switchRetraining(detail: EventDetails['RetrainingSwitched']): Promise<void> {
  const { project, paused, by, reason, at } = detail;
  await updateState(project, (state) => {
    if ((state.switchedAt ?? '') >= at) return state;
    const { paused: _before, ...rest } = state;
    return { ...rest, switchedAt: at, ...(paused && { paused: { by, reason, at } }) };
  });
  await recordDecision({
    project,
    kind: 'guard',
    subject: 'retraining',
    by,
    judgement: {
      rule: 'paused',
      verdict: paused ? 'FAIL' : 'PASS',
      reason: `${paused ? 'paused' : 'resumed'}: ${reason}`,
      inputs: { at },
    },
    occasion: at,
  });
}
