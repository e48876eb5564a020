import {
  DescribeModelPackageCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as expire } from '../../lambdas/registry/expire-approvals.handler.ts';
import { handler as record } from '../../lambdas/registry/record-approval.handler.ts';
import { type ModelItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, deployProject } from '../shared/project-fixture.ts';
import { catalog, context, decisions, putCatalog, RUN } from '../training/run-fixture.ts';
import { ARN } from './registry-fixture.ts';

const PERSON = 'arn:aws:sts::111122223333:assumed-role/admin/ada';
const UNTIL = '2026-03-15T10:00:00.000Z';
const sagemaker = mockClient(SageMakerClient);
let aws: FakeAws;
let registry: Record<string, unknown>;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-14T10:00:00Z'), toFake: ['Date'] });
  aws = fakeAws();
  process.env[ENV.stage] = 'test';
  deployProject(aws, aProject());
  putCatalog(aws, SK.model(7), {
    modelVersion: 7,
    modelPackageArn: ARN,
    run: RUN,
    datasetVersion: 2,
    registeredAt: '2026-03-01T10:00:00.000Z',
    approval: {
      status: 'Pending',
      by: 'register-model',
      reason: 'registered',
      at: '2026-03-01T10:00:00.000Z',
      until: UNTIL,
    },
  } satisfies ModelItem);
  registry = {
    ModelPackageVersion: 7,
    ModelApprovalStatus: 'PendingManualApproval',
    CreationTime: new Date('2026-03-01T10:00:00Z'),
  };
  sagemaker.reset();
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
  sagemaker.on(DescribeModelPackageCommand, { ModelPackageName: ARN }).callsFake(() => registry);
  sagemaker.on(UpdateModelPackageCommand).callsFake(({ ModelPackageArn: _arn, ...change }) => {
    answer(change, 'arn:aws:sts::111122223333:assumed-role/sweep/driftless-test-expire-approvals');
    return {};
  });
});
afterEach(() => {
  aws.restore();
  vi.useRealTimers();
});

/** Somebody changes the version in the registry, now. */
function answer(change: object, by = PERSON): void {
  registry = {
    ...registry,
    ...change,
    LastModifiedTime: new Date(),
    LastModifiedBy: { IamIdentity: { Arn: by } },
  };
}

const event = (group = 'driftless-test-flights') => ({
  detail: { ModelPackageGroupName: group, ModelPackageArn: ARN, ModelPackageVersion: 7 },
});
const approvalNow = () => catalog<ModelItem>(aws, SK.model(7)).approval;

describe('record-approval', () => {
  it.each([
    ['Approved', 'PASS'],
    ['Rejected', 'FAIL'],
  ])('records who said %s, when and why, however it was said', async (status, verdict) => {
    answer({ ModelApprovalStatus: status, ApprovalDescription: 'looked at the slices' });

    expect(await record(event(), context)).toEqual({ outcome: 'recorded' });
    expect(approvalNow()).toEqual({
      status,
      by: PERSON,
      reason: 'looked at the slices',
      at: '2026-03-14T10:00:00.000Z',
    });
    expect(decisions(aws)).toEqual([`approval: ${verdict}`]);
    expect(aws.events).toEqual([
      {
        name: 'ApprovalRecorded',
        detail: { project: 'flights', modelVersion: 7, status, by: PERSON, reason: 'looked at the slices' },
      },
    ]);
  });

  it('is harmless twice, and after a kill at any write', async () => {
    answer({ ModelApprovalStatus: 'Approved' });
    for (const operation of ['PutItem', 'PutEvents']) {
      aws.before = (name) => {
        if (name === operation) throw new Error('killed');
      };
      await expect(record(event(), context)).rejects.toThrow('killed');
    }
    aws.before = () => {};
    expect(await record(event(), context)).toEqual({ outcome: 'recorded' });
    expect(await record(event(), context)).toEqual({ outcome: 'known' });
    expect(decisions(aws)).toEqual(['approval: PASS']);
    expect(aws.events).toHaveLength(1);
    expect(approvalNow()).toMatchObject({ status: 'Approved', reason: 'no reason was given' });
  });

  it('records a change of mind as a decision of its own', async () => {
    answer({ ModelApprovalStatus: 'Approved' });
    await record(event(), context);
    vi.setSystemTime(new Date('2026-03-14T11:00:00Z'));
    answer({ ModelApprovalStatus: 'Rejected', ApprovalDescription: 'no' });
    await record(event(), context);
    expect(decisions(aws)).toEqual(['approval: PASS', 'approval: FAIL']);
    expect(approvalNow()).toMatchObject({ status: 'Rejected', reason: 'no' });
  });

  it('goes by what the registry says now, not by the event', async () => {
    expect(await record(event(), context)).toEqual({ outcome: 'pending' });
    expect(approvalNow()!.status).toBe('Pending');
  });

  it('leaves groups and versions alone that no project has registered', async () => {
    expect(await record(event('driftless-test-other'), context)).toEqual({ outcome: 'unknown-group' });
    answer({ ModelApprovalStatus: 'Approved', ModelPackageVersion: 8 });
    expect(await record(event(), context)).toEqual({ outcome: 'unknown-version' });
    expect(aws.events).toEqual([]);
  });
});

