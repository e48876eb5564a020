/** IAM: policies of roles, inline and attached. */
import {
  AttachRolePolicyCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  ACCOUNT_ARN,
  makePolicy,
  makeRole,
  makeRoleWithPolicy,
  NO_ROLE_POLICY_SOURCE,
  NO_ROLE_SOURCE,
  noRole,
  noSuchEntity,
  POLICY,
  page,
  RECORDED,
} from './iam-material.ts';

const none = `${ACCOUNT_ARN}policy/none`;

export const iamRolePolicyCases = serviceCases({
  service: 'iam',
  folders: [],
  makeClient: ({ clientConfig }) => new IAMClient(clientConfig),
  operations: {
    PutRolePolicy: {
      source: page('PutRolePolicy'),
      answers: async ({ client }) => {
        await makeRoleWithPolicy(client, 'inline');
        const { PolicyNames } = await client.send(new ListRolePoliciesCommand({ RoleName: 'inline' }));
        expect(PolicyNames).toEqual(['p']);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'malformed');
        const wrong = { RoleName: 'malformed', PolicyName: 'p', PolicyDocument: '{' };
        return client.send(new PutRolePolicyCommand(wrong));
      },
      refusal: {
        name: 'MalformedPolicyDocumentException',
        message: 'Syntax errors in policy.',
        status: 400,
      },
      refusalSource: 'https://github.com/aws-ia/terraform-aws-transfer-family/issues/109',
    },
    GetRolePolicy: {
      source: page('GetRolePolicy'),
      answers: async ({ client }) => {
        await makeRoleWithPolicy(client, 'read');
        const policy = await client.send(new GetRolePolicyCommand({ RoleName: 'read', PolicyName: 'p' }));
        expect(policy).toMatchObject({ RoleName: 'read', PolicyName: 'p' });
        expect(decodeURIComponent(policy.PolicyDocument!)).toBe(POLICY);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'bare');
        return client.send(new GetRolePolicyCommand({ RoleName: 'bare', PolicyName: 'none' }));
      },
      refusal: noSuchEntity('The role policy with name none cannot be found.'),
      refusalSource: NO_ROLE_POLICY_SOURCE,
    },
    DeleteRolePolicy: {
      source: page('DeleteRolePolicy'),
      answers: async ({ client }) => {
        await makeRoleWithPolicy(client, 'stripped');
        await client.send(new DeleteRolePolicyCommand({ RoleName: 'stripped', PolicyName: 'p' }));
        const { PolicyNames } = await client.send(new ListRolePoliciesCommand({ RoleName: 'stripped' }));
        expect(PolicyNames).toEqual([]);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'naked');
        return client.send(new DeleteRolePolicyCommand({ RoleName: 'naked', PolicyName: 'none' }));
      },
      refusal: noSuchEntity('The role policy with name none cannot be found.'),
      refusalSource: NO_ROLE_POLICY_SOURCE,
    },
    ListRolePolicies: {
      source: page('ListRolePolicies'),
      answers: async ({ client }) => {
        await makeRoleWithPolicy(client, 'several');
        const second = { RoleName: 'several', PolicyName: 'q', PolicyDocument: POLICY };
        await client.send(new PutRolePolicyCommand(second));
        const first = await client.send(new ListRolePoliciesCommand({ RoleName: 'several', MaxItems: 1 }));
        expect(first).toMatchObject({ PolicyNames: ['p'], IsTruncated: true });
        const rest = await client.send(
          new ListRolePoliciesCommand({ RoleName: 'several', Marker: first.Marker }),
        );
        expect(rest).toMatchObject({ PolicyNames: ['q'], IsTruncated: false });
      },
      refuses: ({ client }) => client.send(new ListRolePoliciesCommand({ RoleName: 'none' })),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    AttachRolePolicy: {
      source: page('AttachRolePolicy'),
      answers: async ({ client }) => {
        await makeRole(client, 'attached');
        const PolicyArn = await makePolicy(client, 'to-attach');
        await client.send(new AttachRolePolicyCommand({ RoleName: 'attached', PolicyArn }));
        const { AttachedPolicies } = await client.send(
          new ListAttachedRolePoliciesCommand({ RoleName: 'attached' }),
        );
        expect(AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'to-attach' }]);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'unattached');
        return client.send(new AttachRolePolicyCommand({ RoleName: 'unattached', PolicyArn: none }));
      },
      refusal: noSuchEntity(`Policy ${none} does not exist or is not attachable.`),
      refusalSource: RECORDED,
    },
    DetachRolePolicy: {
      source: page('DetachRolePolicy'),
      answers: async ({ client }) => {
        await makeRole(client, 'detached');
        const PolicyArn = await makePolicy(client, 'to-detach');
        await client.send(new AttachRolePolicyCommand({ RoleName: 'detached', PolicyArn }));
        await client.send(new DetachRolePolicyCommand({ RoleName: 'detached', PolicyArn }));
        const { AttachedPolicies } = await client.send(
          new ListAttachedRolePoliciesCommand({ RoleName: 'detached' }),
        );
        expect(AttachedPolicies).toEqual([]);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'never-attached');
        return client.send(new DetachRolePolicyCommand({ RoleName: 'never-attached', PolicyArn: none }));
      },
      refusal: noSuchEntity(`Policy ${none} was not found.`),
      refusalSource: RECORDED,
    },
    ListAttachedRolePolicies: {
      source: page('ListAttachedRolePolicies'),
      answers: async ({ client }) => {
        await makeRole(client, 'managed');
        const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
        await client.send(new AttachRolePolicyCommand({ RoleName: 'managed', PolicyArn }));
        const { AttachedPolicies } = await client.send(
          new ListAttachedRolePoliciesCommand({ RoleName: 'managed' }),
        );
        expect(AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'AWSLambdaBasicExecutionRole' }]);
      },
      refuses: ({ client }) => client.send(new ListAttachedRolePoliciesCommand({ RoleName: 'none' })),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
  },
});
