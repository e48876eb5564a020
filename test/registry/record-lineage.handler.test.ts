/** Against the local cloud's SageMaker, so that its answers and refusals are not made up here. */
import {
  AddAssociationCommand,
  CreateActionCommand,
  CreateArtifactCommand,
  CreateContextCommand,
  DescribeModelPackageCommand,
  ListActionsCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  ListContextsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/registry/record-lineage.handler.ts';
import { type ModelItem, type RunItem, SK } from '../../lambdas/shared/catalog-items.ts';
import { ENV } from '../../lambdas/shared/contract.ts';
import { type SageMakerFixture, sagemakerFixture } from '../../localstack/sagemaker/testing.ts';
import { synth } from '../helpers/synth.ts';
import { type FakeAws, fakeAws } from '../shared/aws-fakes.ts';
import { aProject, BUCKET, deployProject, PROJECT } from '../shared/project-fixture.ts';
import { aRequest, aVersion, context, putCatalog, RUN } from '../training/run-fixture.ts';
import { ARN } from './registry-fixture.ts';

const OPERATIONS = {
  CreateArtifact: CreateArtifactCommand,
  CreateAction: CreateActionCommand,
  CreateContext: CreateContextCommand,
  AddAssociation: AddAssociationCommand,
  ListArtifacts: ListArtifactsCommand,
  ListActions: ListActionsCommand,
  ListContexts: ListContextsCommand,
  ListAssociations: ListAssociationsCommand,
} as const;
const EXECUTION = 'arn:aws:states:eu-west-1:111122223333:execution:driftless-test-training:one';
const DATA = `s3://${BUCKET}/datasets/2/manifest.json`;
const ARCHIVE = `s3://${BUCKET}/runs/${RUN}/training/model.tar.gz`;
const ENDPOINT = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/driftless-test-flights';

const sagemaker = mockClient(SageMakerClient);
let aws: FakeAws;
let cloud: SageMakerFixture;
/** Operations that were called, in order. */
let called: string[];

beforeEach(async () => {
  aws = fakeAws();
  cloud = await sagemakerFixture();
  process.env[ENV.stage] = 'test';
  deployProject(aws, aProject());
  putCatalog(aws, SK.version(2), aVersion(2));
  putCatalog(aws, SK.run(RUN), {
    ...{ run: RUN, status: 'Registered', request: aRequest(), executionArn: EXECUTION },
    ...{ settingsDigest: 'settings', codeDigest: 'code', startedAt: '2026-03-01T10:00:00.000Z' },
    ...{ datasetVersion: 2, trainingJobName: `test-${RUN}` },
  } satisfies RunItem);
  putCatalog(aws, SK.model(7), {
    ...{ modelVersion: 7, modelPackageArn: ARN, run: RUN, datasetVersion: 2 },
    registeredAt: '2026-03-01T11:00:00.000Z',
  } satisfies ModelItem);
  called = [];
  sagemaker.reset();
  sagemaker.onAnyCommand().rejects(new Error('not faked'));
  const Containers = [{ Image: 'image', ModelDataUrl: ARCHIVE }];
  sagemaker
    .on(DescribeModelPackageCommand, { ModelPackageName: ARN })
    .resolves({ InferenceSpecification: { Containers, SupportedContentTypes: [] } });
  for (const [operation, command] of Object.entries(OPERATIONS)) {
    sagemaker.on(command as never).callsFake((input: object) => {
      called.push(operation);
      return cloud.run(operation, input);
    });
  }
});
afterEach(async () => {
  aws.restore();
  await cloud.stop();
});

const registered = () => handler({ detail: { project: PROJECT, modelVersion: 7, run: RUN } }, context);
const promoted = () => {
  const detail = { project: PROJECT, modelVersion: 7, endpointName: 'driftless-test-flights' };
  return handler({ detail }, context);
};
/** Every association as `source type -> destination source`, in order. */
async function associations(): Promise<string[]> {
  const { AssociationSummaries } = await cloud.run<{
    AssociationSummaries: { SourceArn: string; DestinationArn: string; AssociationType: string }[];
  }>('ListAssociations', { SortOrder: 'Ascending' });
  const sources = new Map<string, string>();
  for (const [operation, list, arn] of [
    ['ListArtifacts', 'ArtifactSummaries', 'ArtifactArn'],
    ['ListActions', 'ActionSummaries', 'ActionArn'],
    ['ListContexts', 'ContextSummaries', 'ContextArn'],
  ] as const) {
    const found = await cloud.run<
      Record<string, Record<string, string> & { Source: { SourceUri: string } }[]>
    >(operation, {});
    for (const each of found[list] as unknown as (Record<string, string> & {
      Source: { SourceUri: string };
    })[]) {
      sources.set(each[arn]!, each.Source.SourceUri);
    }
  }
  return AssociationSummaries.map(
    (each) => `${sources.get(each.SourceArn)} ${each.AssociationType} ${sources.get(each.DestinationArn)}`,
  ).sort();
}

const CHAIN = [
  `${DATA} ContributedTo ${EXECUTION}`,
  `${EXECUTION} Produced ${ARCHIVE}`,
  `${ARCHIVE} DerivedFrom ${ARN}`,
];
const WHOLE = [...CHAIN, `${ARN} AssociatedWith ${ENDPOINT}`].sort();

describe('record-lineage', () => {
  it('joins dataset version, run, archive and package, and once promoted the endpoint', async () => {
    expect(await registered()).toEqual({ entities: 4, associations: 3 });
    expect(await associations()).toEqual([...CHAIN].sort());
    expect(await promoted()).toEqual({ entities: 5, associations: 4 });
    expect(await associations()).toEqual(WHOLE);
    const { ArtifactSummaries } = await cloud.run<{ ArtifactSummaries: { ArtifactArn: string }[] }>(
      'ListArtifacts',
      { SourceUri: DATA },
    );
    const { ArtifactArn } = ArtifactSummaries[0]!;
    expect(await cloud.run('DescribeArtifact', { ArtifactArn })).toMatchObject({
      ArtifactType: 'DataSet',
      Properties: { project: PROJECT, version: '2', digest: aVersion(2).digest },
    });
    expect(await cloud.run('DescribeAction', { ActionName: `driftless-test-${RUN}` })).toMatchObject({
      ...{ ActionType: 'TrainingRun', Status: 'Completed' },
      Properties: { run: RUN, codeDigest: 'code', settingsDigest: 'settings' },
    });
  });

  it('makes nothing twice, in whatever order the events come', async () => {
    await promoted();
    called = [];
    await registered();
    await promoted();
    expect(called.filter((operation) => !operation.startsWith('List'))).toEqual([]);
    expect(await associations()).toEqual(WHOLE);
  });

  it('takes what SageMaker made by itself', async () => {
    await cloud.run('CreateArtifact', { Source: { SourceUri: ARCHIVE }, ArtifactType: 'Model' });
    const name = 'driftless-test-flights-aws-endpoint';
    await cloud.run('CreateContext', {
      ContextName: name,
      ContextType: 'Endpoint',
      Source: { SourceUri: ENDPOINT },
    });
    await promoted();
    expect(called.filter((operation) => operation.startsWith('Create')).sort()).toEqual([
      ...['CreateAction', 'CreateArtifact', 'CreateArtifact'],
    ]);
    expect(await associations()).toEqual(WHOLE);
  });

  it('goes on with what another delivery made in the same moment', async () => {
    await registered();
    for (const [list, empty] of [
      [ListArtifactsCommand, { ArtifactSummaries: [] }],
      [ListAssociationsCommand, { AssociationSummaries: [] }],
    ] as const) {
      let isFirst = true;
      sagemaker.on(list as never).callsFake((input: object) => {
        const answer = isFirst
          ? empty
          : cloud.run(list === ListArtifactsCommand ? 'ListArtifacts' : 'ListAssociations', input);
        isFirst = false;
        return answer;
      });
      expect(await registered()).toEqual({ entities: 4, associations: 3 });
    }
    expect(called.filter((each) => each === 'CreateArtifact')).toHaveLength(4);
    expect(called.filter((each) => each === 'AddAssociation')).toHaveLength(4);
    expect(await associations()).toEqual([...CHAIN].sort());
  });

  it('is tried again after a throttle, and completes what it began', async () => {
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    sagemaker
      .on(AddAssociationCommand)
      .rejectsOnce(throttled)
      .callsFake((input) => cloud.run('AddAssociation', input));
    await expect(registered()).rejects.toMatchObject({ name: 'RetryableError' });
    await registered();
    expect(await associations()).toEqual([...CHAIN].sort());
  });

  it('says what SageMaker refuses', async () => {
    const refused = Object.assign(new Error('no'), { name: 'ValidationException' });
    sagemaker.on(CreateArtifactCommand).rejects(refused);
    await expect(registered()).rejects.toThrow('no');
  });

  it('refuses a version that the catalog does not have', async () => {
    const detail = { project: PROJECT, modelVersion: 8 };
    await expect(handler({ detail }, context)).rejects.toMatchObject({ code: 'ModelUnknown' });
  });
});

it('hears registrations and promotions, and may write runs and endpoints of its stage only', () => {
  const { platform } = synth('dev');
  platform.hasResourceProperties('AWS::Events::Rule', {
    Name: 'driftless-dev-model-registered-or-promoted',
    EventPattern: { source: ['driftless'], 'detail-type': ['ModelRegistered', 'ModelPromoted'] },
  });
  const policies = Object.values(platform.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const writes = statements.filter(({ Sid }) => Sid === 'WriteLineage');
  expect(writes).toHaveLength(1);
  const resources = (writes[0].Resource as unknown[]).map((each) => JSON.stringify(each));
  expect(resources).toEqual([
    expect.stringContaining(':artifact/*'),
    expect.stringContaining(':action/driftless-dev-*'),
    expect.stringContaining(':context/driftless-dev-*'),
  ]);
}, 60_000);
