/** An approved model version asks for its endpoint. */
import { recordDecision } from '../shared/decisions.ts';
import { stage } from '../shared/env.ts';
import { Names } from '../shared/names.ts';
import { listProjects } from '../shared/project-settings.ts';
import type { Judgement } from '../shared/verdict.ts';
import { type Approval, onApproval, type Transition } from './rollout-state.ts';
import { transit } from './rollout-store.ts';

export interface ApprovedPackage extends Approval {
  readonly group: string;
}

/** Project that a model package group belongs to; undefined for a group that is none of ours. */
export async function projectOfGroup(group: string): Promise<string | undefined> {
  const names = new Names(stage(), { account: '', region: '' });
  const projects = await listProjects();
  return projects.find(({ project }) => names.modelPackageGroup(project) === group)?.project;
}

function judge(transition: Transition, approval: Approval): Judgement {
  const { modelVersion } = approval;
  const inputs = { modelVersion, approvedAt: approval.approvedAt };
  const rule = 'one-rollout-at-a-time';
  switch (transition.kind) {
    case 'start':
    case 'again':
      return { rule, verdict: 'PASS', reason: `the rollout of version ${modelVersion} starts`, inputs };
    case 'wait':
      return { rule, verdict: 'FAIL', reason: `version ${modelVersion} waits: ${transition.reason}`, inputs };
    case 'ignore':
      return { rule, verdict: 'NOT_APPLICABLE', reason: transition.reason, inputs };
  }
}

/** Starts the rollout, lets it wait, or leaves it. @returns what was decided. */
export async function requestRollout(
  { group, ...approval }: ApprovedPackage,
  stateMachineArn: string,
): Promise<{ readonly outcome: Transition['kind'] | 'unknown-group' }> {
  const project = await projectOfGroup(group);
  if (!project) return { outcome: 'unknown-group' };
  const transition = await transit(project, stateMachineArn, (state, facts) =>
    onApproval(state, approval, facts),
  );
  if (transition.kind !== 'again') {
    await recordDecision({
      project,
      kind: 'rollout',
      subject: `model version ${approval.modelVersion}`,
      by: 'request-rollout',
      judgement: judge(transition, approval),
      occasion: `${approval.approvedAt} ${transition.kind}`,
    });
  }
  return { outcome: transition.kind };
}
