/** IAM: managed policies and their versions. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { ACCOUNT_ARN, makePolicy, makeRole, noSuchEntity, POLICY, page, RECORDED } from './iam-material.ts';

const none = `${ACCOUNT_ARN}policy/none`;
const version = (PolicyArn: string, SetAsDefault = false) =>
  new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: POLICY, SetAsDefault });

export const iamPolicyCases = serviceCases({
  service: 'iam',
  folders: [],
  makeClient: ({ clientConfig }) => new IAMClient(clientConfig),
  operations: {
    CreatePolicy: {
      source: page('CreatePolicy'),
      answers: async ({ client }) => {
        const { Policy } = await client.send(
          new CreatePolicyCommand({ PolicyName: 'created', Path: '/team/', PolicyDocument: POLICY }),
        );
        expect(Policy).toMatchObject({
          Arn: `${ACCOUNT_ARN}policy/team/created`,
          DefaultVersionId: 'v1',
          AttachmentCount: 0,
          IsAttachable: true,
        });
        expect(Policy?.PolicyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
      },
      refuses: async ({ client }) => {
        await makePolicy(client, 'twice');
        return makePolicy(client, 'twice');
      },
      refusal: {
        name: 'EntityAlreadyExistsException',
        message: 'A policy called twice already exists. Duplicate names are not allowed.',
        status: 409,
      },
      refusalSource: 'https://github.com/Altinity/terraform-aws-eks-clickhouse/issues/7',
    },
    GetPolicy: {
      source: page('GetPolicy'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'got');
        const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
        expect(Policy).toMatchObject({ PolicyName: 'got', Path: '/' });
      },
      refuses: ({ client }) => client.send(new GetPolicyCommand({ PolicyArn: none })),
      refusal: noSuchEntity(`Policy ${none} was not found.`),
      refusalSource: RECORDED,
    },
    DeletePolicy: {
      source: page('DeletePolicy'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'deleted');
        await client.send(new DeletePolicyCommand({ PolicyArn }));
        const gone = client.send(new GetPolicyCommand({ PolicyArn }));
        await expect(gone).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'holder');
        const PolicyArn = await makePolicy(client, 'held');
        await client.send(new AttachRolePolicyCommand({ RoleName: 'holder', PolicyArn }));
        return client.send(new DeletePolicyCommand({ PolicyArn }));
      },
      refusal: {
        name: 'DeleteConflictException',
        message: 'Cannot delete a policy attached to entities.',
        status: 409,
      },
      refusalSource: 'https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3132',
    },
    CreatePolicyVersion: {
      source: page('CreatePolicyVersion'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'versioned');
        const { PolicyVersion } = await client.send(version(PolicyArn, true));
        expect(PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
      },
      refuses: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'full');
        for (const _each of [2, 3, 4, 5]) await client.send(version(PolicyArn));
        return client.send(version(PolicyArn));
      },
      refusal: {
        name: 'LimitExceededException',
        message:
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        status: 409,
      },
      refusalSource: 'https://github.com/99designs/iamy/issues/21',
    },
    GetPolicyVersion: {
      source: page('GetPolicyVersion'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'first');
        const { PolicyVersion } = await client.send(
          new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }),
        );
        expect(PolicyVersion?.IsDefaultVersion).toBe(true);
        expect(decodeURIComponent(PolicyVersion!.Document!)).toBe(POLICY);
      },
      refuses: ({ client }) => client.send(new GetPolicyVersionCommand({ PolicyArn: none, VersionId: 'v1' })),
      refusal: noSuchEntity(`Policy ${none} was not found.`),
      refusalSource: RECORDED,
    },
    ListPolicyVersions: {
      source: page('ListPolicyVersions'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'pair');
        await client.send(version(PolicyArn));
        const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
        expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v2', 'v1']);
      },
      refuses: ({ client }) => client.send(new ListPolicyVersionsCommand({ PolicyArn: none })),
      refusal: noSuchEntity(`Policy ${none} was not found.`),
      refusalSource: RECORDED,
    },
    DeletePolicyVersion: {
      source: page('DeletePolicyVersion'),
      answers: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'shrunk');
        await client.send(version(PolicyArn, true));
        await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
        const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
        expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v2']);
      },
      refuses: async ({ client }) => {
        const PolicyArn = await makePolicy(client, 'default');
        return client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
      },
      refusal: {
        name: 'DeleteConflictException',
        message: 'Cannot delete the default version of a policy.',
        status: 409,
      },
      refusalSource: 'https://github.com/redradrat/aws-iam-operator/issues/13',
    },
  },
});
