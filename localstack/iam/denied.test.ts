/** The forms of AWS's refusals. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
import { CreatePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ACCOUNT = '000000000000';
let running: RunningCloud;
let iam: IAMClient;

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const deny = (Action: string, more: object = {}) => ({ ...allow(Action, more), Effect: 'Deny' });

beforeAll(async () => {
  running = await startCloud({ services: ['ssm', 's3', 'sqs'] });
  iam = new IAMClient(running.clientConfig);
});
afterAll(() => running.stop());

/** A role with one inline policy, and credentials of its session `me`. */
async function role(
  name: string,
  policy: object,
  more: {
    boundary?: object;
    session?: object;
    trust?: object;
    assume?: Partial<AssumeRoleCommandInput>;
  } = {},
) {
  const { boundary, session, trust, assume } = more;
  const who = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole', ...trust };
  const created = boundary
    ? await iam.send(
        new CreatePolicyCommand({ PolicyName: `${name}-boundary`, PolicyDocument: document(boundary) }),
      )
    : undefined;
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: document(who),
      PermissionsBoundary: created?.Policy?.Arn,
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: document(policy) }),
  );
  const { Credentials } = await new STSClient(running.clientConfig).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      RoleSessionName: 'me',
      ...(session ? { Policy: document(session) } : {}),
      ...assume,
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    ...running.clientConfig,
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
  };
}

const READ = 'ssm:GetParameter';
const refused = (name: string) =>
  `User: arn:aws:sts::${ACCOUNT}:assumed-role/${name}/me is not authorized to perform: ${READ} on resource: arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/none`;

test.each([
  ['identity', allow('ssm:Put*'), {}, `because no identity-based policy allows the ${READ} action`],
  ['identity-deny', deny(READ), {}, 'with an explicit deny in an identity-based policy'],
  [
    'boundary',
    allow(READ),
    { boundary: allow('s3:*') },
    `because no permissions boundary allows the ${READ} action`,
  ],
  ['boundary-deny', allow(READ), { boundary: deny(READ) }, 'with an explicit deny in a permissions boundary'],
  ['session', allow(READ), { session: allow('s3:*') }, `because no session policy allows the ${READ} action`],
  ['session-deny', allow(READ), { session: deny(READ) }, 'with an explicit deny in a session policy'],
])('by %s', async (name, policy, more, reason) => {
  const ssm = new SSMClient(await role(name, policy, more));
  await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `${refused(name)} ${reason}`,
    $metadata: { httpStatusCode: 400 },
  });
});

test.each([
  ['a condition that does not hold', { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }],
  ['another resource', { Resource: `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/other` }],
  ['another session name', { Condition: { StringLike: { 'aws:userid': '*:you' } } }],
])('an allow with %s allows nothing', async (what, more) => {
  const name = what.replaceAll(' ', '-');
  const ssm = new SSMClient(await role(name, allow(READ, more)));
  await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject({
    message: expect.stringContaining('because no identity-based policy allows'),
  });
});

test('an allow with conditions that hold allows', async () => {
  const conditions = {
    StringEquals: { 'aws:RequestedRegion': 'us-east-1', 'aws:PrincipalTag/team': 'blue' },
    StringLike: { 'aws:userid': '*:me' },
    IpAddress: { 'aws:SourceIp': '127.0.0.0/8' },
  };
  const trust = { Action: ['sts:AssumeRole', 'sts:TagSession'] };
  const assume = { Tags: [{ Key: 'team', Value: 'blue' }] };
  const ssm = new SSMClient(await role('holds', allow(READ, { Condition: conditions }), { trust, assume }));
  await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});

test('by a bucket policy, with the ARN in quotes', async () => {
  const s3 = new S3Client(running.clientConfig);
  await s3.send(new CreateBucketCommand({ Bucket: 'guarded' }));
  const Policy = document(deny('s3:GetObject', { Principal: '*', Resource: 'arn:aws:s3:::guarded/*' }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'guarded', Policy }));
  const asRole = new S3Client(await role('reader', allow('s3:*')));
  const get = (client: S3Client) => client.send(new GetObjectCommand({ Bucket: 'guarded', Key: 'k' }));
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
  await expect(get(asRole)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/reader/me is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::guarded/k" with an explicit deny in a resource-based policy`,
    $metadata: { httpStatusCode: 403 },
  });
  const anonymous = await fetch(`${running.endpoint}/guarded/k`);
  expect(await anonymous.text()).toContain('<Code>AccessDenied</Code><Message>Access Denied</Message>');
});

test('SQS says its action in lower case', async () => {
  const sqs = new SQSClient(await role('lister', allow('s3:*')));
  await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({
    message: expect.stringContaining('is not authorized to perform: sqs:listqueues on resource: '),
  });
});

test('by a trust policy: it does not tell why, unless it denies', async () => {
  const assume = (name: string) =>
    new STSClient(running.clientConfig).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, RoleSessionName: 'me' }),
    );
  const trusting = (RoleName: string, ...statements: object[]) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(...statements) }));
  const everybody = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
  await trusting('lambdas', { ...everybody, Principal: { Service: 'lambda.amazonaws.com' } });
  await trusting('nobody', everybody, { ...everybody, Effect: 'Deny', Principal: '*' });
  const message = (name: string) =>
    `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${ACCOUNT}:role/${name}`;
  await expect(assume('lambdas')).rejects.toMatchObject({
    name: 'AccessDenied',
    message: message('lambdas'),
  });
  await expect(assume('nobody')).rejects.toMatchObject({
    message: `${message('nobody')} with an explicit deny in the role trust policy`,
  });
});
