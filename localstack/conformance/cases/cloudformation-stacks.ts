/** CloudFormation: making, changing and mending stacks. */
import {
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  RollbackStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  API,
  brokenTemplate,
  createQueueStack,
  folders,
  makeClient,
  noStack,
  noStackWithId,
  queueTemplate,
  RECORDED,
  settled,
} from './cloudformation-material.ts';

export const cloudFormationStackCases = serviceCases({
  service: 'cloudformation',
  folders,
  makeClient,
  operations: {
    CreateStack: {
      source: `${API}/API_CreateStack.html`,
      answers: async ({ client }) => {
        const stack = await createQueueStack(client, 'made', { Tags: [{ Key: 'k', Value: 'v' }] });
        expect(stack).toMatchObject({
          StackName: 'made',
          StackStatus: 'CREATE_COMPLETE',
          Outputs: [{ OutputKey: 'Url', OutputValue: expect.stringMatching(/\/made$/) }],
          Tags: [{ Key: 'k', Value: 'v' }],
        });
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'twice');
        return createQueueStack(client, 'twice');
      },
      refusal: { name: 'AlreadyExistsException', message: 'Stack [twice] already exists', status: 400 },
      refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
    },
    UpdateStack: {
      source: `${API}/API_UpdateStack.html`,
      answers: async ({ client, running }) => {
        const { Outputs } = await createQueueStack(client, 'updated');
        const TemplateBody = queueTemplate('updated', { DelaySeconds: 7 });
        await client.send(new UpdateStackCommand({ StackName: 'updated', TemplateBody }));
        expect((await settled(client, 'updated')).StackStatus).toBe('UPDATE_COMPLETE');
        const order = { QueueUrl: Outputs?.[0]?.OutputValue, AttributeNames: ['DelaySeconds' as const] };
        const sqs = new SQSClient(running.clientConfig);
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand(order));
        expect(Attributes).toEqual({ DelaySeconds: '7' });
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'same');
        const TemplateBody = queueTemplate('same');
        return client.send(new UpdateStackCommand({ StackName: 'same', TemplateBody }));
      },
      refusal: { name: 'ValidationError', message: 'No updates are to be performed.', status: 400 },
      refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
    },
    DeleteStack: {
      source: `${API}/API_DeleteStack.html`,
      answers: async ({ client }) => {
        const { StackId = '' } = await createQueueStack(client, 'deleted');
        await client.send(new DeleteStackCommand({ StackName: StackId }));
        expect((await settled(client, StackId)).StackStatus).toBe('DELETE_COMPLETE');
      },
      refuses: async ({ client }) => {
        await createQueueStack(client, 'guarded', { EnableTerminationProtection: true });
        return client.send(new DeleteStackCommand({ StackName: 'guarded' }));
      },
      refusal: {
        name: 'ValidationError',
        message: 'Stack [guarded] cannot be deleted while TerminationProtection is enabled',
        status: 400,
      },
      refusalSource:
        'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html',
    },
    DescribeStacks: {
      source: `${API}/API_DescribeStacks.html`,
      answers: async ({ client }) => {
        const { StackId } = await createQueueStack(client, 'described');
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'described' }));
        expect(Stacks?.map((stack) => stack.StackId)).toEqual([StackId]);
        expect(StackId).toMatch(
          /^arn:aws:cloudformation:us-east-1:000000000000:stack\/described\/[0-9a-f-]{36}$/,
        );
      },
      refuses: ({ client }) => client.send(new DescribeStacksCommand({ StackName: 'none' })),
      ...noStackWithId,
    },
    UpdateTerminationProtection: {
      source: `${API}/API_UpdateTerminationProtection.html`,
      answers: async ({ client }) => {
        const { StackId } = await createQueueStack(client, 'protect');
        const order = { StackName: 'protect', EnableTerminationProtection: true };
        const answer = await client.send(new UpdateTerminationProtectionCommand(order));
        expect(answer.StackId).toBe(StackId);
        expect((await settled(client, 'protect')).EnableTerminationProtection).toBe(true);
      },
      refuses: ({ client }) =>
        client.send(
          new UpdateTerminationProtectionCommand({ StackName: 'none', EnableTerminationProtection: true }),
        ),
      ...noStack,
    },
    RollbackStack: {
      source: `${API}/API_RollbackStack.html`,
      answers: async ({ client }) => {
        const options = { TemplateBody: brokenTemplate('paused'), DisableRollback: true };
        expect((await createQueueStack(client, 'paused', options)).StackStatus).toBe('CREATE_FAILED');
        await client.send(new RollbackStackCommand({ StackName: 'paused' }));
        expect((await settled(client, 'paused')).StackStatus).toBe('ROLLBACK_COMPLETE');
      },
      refuses: ({ client }) => client.send(new RollbackStackCommand({ StackName: 'none' })),
      ...noStack,
    },
    ContinueUpdateRollback: {
      source: `${API}/API_ContinueUpdateRollback.html`,
      answers: async ({ client, running }) => {
        const { Outputs } = await createQueueStack(client, 'stuck');
        const { faults } = running.cloud;
        // the update and its way back both fail
        faults.add({ service: 'sqs', operation: 'SetQueueAttributes', times: 2, code: 'InternalError' });
        const TemplateBody = queueTemplate('stuck', { DelaySeconds: 7 });
        await client.send(new UpdateStackCommand({ StackName: 'stuck', TemplateBody }));
        expect((await settled(client, 'stuck')).StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
        faults.clear();
        await client.send(new ContinueUpdateRollbackCommand({ StackName: 'stuck' }));
        const stack = await settled(client, 'stuck');
        expect([stack.StackStatus, stack.Outputs]).toEqual(['UPDATE_ROLLBACK_COMPLETE', Outputs]);
      },
      refuses: ({ client }) => client.send(new ContinueUpdateRollbackCommand({ StackName: 'none' })),
      ...noStack,
    },
  },
});

/** Refusals beyond one for each operation. */
export const cloudFormationRefusalCases = serviceCases({
  service: 'cloudformation',
  folders,
  makeClient,
  operations: {
    CreateStack: {
      source: `${API}/API_CreateStack.html`,
      answers: async ({ client }) => {
        const TemplateBody = brokenTemplate('back');
        const stack = await createQueueStack(client, 'back', { TemplateBody });
        expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
      },
      refuses: ({ client }) =>
        client.send(new CreateStackCommand({ StackName: '*bad', TemplateBody: queueTemplate('bad') })),
      refusal: {
        name: 'ValidationError',
        message:
          "1 validation error detected: Value '*bad' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
        status: 400,
      },
      refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
    },
  },
});
