import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: statement });
const TRUST = document({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const READ = document({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' });

let running: RunningCloud;
let iam: IAMClient;
beforeEach(async () => {
  running = await startCloud({ services: ['ssm'] });
  iam = new IAMClient(running.clientConfig);
});
afterEach(() => running.stop());

const createRole = (RoleName = 'role', rest = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...rest }));

describe('roles', () => {
  test('inline and attached policies are listed, and hold a role back from deletion', async () => {
    await createRole();
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    await iam.send(new PutRolePolicyCommand({ RoleName: 'role', PolicyName: 'read', PolicyDocument: READ }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'role', PolicyArn }));
    const byRole = { RoleName: 'role' };
    expect((await iam.send(new ListRolePoliciesCommand(byRole))).PolicyNames).toEqual(['read']);
    expect((await iam.send(new ListAttachedRolePoliciesCommand(byRole))).AttachedPolicies).toEqual([
      { PolicyArn, PolicyName: 'AWSLambdaBasicExecutionRole' },
    ]);
    const inline = await iam.send(new GetRolePolicyCommand({ ...byRole, PolicyName: 'read' }));
    expect(decodeURIComponent(inline.PolicyDocument!)).toBe(READ);

    const remove = () => iam.send(new DeleteRoleCommand(byRole));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DetachRolePolicyCommand({ ...byRole, PolicyArn }));
    await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DeleteRolePolicyCommand({ ...byRole, PolicyName: 'read' }));
    await remove();
  });

  test('names are unique whatever their case, and paths are part of the ARN', async () => {
    const { Role } = await createRole('Role', { Path: '/team/' });
    expect(Role!.Arn).toBe('arn:aws:iam::000000000000:role/team/Role');
    await expect(createRole('role')).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    expect((await iam.send(new ListRolesCommand({ PathPrefix: '/team/' }))).Roles).toHaveLength(1);
    expect((await iam.send(new ListRolesCommand({ PathPrefix: '/other/' }))).Roles).toEqual([]);
  });

  test('malformed documents are refused', async () => {
    const create = (AssumeRolePolicyDocument: string) =>
      iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument }));
    await expect(create('{')).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
    await expect(create(READ)).rejects.toMatchObject({ message: 'Has prohibited field Resource' });
    await createRole();
    await expect(
      iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: 'role',
          PolicyDocument: document({ Effect: 'Allow' }),
        }),
      ),
    ).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
    await expect(
      iam.send(new AttachRolePolicyCommand({ RoleName: 'role', PolicyArn: 'arn:aws:iam::aws:policy/None' })),
    ).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('a service assumes a role that trusts it, no other', async () => {
    const { Role } = await createRole();
    const { cloud } = running;
    expect(cloud.assumeRole(Role!.Arn!, 'lambda.amazonaws.com', 'run').arn).toBe(
      'arn:aws:sts::000000000000:assumed-role/role/run',
    );
    expect(() => cloud.assumeRole(Role!.Arn!, 'states.amazonaws.com', 'run')).toThrow(/not authorized/);
    expect(() => cloud.assumeRole(`${Role!.Arn}2`, 'lambda.amazonaws.com', 'run')).toThrow(/does not exist/);
  });
});

describe('managed policies', () => {
  test('a new default version counts at once for the roles that have it', async () => {
    await createRole();
    const nothing = document({ Effect: 'Deny', Action: 'sqs:*', Resource: '*' });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: nothing }));
    const PolicyArn = Policy!.Arn!;
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'role', PolicyArn }));
    const ssm = new SSMClient(running.clientConfigAs('arn:aws:iam::000000000000:role/role'));
    const read = () => ssm.send(new GetParameterCommand({ Name: '/none' }));
    await expect(read()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: READ, SetAsDefault: true }));
    await expect(read()).rejects.toMatchObject({ name: 'ParameterNotFound' });

    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect(version.PolicyVersion).toMatchObject({
      IsDefaultVersion: true,
      Document: encodeURIComponent(READ),
    });
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
  });
});

describe('users', () => {
  test('an access key acts as its user', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'jane' }));
    await iam.send(new PutUserPolicyCommand({ UserName: 'jane', PolicyName: 'read', PolicyDocument: READ }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'jane' }));
    const credentials = {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    };
    const config = { ...running.clientConfig, credentials };
    const identity = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:iam::000000000000:user/jane');
    await expect(
      new SSMClient(config).send(new PutParameterCommand({ Name: 'p', Value: 'v', Type: 'String' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('user/jane') });
  });
});

test('every decision is in the call log', async () => {
  await createRole();
  const ssm = new SSMClient(running.clientConfigAs('arn:aws:iam::000000000000:role/role'));
  await ssm.send(new GetParameterCommand({ Name: '/none' })).catch(() => {});
  const response = await fetch(`${running.endpoint}/_cloud/calls?service=ssm`);
  expect(await response.json()).toMatchObject([
    {
      roleArn: 'arn:aws:iam::000000000000:role/role',
      operation: 'GetParameter',
      action: 'ssm:GetParameter',
      resource: 'arn:aws:ssm:us-east-1:000000000000:parameter/none',
      decision: 'deny',
    },
  ]);
});
