/** The SDK's own clients against a running cloud: every protocol but REST, over HTTP. */

import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedFetch } from '../testing/signed-fetch.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const TRUST_ACCOUNT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:root' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
});

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud({ services: ['kms', 'ssm'] });
});
afterAll(() => running.stop());

describe('JSON services', () => {
  test('a parameter comes back with its type, version and time', async () => {
    const ssm = new SSMClient(running.clientConfig);
    await ssm.send(new PutParameterCommand({ Name: '/one', Value: '1', Type: 'String' }));
    const put = await ssm.send(new PutParameterCommand({ Name: '/one', Value: '2', Overwrite: true }));
    expect(put.Version).toBe(2);

    const first = await ssm.send(new GetParameterCommand({ Name: '/one:1' }));
    expect(first.Parameter).toMatchObject({ Name: '/one', Value: '1', Selector: ':1', Type: 'String' });
    expect(Date.now() - first.Parameter!.LastModifiedDate!.getTime()).toBeLessThan(60_000);
  });

  test('errors arrive as the modelled classes', async () => {
    const ssm = new SSMClient(running.clientConfig);
    await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject({
      name: 'ParameterNotFound',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('a SecureString is encrypted under the managed key and decrypted on request', async () => {
    const ssm = new SSMClient(running.clientConfig);
    await ssm.send(
      new PutParameterCommand({ Name: '/safe/secret', Value: 'pässword', Type: 'SecureString' }),
    );
    const sealed = await ssm.send(new GetParametersByPathCommand({ Path: '/safe' }));
    expect(sealed.Parameters![0]!.Value).not.toContain('pässword');
    const opened = await ssm.send(new GetParameterCommand({ Name: '/safe/secret', WithDecryption: true }));
    expect(opened.Parameter!.Value).toBe('pässword');
  });

  test('KMS encrypts under an alias and refuses another context', async () => {
    const kms = new KMSClient(running.clientConfig);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'test' }));
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/test', TargetKeyId: KeyMetadata!.KeyId }));
    const described = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/test' }));
    expect(described.KeyMetadata!.Arn).toBe(KeyMetadata!.Arn);

    const EncryptionContext = { purpose: 'test' };
    const Plaintext = new TextEncoder().encode('hello');
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: 'alias/test', Plaintext, EncryptionContext }),
    );
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext!).toString()).toBe('hello');
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });

    const data = await kms
      .send(new GenerateDataKeyCommand({ KeyId: 'alias/aws/s3', KeySpec: 'AES_256' }))
      .catch((error) => error);
    expect(data.name).toBe('AccessDeniedException');
  });

  test('a missing member is named in the words of AWS, an unknown one is refused', async () => {
    const send = (body: object) =>
      signedFetch(running, {
        service: 'ssm',
        headers: { 'x-amz-target': 'AmazonSSM.PutParameter', 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(body),
      }).then(async (response) => [response.status, await response.json()]);
    const [status, missing] = await send({ Name: 'x' });
    expect(status).toBe(400);
    expect(missing).toMatchObject({ __type: 'ValidationException' });
    expect(Object.values(missing as object)).toContain(
      "1 validation error detected: Value null at 'value' failed to satisfy constraint: Member must not be null",
    );
    expect(await send({ Name: 'x', Value: 'y', Typo: 1 })).toMatchObject([
      400,
      { __type: 'ValidationException' },
    ]);
    expect(await send({ Name: 'x', Value: 5 })).toMatchObject([400, { __type: 'SerializationException' }]);
  });
});

describe('query services', () => {
  test('IAM keeps a role, its tags and documents', async () => {
    const iam = new IAMClient(running.clientConfig);
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'reader',
        AssumeRolePolicyDocument: TRUST_ACCOUNT,
        Tags: [
          { Key: 'team', Value: 'a & b' },
          { Key: 'cost', Value: '1' },
        ],
      }),
    );
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'reader' }));
    expect(Role!.Arn).toBe('arn:aws:iam::000000000000:role/reader');
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(
      JSON.parse(TRUST_ACCOUNT),
    );
    expect(Role!.CreateDate).toBeInstanceOf(Date);
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'reader' }));
    expect(Tags).toEqual([
      { Key: 'team', Value: 'a & b' },
      { Key: 'cost', Value: '1' },
    ]);
    await expect(iam.send(new GetRoleCommand({ RoleName: 'none' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name none cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('a session of a role is what its keys say, and may what its policies say', async () => {
    const iam = new IAMClient(running.clientConfig);
    await iam.send(new CreateRoleCommand({ RoleName: 'writer', AssumeRolePolicyDocument: TRUST_ACCOUNT }));
    const document = {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'ssm:PutParameter',
        Resource: 'arn:aws:ssm:*:*:parameter/allowed/*',
      },
    };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'writer',
        PolicyName: 'put',
        PolicyDocument: JSON.stringify(document),
      }),
    );
    const sts = new STSClient(running.clientConfig);
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:root');
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::000000000000:role/writer',
        RoleSessionName: 'me',
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    const as = { ...running.clientConfig, credentials };
    const identity = await new STSClient(as).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::000000000000:assumed-role/writer/me');

    const ssm = new SSMClient(as);
    await ssm.send(new PutParameterCommand({ Name: '/allowed/x', Value: '1', Type: 'String' }));
    await expect(
      ssm.send(new PutParameterCommand({ Name: '/other', Value: '1', Type: 'String' })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/writer/me is not authorized to perform: ssm:PutParameter ' +
        'on resource: arn:aws:ssm:us-east-1:000000000000:parameter/other because no identity-based policy allows ' +
        'the ssm:PutParameter action',
    });
    await iam.send(
      new AttachRolePolicyCommand({
        RoleName: 'writer',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    );
    await ssm.send(new PutParameterCommand({ Name: '/other', Value: '1', Type: 'String' }));
  });

  test('a role whose trust policy does not name the caller is refused', async () => {
    const iam = new IAMClient(running.clientConfig);
    const trust = TRUST_ACCOUNT.replace(
      '"AWS":"arn:aws:iam::000000000000:root"',
      '"Service":"lambda.amazonaws.com"',
    );
    await iam.send(new CreateRoleCommand({ RoleName: 'functions', AssumeRolePolicyDocument: trust }));
    await expect(
      new STSClient(running.clientConfig).send(
        new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/functions', RoleSessionName: 'me' }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  });
});
