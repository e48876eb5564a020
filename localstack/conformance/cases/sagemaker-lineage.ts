/** SageMaker: lineage entities, their associations and the query over them. */
import {
  AddAssociationCommand,
  CreateActionCommand,
  CreateArtifactCommand,
  CreateContextCommand,
  DeleteActionCommand,
  DeleteArtifactCommand,
  DeleteAssociationCommand,
  DeleteContextCommand,
  DescribeActionCommand,
  DescribeArtifactCommand,
  DescribeContextCommand,
  Direction,
  ListActionsCommand,
  ListArtifactsCommand,
  ListAssociationsCommand,
  ListContextsCommand,
  QueryLineageCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import {
  arnOf,
  PATTERN_SOURCE,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';
import { DENIED_PAGE, deniedJson, roleWithoutPolicies } from './without-policies.ts';

const NO_ARTIFACT = arnOf('artifact', 'none');
const NO_ACTION = arnOf('action', 'none');

const asNobody = async (running: RunningCloud, role: string) =>
  new SageMakerClient(await roleWithoutPolicies(running, role));

const denied = (role: string, operation: string, resource: string) => ({
  refusal: deniedJson(role, `sagemaker:${operation}`, resource),
  refusalSource: DENIED_PAGE,
});

/** The pattern is on the operation's page; how AWS words a name that it does not fit, at the source. */
const badName = (path: string, value: string, pattern: string) => ({
  refusal: {
    name: 'ValidationException',
    message:
      `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must satisfy ` +
      `regular expression pattern: ${pattern}`,
    status: 400,
  },
  refusalSource: PATTERN_SOURCE,
});

const tooMany = {
  refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
  refusalSource: SENTENCE_SOURCE,
};

async function makeArtifact(client: SageMakerClient, SourceUri: string, ArtifactName?: string) {
  const request = { Source: { SourceUri }, ArtifactType: 'DataSet', ArtifactName };
  return (await client.send(new CreateArtifactCommand(request))).ArtifactArn!;
}

async function makeAction(client: SageMakerClient, ActionName: string) {
  const request = { ActionName, ActionType: 'Training', Source: { SourceUri: `run/${ActionName}` } };
  return (await client.send(new CreateActionCommand(request))).ActionArn!;
}

async function makeContext(client: SageMakerClient, ContextName: string) {
  const request = {
    ContextName,
    ContextType: 'Endpoint',
    Source: { SourceUri: arnOf('endpoint', ContextName) },
  };
  return (await client.send(new CreateContextCommand(request))).ContextArn!;
}

/** An artifact that contributed to an action, under names with this beginning. */
async function makePair(client: SageMakerClient, name: string) {
  const SourceArn = await makeArtifact(client, `s3://pairs/${name}`);
  const DestinationArn = await makeAction(client, `${name}-action`);
  const pair = { SourceArn, DestinationArn };
  await client.send(new AddAssociationCommand({ ...pair, AssociationType: 'ContributedTo' }));
  return pair;
}

export const sagemakerLineageCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateArtifact: {
      source: `${SAGEMAKER_API}/API_CreateArtifact.html`,
      answers: async ({ client }) => {
        expect(await makeArtifact(client, 's3://data/made', 'made')).toMatch(
          /^arn:aws:sagemaker:us-east-1:000000000000:artifact\/\w+$/,
        );
      },
      refuses: ({ client }) => makeArtifact(client, 's3://data/bad', 'a_b'),
      ...badName('artifactName', 'a_b', '^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}'),
    },
    DescribeArtifact: {
      source: `${SAGEMAKER_API}/API_DescribeArtifact.html`,
      answers: async ({ client }) => {
        const ArtifactArn = await makeArtifact(client, 's3://data/described', 'described');
        expect(await client.send(new DescribeArtifactCommand({ ArtifactArn }))).toMatchObject({
          ArtifactArn,
          ArtifactName: 'described',
          ArtifactType: 'DataSet',
          Source: { SourceUri: 's3://data/described' },
          CreationTime: expect.any(Date),
        });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'artifact-reader')).send(
          new DescribeArtifactCommand({ ArtifactArn: NO_ARTIFACT }),
        ),
      ...denied('artifact-reader', 'DescribeArtifact', NO_ARTIFACT),
    },
    ListArtifacts: {
      source: `${SAGEMAKER_API}/API_ListArtifacts.html`,
      answers: async ({ client }) => {
        const ArtifactArn = await makeArtifact(client, 's3://data/listed', 'listed');
        const { ArtifactSummaries } = await client.send(
          new ListArtifactsCommand({ SourceUri: 's3://data/listed', SortBy: 'CreationTime' }),
        );
        expect(ArtifactSummaries).toMatchObject([{ ArtifactArn, ArtifactName: 'listed' }]);
      },
      refuses: ({ client }) => client.send(new ListArtifactsCommand({ MaxResults: 101 })),
      ...tooMany,
    },
    DeleteArtifact: {
      source: `${SAGEMAKER_API}/API_DeleteArtifact.html`,
      answers: async ({ client }) => {
        const SourceUri = 's3://data/deleted';
        const ArtifactArn = await makeArtifact(client, SourceUri);
        const deleted = await client.send(new DeleteArtifactCommand({ Source: { SourceUri } }));
        expect(deleted.ArtifactArn).toBe(ArtifactArn);
        const gone = client.send(new DescribeArtifactCommand({ ArtifactArn }));
        await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFound' });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'artifact-deleter')).send(
          new DeleteArtifactCommand({ ArtifactArn: NO_ARTIFACT }),
        ),
      ...denied('artifact-deleter', 'DeleteArtifact', NO_ARTIFACT),
    },
    CreateAction: {
      source: `${SAGEMAKER_API}/API_CreateAction.html`,
      answers: async ({ client }) => {
        expect(await makeAction(client, 'made')).toBe(arnOf('action', 'made'));
      },
      refuses: ({ client }) => makeAction(client, 'a_b'),
      ...badName('actionName', 'a_b', '^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}'),
    },
    DescribeAction: {
      source: `${SAGEMAKER_API}/API_DescribeAction.html`,
      answers: async ({ client }) => {
        await makeAction(client, 'described');
        expect(await client.send(new DescribeActionCommand({ ActionName: 'described' }))).toMatchObject({
          ActionArn: arnOf('action', 'described'),
          ActionType: 'Training',
        });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'action-reader')).send(new DescribeActionCommand({ ActionName: 'none' })),
      ...denied('action-reader', 'DescribeAction', NO_ACTION),
    },
    ListActions: {
      source: `${SAGEMAKER_API}/API_ListActions.html`,
      answers: async ({ client }) => {
        await makeAction(client, 'listed');
        const { ActionSummaries } = await client.send(new ListActionsCommand({ SourceUri: 'run/listed' }));
        expect(ActionSummaries).toMatchObject([{ ActionName: 'listed', ActionType: 'Training' }]);
      },
      refuses: ({ client }) => client.send(new ListActionsCommand({ MaxResults: 101 })),
      ...tooMany,
    },
    DeleteAction: {
      source: `${SAGEMAKER_API}/API_DeleteAction.html`,
      answers: async ({ client }) => {
        const ActionName = 'deleted';
        const ActionArn = await makeAction(client, ActionName);
        expect((await client.send(new DeleteActionCommand({ ActionName }))).ActionArn).toBe(ActionArn);
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'action-deleter')).send(new DeleteActionCommand({ ActionName: 'none' })),
      ...denied('action-deleter', 'DeleteAction', NO_ACTION),
    },
    CreateContext: {
      source: `${SAGEMAKER_API}/API_CreateContext.html`,
      answers: async ({ client }) => {
        expect(await makeContext(client, 'made_1')).toBe(arnOf('context', 'made_1'));
      },
      refuses: ({ client }) => makeContext(client, 'a.b'),
      ...badName('contextName', 'a.b', '^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,119}'),
    },
    DescribeContext: {
      source: `${SAGEMAKER_API}/API_DescribeContext.html`,
      answers: async ({ client }) => {
        const ContextArn = await makeContext(client, 'described');
        const request = { ContextName: ContextArn };
        expect(await client.send(new DescribeContextCommand(request))).toMatchObject({
          ContextName: 'described',
          ContextType: 'Endpoint',
        });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'context-reader')).send(new DescribeContextCommand({ ContextName: 'none' })),
      ...denied('context-reader', 'DescribeContext', arnOf('context', 'none')),
    },
    ListContexts: {
      source: `${SAGEMAKER_API}/API_ListContexts.html`,
      answers: async ({ client }) => {
        await makeContext(client, 'listed');
        const request = { SourceUri: arnOf('endpoint', 'listed'), ContextType: 'Endpoint' };
        const { ContextSummaries } = await client.send(new ListContextsCommand(request));
        expect(ContextSummaries).toMatchObject([{ ContextName: 'listed' }]);
      },
      refuses: ({ client }) => client.send(new ListContextsCommand({ MaxResults: 101 })),
      ...tooMany,
    },
    DeleteContext: {
      source: `${SAGEMAKER_API}/API_DeleteContext.html`,
      answers: async ({ client }) => {
        const ContextName = 'deleted';
        const ContextArn = await makeContext(client, ContextName);
        expect((await client.send(new DeleteContextCommand({ ContextName }))).ContextArn).toBe(ContextArn);
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'context-deleter')).send(new DeleteContextCommand({ ContextName: 'none' })),
      ...denied('context-deleter', 'DeleteContext', arnOf('context', 'none')),
    },
    AddAssociation: {
      source: `${SAGEMAKER_API}/API_AddAssociation.html`,
      answers: async ({ client }) => {
        const pair = await makePair(client, 'added');
        const { AssociationSummaries } = await client.send(new ListAssociationsCommand(pair));
        expect(AssociationSummaries).toMatchObject([{ ...pair, AssociationType: 'ContributedTo' }]);
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'associator')).send(
          new AddAssociationCommand({ SourceArn: NO_ARTIFACT, DestinationArn: NO_ACTION }),
        ),
      ...denied('associator', 'AddAssociation', NO_ARTIFACT),
    },
    DeleteAssociation: {
      source: `${SAGEMAKER_API}/API_DeleteAssociation.html`,
      answers: async ({ client }) => {
        const pair = await makePair(client, 'unlinked');
        expect(await client.send(new DeleteAssociationCommand(pair))).toMatchObject(pair);
        const { AssociationSummaries } = await client.send(new ListAssociationsCommand(pair));
        expect(AssociationSummaries).toEqual([]);
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'dissociator')).send(
          new DeleteAssociationCommand({ SourceArn: NO_ARTIFACT, DestinationArn: NO_ACTION }),
        ),
      ...denied('dissociator', 'DeleteAssociation', NO_ARTIFACT),
    },
    ListAssociations: {
      source: `${SAGEMAKER_API}/API_ListAssociations.html`,
      answers: async ({ client }) => {
        const { SourceArn, DestinationArn } = await makePair(client, 'walked');
        const { AssociationSummaries } = await client.send(new ListAssociationsCommand({ SourceArn }));
        expect(AssociationSummaries).toMatchObject([
          { DestinationArn, SourceType: 'DataSet', DestinationType: 'Training' },
        ]);
      },
      refuses: ({ client }) => client.send(new ListAssociationsCommand({ MaxResults: 101 })),
      ...tooMany,
    },
    QueryLineage: {
      source: `${SAGEMAKER_API}/API_QueryLineage.html`,
      answers: async ({ client }) => {
        const { SourceArn, DestinationArn } = await makePair(client, 'queried');
        const request = { StartArns: [SourceArn], Direction: Direction.DESCENDANTS, IncludeEdges: false };
        expect(await client.send(new QueryLineageCommand(request))).toMatchObject({
          Vertices: [{ Arn: DestinationArn, Type: 'Training', LineageType: 'Action' }],
        });
      },
      refuses: ({ client }) =>
        client.send(new QueryLineageCommand({ StartArns: [NO_ARTIFACT], MaxDepth: 11 })),
      refusal: rangeRefusal('maxDepth', 11, 'less than or equal to 10'),
      refusalSource: SENTENCE_SOURCE,
    },
  },
});
