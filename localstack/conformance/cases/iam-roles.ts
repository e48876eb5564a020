/** IAM: roles, their boundaries and tags. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  IAMClient,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  ACCOUNT_ARN,
  makePolicy,
  makeRole,
  makeRoleWithPolicy,
  NO_ROLE_SOURCE,
  noRole,
  POLICY,
  page,
  TRUST,
} from './iam-material.ts';

const missing = { RoleName: 'none' };

export const iamRoleCases = serviceCases({
  service: 'iam',
  folders: [],
  makeClient: ({ clientConfig }) => new IAMClient(clientConfig),
  operations: {
    CreateRole: {
      source: page('CreateRole'),
      answers: async ({ client }) => {
        const { Role } = await client.send(
          new CreateRoleCommand({ RoleName: 'made', Path: '/team/', AssumeRolePolicyDocument: TRUST }),
        );
        expect(Role).toMatchObject({ RoleName: 'made', Path: '/team/', Arn: `${ACCOUNT_ARN}role/team/made` });
        expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
        expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'twice');
        return makeRole(client, 'twice');
      },
      refusal: {
        name: 'EntityAlreadyExistsException',
        message: 'Role with name twice already exists.',
        status: 409,
      },
      refusalSource: 'https://github.com/port-labs/ocean/pull/854',
    },
    GetRole: {
      source: page('GetRole'),
      answers: async ({ client }) => {
        await makeRole(client, 'got');
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'got' }));
        expect(Role).toMatchObject({ MaxSessionDuration: 3600, Path: '/' });
      },
      refuses: ({ client }) => client.send(new GetRoleCommand(missing)),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    ListRoles: {
      source: page('ListRoles'),
      answers: async ({ client }) => {
        await client.send(
          new CreateRoleCommand({ RoleName: 'listed', Path: '/listed/', AssumeRolePolicyDocument: TRUST }),
        );
        const { Roles, IsTruncated } = await client.send(new ListRolesCommand({ PathPrefix: '/listed/' }));
        expect(Roles?.map(({ RoleName }) => RoleName)).toEqual(['listed']);
        expect(IsTruncated).toBe(false);
      },
      refuses: async ({ client, running }) => {
        await makeRole(client, 'blind');
        const asRole = new IAMClient(running.clientConfigAs(`${ACCOUNT_ARN}role/blind`, 'me'));
        return asRole.send(new ListRolesCommand({}));
      },
      refusal: {
        name: 'AccessDenied',
        message:
          'User: arn:aws:sts::000000000000:assumed-role/blind/me is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::000000000000:role/ because no identity-based policy allows the iam:ListRoles action',
        status: 403,
      },
      refusalSource: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
    },
    UpdateRole: {
      source: page('UpdateRole'),
      answers: async ({ client }) => {
        await makeRole(client, 'updated');
        await client.send(new UpdateRoleCommand({ RoleName: 'updated', MaxSessionDuration: 7200 }));
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'updated' }));
        expect(Role?.MaxSessionDuration).toBe(7200);
      },
      refuses: ({ client }) => client.send(new UpdateRoleCommand(missing)),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    UpdateAssumeRolePolicy: {
      source: page('UpdateAssumeRolePolicy'),
      answers: async ({ client }) => {
        await makeRole(client, 'trusting');
        const PolicyDocument = TRUST.replace('"AWS":"000000000000"', '"Service":"lambda.amazonaws.com"');
        await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'trusting', PolicyDocument }));
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'trusting' }));
        expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(PolicyDocument);
      },
      refuses: async ({ client }) => {
        await makeRole(client, 'mistrusting');
        const wrong = { RoleName: 'mistrusting', PolicyDocument: POLICY };
        return client.send(new UpdateAssumeRolePolicyCommand(wrong));
      },
      refusal: {
        name: 'MalformedPolicyDocumentException',
        message: 'Has prohibited field Resource',
        status: 400,
      },
      refusalSource: 'https://github.com/kubernetes-sigs/external-dns/issues/3085',
    },
    DeleteRole: {
      source: page('DeleteRole'),
      answers: async ({ client }) => {
        await makeRole(client, 'deleted');
        await client.send(new DeleteRoleCommand({ RoleName: 'deleted' }));
        const gone = client.send(new GetRoleCommand({ RoleName: 'deleted' }));
        await expect(gone).rejects.toMatchObject({ name: 'NoSuchEntityException' });
      },
      refuses: async ({ client }) => {
        await makeRoleWithPolicy(client, 'kept');
        return client.send(new DeleteRoleCommand({ RoleName: 'kept' }));
      },
      refusal: {
        name: 'DeleteConflictException',
        message: 'Cannot delete entity, must delete policies first.',
        status: 409,
      },
      refusalSource: 'https://github.com/awslabs/aws-orbit-workbench/issues/633',
    },
    PutRolePermissionsBoundary: {
      source: page('PutRolePermissionsBoundary'),
      answers: async ({ client }) => {
        await makeRole(client, 'bounded');
        const PermissionsBoundary = await makePolicy(client, 'boundary');
        await client.send(
          new PutRolePermissionsBoundaryCommand({ RoleName: 'bounded', PermissionsBoundary }),
        );
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'bounded' }));
        expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(PermissionsBoundary);
      },
      refuses: ({ client }) =>
        client.send(
          new PutRolePermissionsBoundaryCommand({
            ...missing,
            PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
          }),
        ),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    DeleteRolePermissionsBoundary: {
      source: page('DeleteRolePermissionsBoundary'),
      answers: async ({ client }) => {
        await makeRole(client, 'freed');
        const PermissionsBoundary = await makePolicy(client, 'old-boundary');
        await client.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'freed', PermissionsBoundary }));
        await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'freed' }));
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'freed' }));
        expect(Role).not.toHaveProperty('PermissionsBoundary');
      },
      refuses: ({ client }) => client.send(new DeleteRolePermissionsBoundaryCommand(missing)),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    TagRole: {
      source: page('TagRole'),
      answers: async ({ client }) => {
        await makeRole(client, 'tagged');
        await client.send(new TagRoleCommand({ RoleName: 'tagged', Tags: [{ Key: 'a', Value: '1' }] }));
        const { Role } = await client.send(new GetRoleCommand({ RoleName: 'tagged' }));
        expect(Role?.Tags).toEqual([{ Key: 'a', Value: '1' }]);
      },
      refuses: ({ client }) =>
        client.send(new TagRoleCommand({ ...missing, Tags: [{ Key: 'a', Value: '1' }] })),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    ListRoleTags: {
      source: page('ListRoleTags'),
      answers: async ({ client }) => {
        await makeRole(client, 'labelled');
        await client.send(new TagRoleCommand({ RoleName: 'labelled', Tags: [{ Key: 'b', Value: '2' }] }));
        const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName: 'labelled' }));
        expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
      },
      refuses: ({ client }) => client.send(new ListRoleTagsCommand(missing)),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
    UntagRole: {
      source: page('UntagRole'),
      answers: async ({ client }) => {
        await makeRole(client, 'untagged');
        await client.send(new TagRoleCommand({ RoleName: 'untagged', Tags: [{ Key: 'c', Value: '3' }] }));
        await client.send(new UntagRoleCommand({ RoleName: 'untagged', TagKeys: ['c'] }));
        const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName: 'untagged' }));
        expect(Tags).toEqual([]);
      },
      refuses: ({ client }) => client.send(new UntagRoleCommand({ ...missing, TagKeys: ['c'] })),
      refusal: noRole('none'),
      refusalSource: NO_ROLE_SOURCE,
    },
  },
});
