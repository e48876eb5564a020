import { describe, expect, it } from 'vitest';
import {
  type Approval,
  onApproval,
  onFinished,
  type RolloutState,
  type TransitionFacts,
} from '../../lambdas/deployment/rollout-state.ts';

const facts = (championVersion?: number): TransitionFacts => ({
  project: 'flights',
  championVersion,
  now: '2026-03-01T10:00:00.000Z',
  executionArnOf: (name) => `arn:execution:${name}`,
});
const approve = (modelVersion: number, minute = modelVersion): Approval => ({
  modelVersion,
  modelPackageArn: `arn:package/${modelVersion}`,
  approvedAt: `2026-03-01T09:${String(minute).padStart(2, '0')}:00.000Z`,
});
const stateAfter = (state: RolloutState, approval: Approval, championVersion?: number): RolloutState => {
  const transition = onApproval(state, approval, facts(championVersion));
  if (!('state' in transition)) throw new Error(`${transition.kind} has no state`);
  return transition.state;
};

describe('an approval', () => {
  it('starts a rollout named by version and attempt', () => {
    expect(onApproval({}, approve(1), facts())).toEqual({
      kind: 'start',
      input: { project: 'flights', modelVersion: 1, modelPackageArn: 'arn:package/1', attempt: 1 },
      state: {
        modelVersion: 1,
        modelPackageArn: 'arn:package/1',
        attempt: 1,
        executionArn: 'arn:execution:flights-v1-a1',
        since: '2026-03-01T10:00:00.000Z',
        answered: approve(1),
        attempts: { 1: 1 },
      },
    });
  });

  it('that comes twice starts the same execution again while it is in progress, and nothing afterwards', () => {
    const running = stateAfter({}, approve(1));
    expect(onApproval(running, approve(1), facts())).toEqual({
      kind: 'again',
      input: { project: 'flights', modelVersion: 1, modelPackageArn: 'arn:package/1', attempt: 1 },
    });
    const ended = onFinished(running, { modelVersion: 1, attempt: 1 }, facts(1));
    expect(onApproval((ended as { state: RolloutState }).state, approve(1), facts(1)).kind).toBe('ignore');
  });

  it('waits while another rollout is in progress; the newest wins', () => {
    const running = stateAfter({}, approve(1));
    const waiting = stateAfter(running, approve(2));
    expect(waiting).toMatchObject({ modelVersion: 1, pending: approve(2) });
    const newer = stateAfter(waiting, approve(3));
    expect(newer.pending).toEqual(approve(3));
    expect(onApproval(newer, approve(2), facts()).kind).toBe('ignore');
  });

  it('that is older than the last one answered changes nothing, however late it comes', () => {
    const state = stateAfter({}, approve(4));
    expect(onApproval(state, approve(3), facts()).kind).toBe('ignore');
  });

  it('of two in one instant takes the higher version', () => {
    const state = stateAfter({}, approve(3, 5));
    expect(onApproval(state, approve(2, 5), facts()).kind).toBe('ignore');
    expect(onApproval(state, approve(4, 5), facts()).kind).toBe('wait');
  });

  it('of the version in production, or of the one being rolled out, changes nothing', () => {
    expect(onApproval({}, approve(1), facts(1)).kind).toBe('ignore');
    expect(onApproval(stateAfter({}, approve(1)), approve(1, 30), facts()).kind).toBe('ignore');
  });

  it('of a version that was rolled out before gets a new attempt', () => {
    const idle: RolloutState = { answered: approve(1), attempts: { 1: 1 } };
    expect(onApproval(idle, approve(1, 30), facts(2))).toMatchObject({
      kind: 'start',
      input: { modelVersion: 1, attempt: 2 },
      state: { executionArn: 'arn:execution:flights-v1-a2', attempts: { 1: 2 } },
    });
  });
});

describe('the end of a rollout', () => {
  const running = stateAfter({}, approve(1));

  it('frees the endpoint and keeps what was answered', () => {
    expect(onFinished(running, { modelVersion: 1, attempt: 1 }, facts(1))).toEqual({
      kind: 'wait',
      reason: 'nothing waits',
      state: { answered: approve(1), attempts: { 1: 1 } },
    });
  });

  it('starts the version that waits', () => {
    const transition = onFinished(stateAfter(running, approve(2)), { modelVersion: 1, attempt: 1 }, facts(1));
    expect(transition).toMatchObject({
      kind: 'start',
      input: { modelVersion: 2, attempt: 1 },
      state: { modelVersion: 2, answered: approve(2), attempts: { 1: 1, 2: 1 } },
    });
    expect((transition as { state: RolloutState }).state).not.toHaveProperty('pending');
  });

  it('changes nothing when another rollout is the current one', () => {
    expect(onFinished(running, { modelVersion: 9, attempt: 1 }, facts()).kind).toBe('ignore');
    expect(onFinished({}, { modelVersion: 1, attempt: 1 }, facts()).kind).toBe('ignore');
  });
});
