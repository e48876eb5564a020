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
import { evaluationKey } from '../../lambdas/shared/keys.ts';
import type { ProjectSettings } from '../../lambdas/shared/settings.ts';
import type { RegisterModelInput } from '../../lambdas/training/contract.ts';
import { handler as prepare } from '../../lambdas/training/prepare-run.handler.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject } from '../shared/project-fixture.ts';
import { aDataset, aRun, catalog, context, decisions, putVersions, RUN } from '../training/run-fixture.ts';

const ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/driftless-test-flights/7';
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
  aws.put(
    BUCKET,
    evaluationKey(RUN),
    JSON.stringify({ primaryMetric: 'auc', challenger: { metrics: { auc: { value: 0.6312 } } } }),
  );
  return {
    run,
    dataset: aDataset(),
    evaluation: {
      passed: true,
      judgements: [],
      reason: 'quality PASS',
      evaluationKey: evaluationKey(RUN),
      baselineKey: 'b',
    },
    trainingJobName: `test-${RUN}`,
    modelName: `driftless-test-${RUN}`,
    modelDataUrl: `s3://${BUCKET}/runs/${RUN}/training/model.tar.gz`,
    image: 'image',
    environment: { SAGEMAKER_PROGRAM: 'train.py' },
  };
}

describe('register-model', () => {
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
            S3Uri: `s3://${BUCKET}/runs/${RUN}/evaluation.json`,
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
        primaryMetricValue: '0.6312',
      },
    });
    expect(catalog<ModelItem>(aws, SK.model(7))).toMatchObject({
      modelVersion: 7,
      modelPackageArn: ARN,
      run: RUN,
      datasetVersion: 2,
    });
    expect(catalog<RunItem>(aws, SK.run(RUN))).toMatchObject({ modelVersion: 7, modelPackageArn: ARN });
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

  it('leaves the approval to a person where the policy says so', async () => {
    await handler(await deploy({ approval: 'manual' }), context);
    expect(sagemaker.commandCalls(UpdateModelPackageCommand)).toHaveLength(0);
    expect(decisions(aws)).toEqual(['approval-policy: NOT_APPLICABLE']);
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