describe('expire-approvals', () => {
  it('leaves a version alone until its time is over, and rejects it then, loudly', async () => {
    vi.setSystemTime(new Date('2026-03-15T09:59:59.999Z'));
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 0 });
    expect(approvalNow()!.status).toBe('Pending');

    vi.setSystemTime(new Date(UNTIL));
    expect(await expire({}, context)).toEqual({ expired: 1, caughtUp: 0 });
    const reason = `expired: nobody approved version 7 before ${UNTIL}; approve it to roll it out all the same`;
    expect(sagemaker.commandCalls(UpdateModelPackageCommand).map(({ args }) => args[0].input)).toEqual([
      { ModelPackageArn: ARN, ModelApprovalStatus: 'Rejected', ApprovalDescription: reason },
    ]);
    expect(approvalNow()).toMatchObject({ status: 'Rejected', reason });
    expect(decisions(aws)).toEqual(['approval: FAIL']);
    expect(aws.events.map(({ name, detail }) => [name, detail.status])).toEqual([
      ['ApprovalRecorded', 'Rejected'],
    ]);

    expect(await record(event(), context)).toEqual({ outcome: 'known' });
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 0 });
    expect(aws.events).toHaveLength(1);
  });

  it('never overrules an answer, and catches up with one whose event was lost', async () => {
    answer({ ModelApprovalStatus: 'Approved', ApprovalDescription: 'fine' });
    vi.setSystemTime(new Date('2026-03-14T10:14:00Z'));
    // a young one is left to its event
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 0 });
    vi.setSystemTime(new Date('2026-03-20T10:00:00Z'));
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 1 });
    expect(approvalNow()).toMatchObject({ status: 'Approved', by: PERSON, reason: 'fine' });
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toEqual([]);
  });

  it('records at the next sweep what was cut short after the rejection', async () => {
    vi.setSystemTime(new Date(UNTIL));
    aws.before = (name) => {
      if (name === 'PutEvents') throw new Error('killed');
    };
    await expect(expire({}, context)).rejects.toThrow('killed');
    aws.before = () => {};
    vi.setSystemTime(new Date('2026-03-15T16:00:00Z'));
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 1 });
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(1);
    expect(decisions(aws)).toEqual(['approval: FAIL']);
  });

  it('passes over a version that somebody deleted from the registry', async () => {
    const gone = Object.assign(new Error('ModelPackage does not exist.'), { name: 'ValidationException' });
    sagemaker.on(DescribeModelPackageCommand).rejects(gone);
    vi.setSystemTime(new Date('2026-03-20T10:00:00Z'));
    expect(await expire({}, context)).toEqual({ expired: 0, caughtUp: 0 });
  });
});
