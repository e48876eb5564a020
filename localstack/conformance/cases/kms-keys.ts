/** KMS: keys, their policies, rotation and tags. */
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { makeRole } from './iam-material.ts';
import { DENIED, deniedOnNothing, makeKey, NO_KEY, noKey, page, RECORDED } from './kms-material.ts';

const KeyId = NO_KEY;
/** Nobody but a role may change it. */
const LOCKED_OUT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:role/x' },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});
const lockedOut = {
  name: 'MalformedPolicyDocumentException',
  message: 'The new key policy will not allow you to update the key policy in the future.',
  status: 400,
};
const LOCKED_OUT_SOURCE = 'https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2843';
const stateOf = async (client: KMSClient, id: string) =>
  (await client.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata?.KeyState;
const rotationOf = (client: KMSClient, id: string) =>
  client.send(new GetKeyRotationStatusCommand({ KeyId: id }));

export const kmsKeyCases = serviceCases({
  service: 'kms',
  folders: ['kms'],
  makeClient: ({ clientConfig }) => new KMSClient(clientConfig),
  operations: {
    CreateKey: {
      source: page('CreateKey'),
      answers: async ({ client }) => {
        const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: 'made' }));
        expect(KeyMetadata).toMatchObject({
          ...{ AWSAccountId: '000000000000', Description: 'made', Enabled: true, KeyState: 'Enabled' },
          ...{ KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' },
          ...{ KeyManager: 'CUSTOMER', MultiRegion: false },
        });
        expect(KeyMetadata?.Arn).toBe(`arn:aws:kms:us-east-1:000000000000:key/${KeyMetadata?.KeyId}`);
      },
      refuses: ({ client }) => client.send(new CreateKeyCommand({ Policy: LOCKED_OUT })),
      refusal: lockedOut,
      refusalSource: LOCKED_OUT_SOURCE,
    },
    DescribeKey: {
      source: page('DescribeKey'),
      answers: async ({ client }) => {
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/aws/s3' }));
        expect(KeyMetadata).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled' });
      },
      refuses: ({ client }) => client.send(new DescribeKeyCommand({ KeyId: 'fake-key-id' })),
      refusal: { name: 'NotFoundException', message: "Invalid keyId 'fake-key-id'", status: 400 },
      refusalSource: RECORDED,
    },
    ListKeys: {
      source: page('ListKeys'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const { Keys, Truncated } = await client.send(new ListKeysCommand({ Limit: 1000 }));
        expect(Keys).toContainEqual({ KeyId: id, KeyArn: `arn:aws:kms:us-east-1:000000000000:key/${id}` });
        expect(Truncated).toBe(false);
      },
      refuses: async ({ running }) => {
        const { IAMClient } = await import('@aws-sdk/client-iam');
        await makeRole(new IAMClient(running.clientConfig), 'key-lister');
        const config = running.clientConfigAs('arn:aws:iam::000000000000:role/key-lister', 'me');
        return new KMSClient(config).send(new ListKeysCommand({}));
      },
      refusal: deniedOnNothing('key-lister', 'kms:ListKeys'),
      refusalSource: DENIED,
    },
    DisableKey: {
      source: page('DisableKey'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new DisableKeyCommand({ KeyId: id }));
        expect(await stateOf(client, id)).toBe('Disabled');
      },
      refuses: ({ client }) => client.send(new DisableKeyCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    EnableKey: {
      source: page('EnableKey'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new DisableKeyCommand({ KeyId: id }));
        await client.send(new EnableKeyCommand({ KeyId: id }));
        expect(await stateOf(client, id)).toBe('Enabled');
      },
      refuses: ({ client }) => client.send(new EnableKeyCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    UpdateKeyDescription: {
      source: page('UpdateKeyDescription'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new UpdateKeyDescriptionCommand({ KeyId: id, Description: 'new' }));
        const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: id }));
        expect(KeyMetadata?.Description).toBe('new');
      },
      refuses: ({ client }) => client.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'new' })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    ScheduleKeyDeletion: {
      source: page('ScheduleKeyDeletion'),
      answers: async ({ client, running }) => {
        const id = await makeKey(client);
        const answer = await client.send(new ScheduleKeyDeletionCommand({ KeyId: id }));
        expect(answer).toMatchObject({ KeyState: 'PendingDeletion', PendingWindowInDays: 30 });
        const days = (answer.DeletionDate!.getTime() - running.cloud.clock.now()) / 86_400_000;
        expect(days).toBeCloseTo(30, 2);
      },
      refuses: ({ client }) => client.send(new ScheduleKeyDeletionCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    CancelKeyDeletion: {
      source: page('CancelKeyDeletion'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
        const answer = await client.send(new CancelKeyDeletionCommand({ KeyId: id }));
        expect(answer.KeyId).toBe(`arn:aws:kms:us-east-1:000000000000:key/${id}`);
        expect(await stateOf(client, id)).toBe('Disabled');
      },
      refuses: ({ client }) => client.send(new CancelKeyDeletionCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    GetKeyPolicy: {
      source: page('GetKeyPolicy'),
      answers: async ({ client }) => {
        const { Policy, PolicyName } = await client.send(
          new GetKeyPolicyCommand({ KeyId: await makeKey(client) }),
        );
        expect(PolicyName).toBe('default');
        // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        expect(JSON.parse(Policy!)).toEqual({
          Version: '2012-10-17',
          Id: 'key-default-1',
          Statement: [
            {
              Sid: 'Enable IAM User Permissions',
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::000000000000:root' },
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        });
      },
      refuses: ({ client }) => client.send(new GetKeyPolicyCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    PutKeyPolicy: {
      source: page('PutKeyPolicy'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const Policy = LOCKED_OUT.replace('role/x', 'root');
        await client.send(new PutKeyPolicyCommand({ KeyId: id, Policy }));
        expect((await client.send(new GetKeyPolicyCommand({ KeyId: id }))).Policy).toBe(Policy);
      },
      refuses: async ({ client }) =>
        client.send(new PutKeyPolicyCommand({ KeyId: await makeKey(client), Policy: LOCKED_OUT })),
      refusal: lockedOut,
      refusalSource: LOCKED_OUT_SOURCE,
    },
    EnableKeyRotation: {
      source: page('EnableKeyRotation'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 180 }));
        expect(await rotationOf(client, id)).toMatchObject({
          KeyRotationEnabled: true,
          RotationPeriodInDays: 180,
        });
      },
      refuses: ({ client }) => client.send(new EnableKeyRotationCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    DisableKeyRotation: {
      source: page('DisableKeyRotation'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new EnableKeyRotationCommand({ KeyId: id }));
        await client.send(new DisableKeyRotationCommand({ KeyId: id }));
        expect((await rotationOf(client, id)).KeyRotationEnabled).toBe(false);
      },
      refuses: ({ client }) => client.send(new DisableKeyRotationCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    GetKeyRotationStatus: {
      source: page('GetKeyRotationStatus'),
      answers: async ({ client, running }) => {
        const id = await makeKey(client);
        await client.send(new EnableKeyRotationCommand({ KeyId: id }));
        const status = await rotationOf(client, id);
        expect(status.RotationPeriodInDays).toBe(365);
        const days = (status.NextRotationDate!.getTime() - running.cloud.clock.now()) / 86_400_000;
        expect(days).toBeCloseTo(365, 2);
      },
      refuses: ({ client }) => rotationOf(client, KeyId),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    TagResource: {
      source: page('TagResource'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const Tags = [{ TagKey: 'a', TagValue: '1' }];
        await client.send(new TagResourceCommand({ KeyId: id, Tags }));
        expect((await client.send(new ListResourceTagsCommand({ KeyId: id }))).Tags).toEqual(Tags);
      },
      refuses: ({ client }) =>
        client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: '1' }] })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    ListResourceTags: {
      source: page('ListResourceTags'),
      answers: async ({ client }) => {
        const Tags = [{ TagKey: 'b', TagValue: '2' }];
        const { KeyMetadata } = await client.send(new CreateKeyCommand({ Tags }));
        const listed = await client.send(new ListResourceTagsCommand({ KeyId: KeyMetadata?.KeyId }));
        expect(listed).toMatchObject({ Tags, Truncated: false });
      },
      refuses: ({ client }) => client.send(new ListResourceTagsCommand({ KeyId })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    UntagResource: {
      source: page('UntagResource'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new TagResourceCommand({ KeyId: id, Tags: [{ TagKey: 'c', TagValue: '3' }] }));
        await client.send(new UntagResourceCommand({ KeyId: id, TagKeys: ['c'] }));
        expect((await client.send(new ListResourceTagsCommand({ KeyId: id }))).Tags).toEqual([]);
      },
      refuses: ({ client }) => client.send(new UntagResourceCommand({ KeyId, TagKeys: ['c'] })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
  },
});
