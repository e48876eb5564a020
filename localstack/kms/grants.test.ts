import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateGrantCommand,
  type CreateGrantCommandInput,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  KMSClient,
  ListGrantsCommand,
  PutKeyPolicyCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ROLE = 'arn:aws:iam::000000000000:role/granted';
const Plaintext = new TextEncoder().encode('secret');
let running: RunningCloud;
let kms: KMSClient;
let asRole: KMSClient;
let KeyId: string;

beforeAll(async () => {
  running = await startCloud({ services: ['kms'] });
  kms = new KMSClient(running.clientConfig);
  asRole = new KMSClient(running.clientConfigAs(ROLE));
  const trust = { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' };
  await new IAMClient(running.clientConfig).send(
    new CreateRoleCommand({
      RoleName: 'granted',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    }),
  );
});
afterAll(() => running.stop());
beforeEach(async () => {
  KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
});

const grant = (more: Partial<CreateGrantCommandInput> = {}) =>
  kms.send(
    new CreateGrantCommand({ KeyId, GranteePrincipal: ROLE, Operations: ['Encrypt', 'Decrypt'], ...more }),
  );
const encrypt = (EncryptionContext?: Record<string, string>) =>
  asRole.send(new EncryptCommand({ KeyId, Plaintext, ...(EncryptionContext ? { EncryptionContext } : {}) }));
const denied = expect.objectContaining({ name: 'AccessDeniedException' });

test('a grant allows its operations and no others, until it is revoked', async () => {
  await expect(encrypt()).rejects.toEqual(denied);
  const { GrantId } = await grant();
  const { CiphertextBlob } = await encrypt();
  expect((await asRole.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toEqual(Plaintext);
  await expect(asRole.send(new DescribeKeyCommand({ KeyId }))).rejects.toEqual(denied);
  await kms.send(new RevokeGrantCommand({ KeyId, GrantId }));
  await expect(encrypt()).rejects.toEqual(denied);
});

test('constraints demand an encryption context: a part of it, or all of it', async () => {
  await grant({ Constraints: { EncryptionContextSubset: { a: '1' } } });
  await encrypt({ a: '1', b: '2' });
  await expect(encrypt({ a: '2' })).rejects.toEqual(denied);
  await expect(encrypt()).rejects.toEqual(denied);

  KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
  await grant({ Constraints: { EncryptionContextEquals: { a: '1' } } });
  await encrypt({ a: '1' });
  await expect(encrypt({ a: '1', b: '2' })).rejects.toEqual(denied);
});

test('a deny of the key policy is above a grant', async () => {
  await grant();
  const statements = [
    { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Principal: { AWS: ROLE }, Action: 'kms:Encrypt', Resource: '*' },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
  await expect(encrypt()).rejects.toMatchObject({
    message: expect.stringContaining('with an explicit deny in a resource-based policy'),
  });
});

test('the retiring principal retires it by its token or id, the grantee only when it may', async () => {
  const { GrantToken } = await grant({ RetiringPrincipal: ROLE, Operations: ['Decrypt'] });
  await asRole.send(new RetireGrantCommand({ GrantToken }));
  const { GrantId } = await grant();
  const retire = () => asRole.send(new RetireGrantCommand({ KeyId, GrantId }));
  await expect(retire()).rejects.toEqual(denied);
  await grant({ Operations: ['Decrypt', 'RetireGrant'] });
  // the permission of one grant is not that of another
  await expect(retire()).rejects.toEqual(denied);
  await kms.send(new RetireGrantCommand({ KeyId, GrantId }));
  const { Grants } = await kms.send(new ListGrantsCommand({ KeyId, GranteePrincipal: ROLE }));
  expect(Grants).toMatchObject([{ Operations: ['Decrypt', 'RetireGrant'], GranteePrincipal: ROLE }]);
});

test('a named grant is made once', async () => {
  const first = await grant({ Name: 'once' });
  expect((await grant({ Name: 'once' })).GrantId).toBe(first.GrantId);
  expect((await grant({ Name: 'once', Operations: ['Decrypt'] })).GrantId).not.toBe(first.GrantId);
});

test('tokens and principals that are none are refused', async () => {
  await expect(grant({ GranteePrincipal: `${ROLE}2` })).rejects.toMatchObject({
    name: 'InvalidArnException',
  });
  await expect(
    kms.send(new EncryptCommand({ KeyId, Plaintext, GrantTokens: ['bm9uZQ=='] })),
  ).rejects.toMatchObject({ name: 'InvalidGrantTokenException' });
});

test('a grant needs a grantee, and one for a service or a source is refused, so that none breaks its key', async () => {
  const service = 'logs.us-east-1.amazonaws.com';
  const without = new CreateGrantCommand({ KeyId, Operations: ['Encrypt'] });
  await expect(kms.send(without)).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null",
  });
  const refused = expect.objectContaining({ name: 'NotImplementedByLocalCloud' });
  const toService = { KeyId, GranteeServicePrincipal: service, Operations: ['Encrypt' as const] };
  await expect(kms.send(new CreateGrantCommand(toService))).rejects.toEqual(refused);
  await expect(grant({ GranteeServicePrincipal: service })).rejects.toEqual(refused);
  await expect(grant({ RetiringServicePrincipal: service })).rejects.toEqual(refused);
  await expect(grant({ Constraints: { SourceArn: 'arn:aws:logs:*' } })).rejects.toEqual(refused);
  const ofService = new ListGrantsCommand({ KeyId, GranteeServicePrincipal: service });
  await expect(kms.send(ofService)).rejects.toEqual(refused);

  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
  expect((await kms.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([]);
  const dry = new DecryptCommand({ CiphertextBlob, DryRunModifiers: ['IGNORE_CIPHERTEXT'] });
  await expect(kms.send(dry)).rejects.toEqual(refused);
});

test('a policy that locks its author out is refused', async () => {
  const statement = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
  await expect(kms.send(new PutKeyPolicyCommand({ KeyId, Policy }))).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
    message: 'The new key policy will not allow you to update the key policy in the future.',
  });
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }));
});
