/** KMS: encryption, aliases and grants. */
import {
  CreateAliasCommand,
  CreateGrantCommand,
  DecryptCommand,
  DeleteAliasCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  ReEncryptCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { makeRole } from './iam-material.ts';
import {
  DENIED,
  deniedOnNothing,
  makeKey,
  NO_ALIAS_SOURCE,
  NO_KEY,
  noAlias,
  noKey,
  Plaintext,
  page,
  RECORDED,
} from './kms-material.ts';

const ROOT = 'arn:aws:iam::000000000000:root';
const KeyId = NO_KEY;
const encrypt = async (client: KMSClient, id: string) =>
  (await client.send(new EncryptCommand({ KeyId: id, Plaintext }))).CiphertextBlob!;
const grant = (client: KMSClient, id: string) =>
  client.send(new CreateGrantCommand({ KeyId: id, GranteePrincipal: ROOT, Operations: ['Encrypt'] }));
const grantsOf = async (client: KMSClient, id: string) =>
  (await client.send(new ListGrantsCommand({ KeyId: id }))).Grants;
const aliasOf = async (client: KMSClient, id: string) =>
  (await client.send(new ListAliasesCommand({ KeyId: id }))).Aliases?.map(({ AliasName }) => AliasName);

export const kmsUseCases = serviceCases({
  service: 'kms',
  folders: ['kms'],
  makeClient: ({ clientConfig }) => new KMSClient(clientConfig),
  operations: {
    Encrypt: {
      source: page('Encrypt'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const answer = await client.send(new EncryptCommand({ KeyId: id, Plaintext }));
        expect(answer).toMatchObject({
          KeyId: `arn:aws:kms:us-east-1:000000000000:key/${id}`,
          EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
        });
        expect(answer.CiphertextBlob).not.toEqual(Plaintext);
      },
      refuses: ({ client }) => client.send(new EncryptCommand({ KeyId: 'alias/none', Plaintext })),
      refusal: noAlias('alias/none'),
      refusalSource: NO_ALIAS_SOURCE,
    },
    Decrypt: {
      source: page('Decrypt'),
      answers: async ({ client }) => {
        const CiphertextBlob = await encrypt(client, await makeKey(client));
        expect((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toEqual(Plaintext);
      },
      refuses: async ({ client }) => {
        const CiphertextBlob = await encrypt(client, await makeKey(client));
        return client.send(new DecryptCommand({ CiphertextBlob, KeyId: await makeKey(client) }));
      },
      refusal: {
        name: 'IncorrectKeyException',
        message: 'The key ID in the request does not identify a CMK that can perform this operation.',
        status: 400,
      },
      refusalSource: RECORDED,
    },
    ReEncrypt: {
      source: page('ReEncrypt'),
      answers: async ({ client }) => {
        const [from, to] = [await makeKey(client), await makeKey(client)];
        const CiphertextBlob = await encrypt(client, from);
        const answer = await client.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: to }));
        expect([answer.SourceKeyId, answer.KeyId]).toEqual(
          [from, to].map((id) => `arn:aws:kms:us-east-1:000000000000:key/${id}`),
        );
      },
      refuses: async ({ client }) => {
        const CiphertextBlob = await encrypt(client, await makeKey(client));
        return client.send(new ReEncryptCommand({ CiphertextBlob, DestinationKeyId: KeyId }));
      },
      refusal: noKey,
      refusalSource: RECORDED,
    },
    GenerateDataKey: {
      source: page('GenerateDataKey'),
      answers: async ({ client }) => {
        const key = { KeyId: await makeKey(client), KeySpec: 'AES_128' } as const;
        const made = await client.send(new GenerateDataKeyCommand(key));
        expect(made.Plaintext).toHaveLength(16);
        const { CiphertextBlob } = made;
        const opened = await client.send(new DecryptCommand({ CiphertextBlob }));
        expect(opened.Plaintext).toEqual(made.Plaintext);
      },
      refuses: ({ client }) => client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    GenerateDataKeyWithoutPlaintext: {
      source: page('GenerateDataKeyWithoutPlaintext'),
      answers: async ({ client }) => {
        const key = { KeyId: await makeKey(client), KeySpec: 'AES_256' } as const;
        const made = await client.send(new GenerateDataKeyWithoutPlaintextCommand(key));
        expect(made).not.toHaveProperty('Plaintext');
        expect(made.CiphertextBlob?.length).toBeGreaterThan(32);
      },
      refuses: ({ client }) =>
        client.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256' })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    CreateAlias: {
      source: page('CreateAlias'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new CreateAliasCommand({ AliasName: 'alias/made', TargetKeyId: id }));
        expect(await aliasOf(client, id)).toEqual(['alias/made']);
      },
      refuses: async ({ client }) => {
        const alias = { AliasName: 'alias/twice', TargetKeyId: await makeKey(client) };
        await client.send(new CreateAliasCommand(alias));
        return client.send(new CreateAliasCommand(alias));
      },
      refusal: {
        name: 'AlreadyExistsException',
        message: 'An alias with the name arn:aws:kms:us-east-1:000000000000:alias/twice already exists',
        status: 400,
      },
      refusalSource: 'https://github.com/cloudbees-oss/terraform-aws-cloudbees-ci-eks-addon/issues/66',
    },
    UpdateAlias: {
      source: page('UpdateAlias'),
      answers: async ({ client }) => {
        const [from, to] = [await makeKey(client), await makeKey(client)];
        await client.send(new CreateAliasCommand({ AliasName: 'alias/moved', TargetKeyId: from }));
        await client.send(new UpdateAliasCommand({ AliasName: 'alias/moved', TargetKeyId: to }));
        expect([await aliasOf(client, from), await aliasOf(client, to)]).toEqual([[], ['alias/moved']]);
      },
      refuses: async ({ client }) =>
        client.send(new UpdateAliasCommand({ AliasName: 'alias/none', TargetKeyId: await makeKey(client) })),
      refusal: noAlias('alias/none'),
      refusalSource: NO_ALIAS_SOURCE,
    },
    DeleteAlias: {
      source: page('DeleteAlias'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new CreateAliasCommand({ AliasName: 'alias/deleted', TargetKeyId: id }));
        await client.send(new DeleteAliasCommand({ AliasName: 'alias/deleted' }));
        expect(await aliasOf(client, id)).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteAliasCommand({ AliasName: 'alias/none' })),
      refusal: noAlias('alias/none'),
      refusalSource: NO_ALIAS_SOURCE,
    },
    ListAliases: {
      source: page('ListAliases'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        await client.send(new CreateAliasCommand({ AliasName: 'alias/listed', TargetKeyId: id }));
        const { Aliases, Truncated } = await client.send(new ListAliasesCommand({ KeyId: id }));
        expect(Aliases).toMatchObject([
          {
            AliasName: 'alias/listed',
            AliasArn: 'arn:aws:kms:us-east-1:000000000000:alias/listed',
            TargetKeyId: id,
          },
        ]);
        expect(Truncated).toBe(false);
      },
      refuses: async ({ running }) => {
        const { IAMClient } = await import('@aws-sdk/client-iam');
        await makeRole(new IAMClient(running.clientConfig), 'alias-lister');
        const config = running.clientConfigAs('arn:aws:iam::000000000000:role/alias-lister', 'me');
        return new KMSClient(config).send(new ListAliasesCommand({}));
      },
      refusal: deniedOnNothing('alias-lister', 'kms:ListAliases'),
      refusalSource: DENIED,
    },
    CreateGrant: {
      source: page('CreateGrant'),
      answers: async ({ client }) => {
        const { GrantId, GrantToken } = await grant(client, await makeKey(client));
        expect(GrantId).toMatch(/^[0-9a-f]{64}$/);
        expect(GrantToken).toMatch(/^\S+$/);
      },
      refuses: ({ client }) => grant(client, KeyId),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    ListGrants: {
      source: page('ListGrants'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const { GrantId } = await grant(client, id);
        expect(await grantsOf(client, id)).toMatchObject([
          {
            ...{ GrantId, GranteePrincipal: ROOT, IssuingAccount: ROOT, Operations: ['Encrypt'] },
            KeyId: `arn:aws:kms:us-east-1:000000000000:key/${id}`,
          },
        ]);
      },
      refuses: ({ client }) => grantsOf(client, KeyId),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    RevokeGrant: {
      source: page('RevokeGrant'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const { GrantId } = await grant(client, id);
        await client.send(new RevokeGrantCommand({ KeyId: id, GrantId }));
        expect(await grantsOf(client, id)).toEqual([]);
      },
      refuses: ({ client }) => client.send(new RevokeGrantCommand({ KeyId, GrantId: '0'.repeat(64) })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
    RetireGrant: {
      source: page('RetireGrant'),
      answers: async ({ client }) => {
        const id = await makeKey(client);
        const { GrantToken } = await grant(client, id);
        await client.send(new RetireGrantCommand({ GrantToken }));
        expect(await grantsOf(client, id)).toEqual([]);
      },
      refuses: ({ client }) => client.send(new RetireGrantCommand({ KeyId, GrantId: '0'.repeat(64) })),
      refusal: noKey,
      refusalSource: RECORDED,
    },
  },
});
