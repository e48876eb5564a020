import { describe, expect, it } from 'vitest';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { accessRequests } from './iam.ts';

// expected values: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
const arn = (kind: string, name: string) => `arn:aws:sagemaker:us-east-1:000000000000:${kind}/${name}`;
const ROLE = 'arn:aws:iam::000000000000:role/execution';
const requests = (operation: string, input: Parameters<typeof accessRequests>[1]) =>
  accessRequests(operation, input, {
    call: fakeCloud().callAs(),
    nextVersion: () => 4,
    tagsOf: (each) => (each === arn('endpoint', 'shop') ? [{ Key: 'team', Value: 'ml' }] : []),
  });

describe('the permissions of a call', () => {
  it('know the tags of an existing resource', () => {
    expect(requests('InvokeEndpointAsync', { EndpointName: 'shop' })).toEqual([
      {
        action: 'sagemaker:InvokeEndpointAsync',
        resource: arn('endpoint', 'shop'),
        context: { 'aws:ResourceTag/team': 'ml', 'sagemaker:ResourceTag/team': 'ml' },
      },
    ]);
  });

  it('are asked on endpoint and configuration both', () => {
    const update = requests('UpdateEndpoint', { EndpointName: 'shop', EndpointConfigName: 'two' });
    expect(update.map((each) => each.resource)).toEqual([
      arn('endpoint', 'shop'),
      arn('endpoint-config', 'two'),
    ]);
  });

  it('include passing the role and adding the tags of a new model', () => {
    const Tags = [{ Key: 'team', Value: 'ml' }];
    expect(requests('CreateModel', { ModelName: 'churn', ExecutionRoleArn: ROLE, Tags })).toMatchObject([
      {
        action: 'sagemaker:CreateModel',
        context: { 'aws:RequestTag/team': 'ml', 'aws:TagKeys': ['team'] },
      },
      {
        action: 'iam:PassRole',
        resource: ROLE,
        context: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
      },
      { action: 'sagemaker:AddTags', resource: arn('model', 'churn') },
    ]);
  });

  it('carry what a configuration asks for', () => {
    const [instances] = requests('CreateEndpointConfig', {
      EndpointConfigName: 'one',
      KmsKeyId: 'key',
      ProductionVariants: [{ VariantName: 'main', InstanceType: 'ml.m5.large' }],
    });
    expect(instances?.context).toEqual({
      'sagemaker:InstanceTypes': ['ml.m5.large'],
      'sagemaker:VolumeKmsKey': 'key',
    });
    const [serverless] = requests('CreateEndpointConfig', {
      EndpointConfigName: 'one',
      ProductionVariants: [
        { VariantName: 'main', ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
      ],
    });
    expect(serverless?.context).toEqual({
      'sagemaker:ServerlessMaxConcurrency': '5',
      'sagemaker:ServerlessMemorySize': '2048',
    });
  });

  it('tell an approval from other changes of a model package', () => {
    const [update] = requests('UpdateModelPackage', {
      ModelPackageArn: arn('model-package', 'churn/3'),
      ModelApprovalStatus: 'Approved',
      ModelLifeCycle: { Stage: 'Deployment', StageStatus: 'Done' },
    });
    expect(update).toEqual({
      action: 'sagemaker:UpdateModelPackage',
      resource: arn('model-package', 'churn/3'),
      context: {
        'sagemaker:ModelApprovalStatus': 'Approved',
        'sagemaker:ModelLifeCycle:stage': 'Deployment',
        'sagemaker:ModelLifeCycle:stageStatus': 'Done',
      },
    });
  });

  it('are asked on both ends of an association', () => {
    const ends = { SourceArn: arn('artifact', 'a1'), DestinationArn: arn('context', 'shop') };
    for (const operation of ['AddAssociation', 'DeleteAssociation']) {
      const action = `sagemaker:${operation}`;
      expect(requests(operation, ends)).toEqual([
        { action, resource: ends.SourceArn, context: {} },
        { action, resource: ends.DestinationArn, context: {} },
      ]);
    }
  });

  it('are asked on the artifact that the source makes, and on no resource to list and to query', () => {
    const Source = { SourceUri: 's3://data/one' };
    const Tags = [{ Key: 'team', Value: 'ml' }];
    const [create, tag, ...more] = requests('CreateArtifact', { Source, ArtifactType: 'DataSet', Tags });
    expect(create).toMatchObject({
      action: 'sagemaker:CreateArtifact',
      context: { 'aws:RequestTag/team': 'ml' },
    });
    expect(tag).toMatchObject({ action: 'sagemaker:AddTags', resource: create!.resource });
    expect(more).toEqual([]);
    expect(create!.resource).toMatch(/:artifact\/\w+$/);
    expect(requests('DeleteArtifact', { Source })).toMatchObject([{ resource: create!.resource }]);
    const ArtifactArn = create!.resource;
    expect(requests('DescribeArtifact', { ArtifactArn })).toMatchObject([{ resource: ArtifactArn }]);
    expect(requests('DescribeContext', { ContextName: 'shop' })).toMatchObject([
      { resource: arn('context', 'shop') },
    ]);
    for (const operation of ['ListArtifacts', 'ListAssociations', 'QueryLineage']) {
      expect(requests(operation, {})).toMatchObject([{ action: `sagemaker:${operation}`, resource: '*' }]);
    }
  });
});
