import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SageMakerFixture, sagemakerFixture, XGBOOST_IMAGE } from '../testing.ts';

let fixture: SageMakerFixture;
const arn = (version: number) => `arn:aws:sagemaker:us-east-1:000000000000:model-package/churn/${version}`;
const SPECIFICATION = {
  Containers: [{ Image: XGBOOST_IMAGE, ModelDataUrl: 's3://data/m.tar.gz' }],
  SupportedContentTypes: ['text/csv'],
  SupportedResponseMIMETypes: ['text/csv'],
};

beforeAll(async () => {
  fixture = await sagemakerFixture();
  await fixture.run('CreateModelPackageGroup', { ModelPackageGroupName: 'churn' });
});

afterAll(() => fixture.stop());

const create = (more: object = {}) =>
  fixture.run('CreateModelPackage', {
    ModelPackageGroupName: 'churn',
    InferenceSpecification: SPECIFICATION,
    ...more,
  });

describe('a model package', () => {
  it('is a version that is approved, told to the bus, and never numbered twice', async () => {
    const CustomerMetadataProperties = { run: 'r-1', keep: 'x' };
    expect(await create({ CustomerMetadataProperties })).toEqual({ ModelPackageArn: arn(1) });
    await fixture.run('UpdateModelPackage', {
      ModelPackageArn: arn(1),
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'good',
      CustomerMetadataPropertiesToRemove: ['run'],
    });
    expect(await fixture.run('DescribeModelPackage', { ModelPackageName: arn(1) })).toMatchObject({
      ModelPackageGroupName: 'churn',
      ModelPackageVersion: 1,
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'good',
      CustomerMetadataProperties: { keep: 'x' },
      InferenceSpecification: {
        Containers: [{ ImageDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }],
      },
    });
    expect(fixture.eventsOf('Model Package State Change')).toMatchObject([
      { ModelApprovalStatus: 'PendingManualApproval', CreationTime: expect.stringMatching(/^\d{4}-.*\dZ$/) },
      { ModelApprovalStatus: 'Approved', ModelPackageArn: arn(1), ModelPackageVersion: 1 },
    ]);
    await fixture.run('DeleteModelPackage', { ModelPackageName: arn(1) });
    expect(await create()).toEqual({ ModelPackageArn: arn(2) });
  });

  it('is listed by group and approval', async () => {
    await create({ ModelApprovalStatus: 'Rejected' });
    const list = (more: object = {}) =>
      fixture.run<{ ModelPackageSummaryList: { ModelPackageVersion: number }[] }>('ListModelPackages', {
        ModelPackageGroupName: 'churn',
        ...more,
      });
    const versions = (await list()).ModelPackageSummaryList.map((each) => each.ModelPackageVersion);
    expect(versions).toEqual([2, 3]);
    const rejected = await list({ ModelApprovalStatus: 'Rejected' });
    expect(rejected.ModelPackageSummaryList).toMatchObject([{ ModelPackageVersion: 3 }]);
  });

  it('is refused in the ways that AWS refuses it', async () => {
    const refusal = (work: Promise<unknown>) => expect(work).rejects;
    await refusal(create({ ModelPackageGroupName: undefined })).toMatchObject({ message: 'Missing ARN.' });
    await refusal(create({ ModelPackageGroupName: 'none' })).toMatchObject({
      code: 'ValidationException',
      message:
        'ModelPackageGroup arn:aws:sagemaker:us-east-1:000000000000:model-package-group/none does not exist.',
    });
    await refusal(fixture.run('DescribeModelPackage', { ModelPackageName: arn(9) })).toMatchObject({
      message: `ModelPackage ${arn(9)} does not exist.`,
    });
    await refusal(fixture.run('CreateModelPackageGroup', { ModelPackageGroupName: 'churn' })).toMatchObject({
      message: expect.stringContaining('Model Package Group already exists'),
    });
    await refusal(fixture.run('DeleteModelPackageGroup', { ModelPackageGroupName: 'churn' })).toMatchObject({
      code: 'ConflictException',
    });
  });

  it('is made once for one client token, and again for another', async () => {
    const first = await create({ ClientToken: 'run-1' });
    expect(await create({ ClientToken: 'run-1' })).toEqual(first);
    expect(await create({ ClientToken: 'run-2' })).not.toEqual(first);
  });
});
