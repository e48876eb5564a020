/** CloudFormation: change sets. */
import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  API,
  createQueueStack,
  folders,
  makeClient,
  noStack,
  queueTemplate,
  RECORDED,
  settled,
} from './cloudformation-material.ts';

const CREATE = { ChangeSetName: 'create', ChangeSetType: 'CREATE' } as const;

/** A change set for a new stack of one queue. */
const createChangeSet = (
  client: CloudFormationClient,
  StackName: string,
  options: Partial<CreateChangeSetCommandInput> = {},
) =>
  client.send(
    new CreateChangeSetCommand({
      ...CREATE,
      StackName,
      TemplateBody: queueTemplate(StackName),
      ...options,
    }),
  );

const missing = (name: string) => ({
  refusal: { name: 'ChangeSetNotFoundException', message: `ChangeSet [${name}] does not exist`, status: 404 },
  refusalSource: `${RECORDED}/test_changesets.snapshot.json`,
});

export const cloudFormationChangeSetCases = serviceCases({
  service: 'cloudformation',
  folders,
  makeClient,
  operations: {
    CreateChangeSet: {
      source: `${API}/API_CreateChangeSet.html`,
      answers: async ({ client }) => {
        const { Id, StackId } = await createChangeSet(client, 'proposed');
        expect(Id).toMatch(
          /^arn:aws:cloudformation:us-east-1:000000000000:changeSet\/create\/[0-9a-f-]{36}$/,
        );
        expect((await settled(client, StackId ?? '')).StackStatus).toBe('REVIEW_IN_PROGRESS');
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'there');
        return createChangeSet(client, 'there');
      },
      refusal: {
        name: 'ValidationError',
        message: 'Stack [there] already exists and cannot be created again with the changeSet [create].',
        status: 400,
      },
      refusalSource: `${RECORDED}/test_changesets.snapshot.json`,
    },
    DescribeChangeSet: {
      source: `${API}/API_DescribeChangeSet.html`,
      answers: async ({ client }) => {
        await createQueueStack(client, 'unchanged');
        const { Id: ChangeSetName } = await createChangeSet(client, 'unchanged', { ChangeSetType: 'UPDATE' });
        const changeSet = await client.send(new DescribeChangeSetCommand({ ChangeSetName }));
        expect(changeSet).toMatchObject({
          Status: 'FAILED',
          ExecutionStatus: 'UNAVAILABLE',
          StatusReason:
            "The submitted information didn't contain changes. Submit different information to create a change set.",
        });
      },
      refuses: ({ client }) => client.send(new DescribeChangeSetCommand({ ChangeSetName: 'x' })),
      refusal: {
        name: 'ValidationError',
        message: 'StackName must be specified if ChangeSetName is not specified as an ARN.',
        status: 400,
      },
      refusalSource: `${RECORDED}/test_changesets.snapshot.json`,
    },
    ExecuteChangeSet: {
      source: `${API}/API_ExecuteChangeSet.html`,
      answers: async ({ client }) => {
        const { Id: ChangeSetName } = await createChangeSet(client, 'executed');
        await client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
        expect((await settled(client, 'executed')).StackStatus).toBe('CREATE_COMPLETE');
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'no-change-set');
        const order = { StackName: 'no-change-set', ChangeSetName: 'none' };
        return client.send(new ExecuteChangeSetCommand(order));
      },
      ...missing('none'),
    },
    DeleteChangeSet: {
      source: `${API}/API_DeleteChangeSet.html`,
      answers: async ({ client }) => {
        const { Id: ChangeSetName } = await createChangeSet(client, 'withdrawn');
        await client.send(new DeleteChangeSetCommand({ ChangeSetName }));
        const { Summaries } = await client.send(new ListChangeSetsCommand({ StackName: 'withdrawn' }));
        expect(Summaries).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new DeleteChangeSetCommand({ StackName: 'none', ChangeSetName: 'x' })),
      ...noStack,
    },
    ListChangeSets: {
      source: `${API}/API_ListChangeSets.html`,
      answers: async ({ client }) => {
        const { Id } = await createChangeSet(client, 'listed');
        const { Summaries } = await client.send(new ListChangeSetsCommand({ StackName: 'listed' }));
        expect(Summaries).toMatchObject([
          {
            ChangeSetId: Id,
            ChangeSetName: 'create',
            Status: 'CREATE_COMPLETE',
            ExecutionStatus: 'AVAILABLE',
          },
        ]);
      },
      refuses: ({ client }) => client.send(new ListChangeSetsCommand({ StackName: 'none' })),
      ...noStack,
    },
  },
});
