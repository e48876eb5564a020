/** IAM: users, their keys and policies. */
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  ACCOUNT_ARN,
  makePolicy,
  makeUser,
  noSuchEntity,
  noUser,
  POLICY,
  page,
  RECORDED,
} from './iam-material.ts';

const none = `${ACCOUNT_ARN}policy/none`;
const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';

async function makeKey(client: IAMClient, UserName: string): Promise<string> {
  await makeUser(client, UserName);
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
  return AccessKey!.AccessKeyId!;
}

const statusOf = async (client: IAMClient, UserName: string) =>
  (await client.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata?.map(({ Status }) => Status);

export const iamUserCases = serviceCases({
  service: 'iam',
  folders: [],
  makeClient: ({ clientConfig }) => new IAMClient(clientConfig),
  operations: {
    CreateUser: {
      source: page('CreateUser'),
      answers: async ({ client }) => {
        const { User } = await client.send(new CreateUserCommand({ UserName: 'made', Path: '/team/' }));
        expect(User).toMatchObject({ UserName: 'made', Arn: `${ACCOUNT_ARN}user/team/made` });
        expect(User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
      },
      refuses: async ({ client }) => {
        await makeUser(client, 'twice');
        return makeUser(client, 'twice');
      },
      refusal: {
        name: 'EntityAlreadyExistsException',
        message: 'User with name twice already exists.',
        status: 409,
      },
      refusalSource: 'https://github.com/ucopacme/aws-orgs/issues/12',
    },
    GetUser: {
      source: page('GetUser'),
      answers: async ({ client }) => {
        await makeUser(client, 'got');
        const { User } = await client.send(new GetUserCommand({ UserName: 'got' }));
        expect(User).toMatchObject({ UserName: 'got', Path: '/' });
      },
      refuses: ({ client }) => client.send(new GetUserCommand({ UserName: 'none' })),
      refusal: noUser('none'),
      refusalSource: RECORDED,
    },
    DeleteUser: {
      source: page('DeleteUser'),
      answers: async ({ client }) => {
        await makeUser(client, 'deleted');
        await client.send(new DeleteUserCommand({ UserName: 'deleted' }));
        const gone = client.send(new GetUserCommand({ UserName: 'deleted' }));
        await expect(gone).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      },
      refuses: async ({ client }) => {
        await makeKey(client, 'key-holder');
        return client.send(new DeleteUserCommand({ UserName: 'key-holder' }));
      },
      refusal: {
        name: 'DeleteConflictException',
        message: 'Cannot delete entity, must delete access keys first.',
        status: 409,
      },
      refusalSource: 'https://github.com/aws-controllers-k8s/community/issues/2229',
    },
    CreateAccessKey: {
      source: page('CreateAccessKey'),
      answers: async ({ client }) => {
        await makeUser(client, 'keyed');
        const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'keyed' }));
        expect(AccessKey).toMatchObject({ UserName: 'keyed', Status: 'Active' });
        expect(AccessKey?.AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
        expect(AccessKey?.SecretAccessKey).toHaveLength(40);
      },
      refuses: async ({ client }) => {
        await makeKey(client, 'rich');
        await client.send(new CreateAccessKeyCommand({ UserName: 'rich' }));
        return client.send(new CreateAccessKeyCommand({ UserName: 'rich' }));
      },
      refusal: {
        name: 'LimitExceededException',
        message: 'Cannot exceed quota for AccessKeysPerUser: 2',
        status: 409,
      },
      refusalSource: 'https://github.com/bartekj/aws-tools/issues/29',
    },
    ListAccessKeys: {
      source: page('ListAccessKeys'),
      answers: async ({ client }) => {
        const id = await makeKey(client, 'listed');
        const { AccessKeyMetadata } = await client.send(new ListAccessKeysCommand({ UserName: 'listed' }));
        expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: id, Status: 'Active', UserName: 'listed' }]);
      },
      refuses: ({ client }) => client.send(new ListAccessKeysCommand({ UserName: 'none' })),
      refusal: noUser('none'),
      refusalSource: RECORDED,
    },
    UpdateAccessKey: {
      source: page('UpdateAccessKey'),
      answers: async ({ client }) => {
        const id = await makeKey(client, 'locked');
        await client.send(
          new UpdateAccessKeyCommand({ UserName: 'locked', AccessKeyId: id, Status: 'Inactive' }),
        );
        expect(await statusOf(client, 'locked')).toEqual(['Inactive']);
      },
      refuses: ({ client }) =>
        client.send(new UpdateAccessKeyCommand({ UserName: 'none', AccessKeyId, Status: 'Inactive' })),
      refusal: noUser('none'),
      refusalSource: RECORDED,
    },
    DeleteAccessKey: {
      source: page('DeleteAccessKey'),
      answers: async ({ client }) => {
        const id = await makeKey(client, 'unlocked');
        await client.send(new DeleteAccessKeyCommand({ UserName: 'unlocked', AccessKeyId: id }));
        expect(await statusOf(client, 'unlocked')).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteAccessKeyCommand({ UserName: 'none', AccessKeyId })),
      refusal: noUser('none'),
      refusalSource: RECORDED,
    },
    PutUserPolicy: {
      source: page('PutUserPolicy'),
      answers: async ({ client }) => {
        await makeUser(client, 'ruled');
        const rule = { UserName: 'ruled', PolicyName: 'p', PolicyDocument: POLICY };
        await client.send(new PutUserPolicyCommand(rule));
        const removed = client.send(new DeleteUserCommand({ UserName: 'ruled' }));
        await expect(removed).rejects.toMatchObject({ message: expect.stringContaining('delete policies') });
      },
      refuses: ({ client }) =>
        client.send(new PutUserPolicyCommand({ UserName: 'none', PolicyName: 'p', PolicyDocument: POLICY })),
      refusal: noUser('none'),
      refusalSource: RECORDED,
    },
    DeleteUserPolicy: {
      source: page('DeleteUserPolicy'),
      answers: async ({ client }) => {
        await makeUser(client, 'unruled');
        const rule = { UserName: 'unruled', PolicyName: 'p' };
        await client.send(new PutUserPolicyCommand({ ...rule, PolicyDocument: POLICY }));
        await client.send(new DeleteUserPolicyCommand(rule));
        // a user with a policy cannot be deleted
        await client.send(new DeleteUserCommand({ UserName: 'unruled' }));
        const gone = client.send(new GetUserCommand({ UserName: 'unruled' }));
        await expect(gone).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      },
      refuses: async ({ client }) => {
        await makeUser(client, 'lawless');
        return client.send(new DeleteUserPolicyCommand({ UserName: 'lawless', PolicyName: 'none' }));
      },
      refusal: noSuchEntity('The user policy with name none cannot be found.'),
      refusalSource: 'https://github.com/lucidsoftware/cumulus/issues/71',
    },
    AttachUserPolicy: {
      source: page('AttachUserPolicy'),
      answers: async ({ client }) => {
        await makeUser(client, 'attached');
        const PolicyArn = await makePolicy(client, 'for-user');
        await client.send(new AttachUserPolicyCommand({ UserName: 'attached', PolicyArn }));
        const removed = client.send(new DeleteUserCommand({ UserName: 'attached' }));
        await expect(removed).rejects.toMatchObject({
          message: expect.stringContaining('detach all policies'),
        });
      },
      refuses: async ({ client }) => {
        await makeUser(client, 'unattached');
        return client.send(new AttachUserPolicyCommand({ UserName: 'unattached', PolicyArn: none }));
      },
      refusal: noSuchEntity(`Policy ${none} does not exist or is not attachable.`),
      refusalSource: RECORDED,
    },
    DetachUserPolicy: {
      source: page('DetachUserPolicy'),
      answers: async ({ client }) => {
        await makeUser(client, 'detached');
        const PolicyArn = await makePolicy(client, 'not-for-user');
        await client.send(new AttachUserPolicyCommand({ UserName: 'detached', PolicyArn }));
        await client.send(new DetachUserPolicyCommand({ UserName: 'detached', PolicyArn }));
        // a user with a policy cannot be deleted
        await client.send(new DeleteUserCommand({ UserName: 'detached' }));
        const gone = client.send(new GetUserCommand({ UserName: 'detached' }));
        await expect(gone).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      },
      refuses: async ({ client }) => {
        await makeUser(client, 'never-attached');
        return client.send(new DetachUserPolicyCommand({ UserName: 'never-attached', PolicyArn: none }));
      },
      refusal: noSuchEntity(`Policy ${none} was not found.`),
      refusalSource: RECORDED,
    },
  },
});
