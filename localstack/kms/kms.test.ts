import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/crypto`;
const Plaintext = new TextEncoder().encode('secret');
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes!).toString();

let running: RunningCloud;
let kms: KMSClient;
let keyId: string;

beforeAll(async () => {
  running = await startCloud({ services: ['kms'] });
  kms = new KMSClient(running.clientConfig);
  const trust = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' };
  await new IAMClient(running.clientConfig).send(
    new CreateRoleCommand({
      RoleName: 'crypto',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
    }),
  );
});
afterAll(() => running.stop());
beforeEach(async () => {
  keyId = (await kms.send(new CreateKeyCommand({ Tags: [{ TagKey: 'a', TagValue: 'b' }] }))).KeyMetadata!
    .KeyId!;
});

describe('encryption', () => {
  test('data keys open again, with and without their plain text in the answer', async () => {
    const EncryptionContext = { b: '2', a: '1' };
    const made = await kms.send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext }),
    );
    expect(made.Plaintext).toHaveLength(32);
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext: { a: '1', b: '2' } }),
    );
    expect(opened.Plaintext).toEqual(made.Plaintext);
    const blind = await kms.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId: keyId, NumberOfBytes: 16 }),
    );
    expect(blind).not.toHaveProperty('Plaintext');
    expect(
      (await kms.send(new DecryptCommand({ CiphertextBlob: blind.CiphertextBlob }))).Plaintext,
    ).toHaveLength(16);
  });

  test('re-encryption moves a secret to another key', async () => {
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!;
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext }));
    const moved = await kms.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: other.Arn }));
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, KeyId: other.KeyId }),
    );
    expect(text(opened.Plaintext)).toBe('secret');
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, KeyId: keyId })),
    ).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  test('changed bytes are refused', async () => {
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext }));
    const changed = CiphertextBlob!.slice();
    changed[changed.length - 1]! ^= 1;
    await expect(kms.send(new DecryptCommand({ CiphertextBlob: changed }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
    await expect(kms.send(new DecryptCommand({ CiphertextBlob: Plaintext }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });
});

describe('keys', () => {
  test('a disabled key and one that waits for deletion encrypt nothing', async () => {
    await kms.send(new DisableKeyCommand({ KeyId: keyId }));
    const encrypt = () => kms.send(new EncryptCommand({ KeyId: keyId, Plaintext }));
    await expect(encrypt()).rejects.toMatchObject({ name: 'DisabledException' });
    const { DeletionDate } = await kms.send(
      new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }),
    );
    expect(DeletionDate!.getTime() - running.cloud.clock.now()).toBeGreaterThan(6.9 * 86_400_000);
    await expect(encrypt()).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
    await kms.send(new CancelKeyDeletionCommand({ KeyId: keyId }));
    expect((await kms.send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata).toMatchObject({
      KeyState: 'Disabled',
      Enabled: false,
    });
  });

  test('a key is gone when its window has passed', async () => {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: 7 }));
    await running.cloud.clock.advanceTo(running.cloud.clock.now() + 8 * 86_400_000);
    await expect(kms.send(new DescribeKeyCommand({ KeyId: keyId }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  test('rotation, tags, and the keys that AWS manages', async () => {
    const rotation = () => kms.send(new GetKeyRotationStatusCommand({ KeyId: keyId }));
    expect((await rotation()).KeyRotationEnabled).toBe(false);
    await kms.send(new EnableKeyRotationCommand({ KeyId: keyId }));
    expect(await rotation()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    expect((await kms.send(new ListResourceTagsCommand({ KeyId: keyId }))).Tags).toEqual([
      { TagKey: 'a', TagValue: 'b' },
    ]);
    const managed = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/s3' }));
    expect(managed.KeyMetadata!.KeyManager).toBe('AWS');
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: managed.KeyMetadata!.KeyId }));
    expect(Aliases!.map(({ AliasName }) => AliasName)).toEqual(['alias/aws/s3']);
  });

  test('what is not symmetric is refused loudly', async () => {
    await expect(
      kms.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })),
    ).rejects.toMatchObject({
      name: 'NotImplementedByLocalCloud',
    });
  });
});

describe('key policies', () => {
  const asRole = () => new KMSClient(running.clientConfigAs(ROLE));
  const setPolicy = (...statements: object[]) =>
    kms.send(
      new PutKeyPolicyCommand({
        KeyId: keyId,
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
  const root = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  const encrypt = () =>
    asRole().send(new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: { a: '1' } }));

  test('an identity policy counts where the key delegates to the account, and only there', async () => {
    await expect(encrypt()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('because no identity-based policy allows the kms:Encrypt action'),
    });
    await new IAMClient(running.clientConfig).send(
      new PutRolePolicyCommand({
        RoleName: 'crypto',
        PolicyName: 'use',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' },
        }),
      }),
    );
    await encrypt();
    const principal = { AWS: `arn:aws:iam::${ACCOUNT}:role/other` };
    await setPolicy({ ...root, Principal: principal }, { ...root, Action: ['kms:Put*', 'kms:Get*'] });
    await expect(encrypt()).rejects.toMatchObject({
      message: expect.stringContaining('because no resource-based policy allows the kms:Encrypt action'),
    });
  });

  test('naming the role allows it, within the encryption context', async () => {
    const Condition = { StringEquals: { 'kms:EncryptionContext:a': '1' } };
    await setPolicy(root, { ...root, Principal: { AWS: ROLE }, Action: 'kms:Decrypt', Condition });
    const seal = (value: string) =>
      kms.send(new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext: { a: value } }));
    const open = async (value: string) =>
      asRole().send(
        new DecryptCommand({
          CiphertextBlob: (await seal(value)).CiphertextBlob,
          EncryptionContext: { a: value },
        }),
      );
    expect(text((await open('1')).Plaintext)).toBe('secret');
    await expect(open('2')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(
      JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId: keyId }))).Policy!).Statement,
    ).toHaveLength(2);
  });

  test('a malformed policy is refused', async () => {
    await expect(setPolicy({ Effect: 'Maybe' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });
});
