import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/registry/register-model.handler.ts';
import { type ModelItem, type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { modelCardKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { RegisterModelInput } from '../../lambdas/training/contract.ts';
import { handler as prepare } from '../../lambdas/training/prepare-run.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import {
  aChampion,
  aRun,
  catalog,
  context,
  decisions,
  putCatalog,
  putVersions,
  RUN,
} from '../training/run-fixture.ts';
import { ARN, aComparison, anEvaluation, anInput, putEvidence } from './registry-fixture.ts';

const sagemaker = mockClient(SageMakerClient);
let aws: FakeAws;
let status: string;
beforeEach(() => {
  aws = fakeAws();
  status = 'PendingManualApproval';
  sagemaker.reset();
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
  sagemaker.on(CreateModelPackageCommand).resolves({ ModelPackageArn: ARN });
  sagemaker.on(DescribeModelPackageCommand).callsFake(() => ({ ModelApprovalStatus: status }));
  sagemaker.on(UpdateModelPackageCommand).callsFake((input) => {
    status = input.ModelApprovalStatus;
    // the rollout that the approval starts finds everything recorded
    expect(catalog<ModelItem>(aws, SK.model(7)).run).toBe(RUN);
    return {};
  });
});
afterEach(() => aws.restore());

async function deploy(change: Partial<ProjectSettings> = {}): Promise<RegisterModelInput> {
  const settings = { ...aProject(), ...change };
  deployProject(aws, settings);
  putVersions(aws, 2);
  const run = aRun(settings);
  await prepare(run, context);
  putEvidence(aws);
  putCatalog(aws, SK.controller, {
    pending: [],
    answered: [],
    lock: { run: RUN, since: run.request.requestedAt },
  });
  return { ...anInput(settings), run };
}

describe('register-model', () => {
  it.each([
    ['another run', { lock: { run: 'flights-other-a1', since: '2026-03-01T10:00:00.000Z' } }],
    ['nobody', {}],
  ])('registers nothing when %s holds the lock', async (_who, held) => {
    const input = await deploy();
    putCatalog(aws, SK.controller, { pending: [], answered: [], ...held });
    await expect(handler(input, context)).rejects.toThrow('has lost the lock');
    expect(sagemaker.commandCalls(CreateModelPackageCommand)).toEqual([]);
  });

  it('registers the model with its evidence and its identity', async () => {
    expect(await handler(await deploy(), context)).toEqual({ modelPackageArn: ARN, modelVersion: 7 });
    const request = sagemaker.commandCalls(CreateModelPackageCommand)[0]!.args[0].input;
    expect(request).toMatchObject({
      ModelPackageGroupName: 'driftless-test-flights',
      ModelApprovalStatus: 'PendingManualApproval',
      ClientToken: expect.stringMatching(/^[a-f0-9]{36}$/),
      InferenceSpecification: {
        Containers: [
          {
            Image: 'image',
            ModelDataUrl: `s3://${BUCKET}/runs/${RUN}/training/model.tar.gz`,
            Environment: { SAGEMAKER_PROGRAM: 'train.py' },
          },
        ],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
      ModelMetrics: {
        ModelQuality: {
          Statistics: {
            ContentType: 'application/json',
            S3Uri: `s3://${BUCKET}/runs/${RUN}/evidence/model-quality/statistics.json`,
          },
          Constraints: {
            ContentType: 'application/json',
            S3Uri: `s3://${BUCKET}/runs/${RUN}/evidence/model-quality/constraints.json`,
          },
        },
      },
      CustomerMetadataProperties: {
        run: RUN,
        datasetVersion: '2',
        datasetDigest: 'digest-2',
        codeDigest: 'code',
        settingsDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        primaryMetric: 'auc',
        primaryMetricValue: '0.6313',
      },
    });
    expect(catalog<ModelItem>(aws, SK.model(7))).toMatchObject({
      modelVersion: 7,
      modelPackageArn: ARN,
      run: RUN,
      datasetVersion: 2,
    });
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({ modelVersion: 7, modelPackageArn: ARN });
    expect(aws.json(BUCKET, modelCardKey(RUN))).toMatchObject({
      model_overview: { model_name: 'driftless-test-flights', problem_type: 'Binary classification' },
    });
  });

  it('refuses a model whose comparison is with somebody who is champion no longer', async () => {
    const input = await deploy();
    putEvidence(aws, anEvaluation(aComparison()));
    putCatalog(aws, SK.champion, aChampion({ modelVersion: 4, run: 'flights-bbbbbbbbbb-a1' }));

    await expect(handler(input, context)).rejects.toMatchObject({
      code: 'ChampionChanged',
      message: expect.stringMatching(/compared its model with model version 1, but model version 4 is in/),
    });
    expect(sagemaker.commandCalls(CreateModelPackageCommand)).toHaveLength(0);
  });

  it('is not stopped by the champion that it has made itself, when the step is repeated', async () => {
    const input = await deploy();
    await handler(input, context);
    putCatalog(
      aws,
      SK.champion,
      aChampion({ modelVersion: 7, run: RUN, promotedAt: '2999-01-01T00:00:00.000Z' }),
    );

    expect(await handler(input, context)).toEqual({ modelPackageArn: ARN, modelVersion: 7 });
    expect(sagemaker.commandCalls(CreateModelPackageCommand)).toHaveLength(1);
  });

  it('approves by policy, with the reason, after everything is recorded', async () => {
    await handler(await deploy({ approval: 'automatic' }), context);
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)[0]!.args[0].input).toEqual({
      ModelPackageArn: ARN,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'approved by policy, all gates passed: quality PASS',
    });
    expect(decisions(aws)).toEqual(['approval-policy: PASS']);
    expect(aws.events).toEqual([
      {
        name: 'ModelRegistered',
        detail: {
          project: 'flights',
          run: RUN,
          modelVersion: 7,
          modelPackageArn: ARN,
          approval: 'automatic',
        },
      },
    ]);
  });

  it('asks a person where the policy says so, with all that he needs and until when', async () => {
    const input = await deploy({ approval: 'manual', approvalExpiresAfterDays: 3 });
    await handler(input, context);

    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(0);
    expect(decisions(aws)).toEqual(['approval-policy: NOT_APPLICABLE']);
    const { approval, registeredAt } = catalog<ModelItem>(aws, SK.model(7));
    expect(approval).toMatchObject({ status: 'Pending', by: 'register-model' });
    expect(Date.parse(approval!.until!) - Date.parse(registeredAt)).toBe(3 * 24 * 3600 * 1000);
    const asked = aws.events.filter(({ name }) => name === 'ApprovalRequested');
    expect(asked).toMatchObject([
      { detail: { project: 'flights', run: RUN, modelVersion: 7, until: approval!.until } },
    ]);
    expect(asked[0]!.detail.message).toContain('driftless models approve 7 --stage test --project flights');
  });

  it('asks again with the same deadline when it was cut short, and no more once there is an answer', async () => {
    const input = await deploy({ approval: 'manual' });
    await handler(input, context);
    await handler(input, context);
    status = 'Rejected';
    await handler(input, context);

    const asked = aws.events.filter(({ name }) => name === 'ApprovalRequested');
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
  });

  it.each([
    ['PutObject', 1],
    ['PutItem', 4],
    ['PutEvents', 1],
  ])('arrives at the same whichever %s it was killed at', async (operation, atLeast) => {
    let kills = 0;
    for (let wasKilled = true; wasKilled; ) {
      aws.restore();
      aws = fakeAws();
      status = 'PendingManualApproval';
      sagemaker.resetHistory();
      const input = await deploy({ approval: 'automatic' });
      let calls = 0;
      aws.before = (name) => {
        calls += name === operation ? 1 : 0;
        if (name === operation && calls === kills + 1) throw new Error('killed');
      };
      wasKilled = await handler(input, context).then(
        () => false,
        () => true,
      );
      kills += wasKilled ? 1 : 0;
      aws.before = () => {};
      await handler(input, context);

      expect(status).toBe('Approved');
      expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(1);
      expect(catalog<ModelItem>(aws, SK.model(7))).toMatchObject({ run: RUN, modelPackageArn: ARN });
      expect(decisions(aws)).toEqual(['approval-policy: PASS']);
      expect(aws.events[0]!.name).toBe('ModelRegistered');
    }
    expect(kills).toBeGreaterThanOrEqual(atLeast);
  });

  it('makes one version when the step is repeated, and one client token when even the record was lost', async () => {
    const input = await deploy();
    await handler(input, context);
    await handler(input, context);
    expect(sagemaker.commandCalls(CreateModelPackageCommand)).toHaveLength(1);
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(1);

    const item = aws.items.get(`PROJECT#flights|${SK.run(RUN)}`)!;
    delete item.modelPackageArn;
    await handler(input, context);
    const tokens = sagemaker
      .commandCalls(CreateModelPackageCommand)
      .map(({ args }) => args[0].input.ClientToken);
    expect(new Set(tokens).size).toBe(1);
  });

  it('does not overrule a person who has rejected meanwhile', async () => {
    const input = await deploy({ approval: 'automatic' });
    status = 'Rejected';
    await handler(input, context);
    expect(status).toBe('Rejected');
  });
});
