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
    const partly = { ModelPackageName: arn(1), IncludedData: 'MetadataOnly' };
    await expect(fixture.run('DescribeModelPackage', partly)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
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

  it('has a life cycle and a card, which its events name', async () => {
    const { ModelPackageArn } = (await create()) as { ModelPackageArn: string };
    const ModelLifeCycle = { Stage: 'Deployment', StageStatus: 'InProgress' };
    const ModelCard = { ModelCardContent: '{"model_overview":{}}', ModelCardStatus: 'Draft' };
    const SourceUri = 's3://data/source';
    await fixture.run('UpdateModelPackage', { ModelPackageArn, ModelLifeCycle, ModelCard, SourceUri });
    await fixture.run('UpdateModelPackage', { ModelPackageArn, ModelCard: { ModelCardStatus: 'Approved' } });
    const described = { ModelLifeCycle, SourceUri, ModelCard: { ...ModelCard, ModelCardStatus: 'Approved' } };
    expect(await fixture.run('DescribeModelPackage', { ModelPackageName: ModelPackageArn })).toMatchObject(
      described,
    );
    expect(
      fixture
        .eventsOf('Model Package State Change')
        .slice(-2)
        .map((each) => each.UpdatedModelPackageFields),
    ).toEqual([['ModelLifeCycle', 'ModelCard', 'SourceUri'], ['ModelCard']]);
  });

  it.each([
    ['a card that is no JSON', { ModelCard: { ModelCardContent: 'x', ModelCardStatus: 'Draft' } }],
    ['a card that is no object', { ModelCard: { ModelCardContent: '[]', ModelCardStatus: 'Draft' } }],
    ['an unknown approval', { ModelApprovalStatus: 'Maybe' }],
    ['tags, which its group has', { Tags: [{ Key: 'a', Value: 'b' }] }],
    ['a life cycle without its status', { ModelLifeCycle: { Stage: 'Development' } }],
    ['metadata with a character that AWS does not take', { CustomerMetadataProperties: { key: 'a;b' } }],
  ])('is refused with %s', async (_, more) => {
    await expect(create(more)).rejects.toMatchObject({ code: 'ValidationException' });
  });
});

describe('a model package group', () => {
  it('is listed by name and in pages, and described by its ARN', async () => {
    for (const name of ['b-two', 'b-one', 'a-none']) {
      await fixture.run('CreateModelPackageGroup', { ModelPackageGroupName: name });
    }
    interface Page {
      readonly ModelPackageGroupSummaryList: { ModelPackageGroupName: string }[];
      readonly NextToken?: string;
    }
    const request = { NameContains: 'b-', SortBy: 'Name', MaxResults: 1 };
    const first = await fixture.run<Page>('ListModelPackageGroups', request);
    const { NextToken } = first;
    const second = await fixture.run<Page>('ListModelPackageGroups', { ...request, NextToken });
    const pages = [first, second];
    expect(
      pages.map((page) => page.ModelPackageGroupSummaryList.map((each) => each.ModelPackageGroupName)),
    ).toEqual([['b-one'], ['b-two']]);
    expect(second.NextToken).toBeUndefined();
    expect(await fixture.run('ListModelPackageGroups', { CrossAccountFilterOption: 'CrossAccount' })).toEqual(
      { ModelPackageGroupSummaryList: [] },
    );
    await expect(fixture.run('ListModelPackageGroups', { SortBy: 'Status' })).rejects.toMatchObject({
      message:
        "1 validation error detected: Value 'Status' at 'sortBy' failed to satisfy constraint: Member must satisfy enum " +
        'value set: [Name, CreationTime]',
    });
  });

  it('is deleted once it is empty, and begins with version 1 again', async () => {
    await fixture.run('DeleteModelPackageGroup', { ModelPackageGroupName: 'b-one' });
    await fixture.run('CreateModelPackageGroup', { ModelPackageGroupName: 'b-one' });
    expect(await create({ ModelPackageGroupName: 'b-one' })).toEqual({
      ModelPackageArn: 'arn:aws:sagemaker:us-east-1:000000000000:model-package/b-one/1',
    });
  });
});
