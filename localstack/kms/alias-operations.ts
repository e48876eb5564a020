/** KMS operations on aliases. */
import type {
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  ListAliasesCommandInput,
  UpdateAliasCommandInput,
} from '@aws-sdk/client-kms';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import type { Operation } from '../core/service.ts';
import type { KeyStore } from './key-store.ts';

const NO_PREFIX =
  'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';

/** The operations over stored aliases. */
export function aliasOperations(cloud: Cloud, store: KeyStore): Record<string, Operation> {
  const arnOf = (name: string) => `arn:aws:kms:${cloud.region}:${cloud.account}:${name}`;
  const existing = (name: string) => {
    const alias = store.aliases.get(name);
    if (!alias) throw new AwsError('NotFoundException', `Alias ${arnOf(name)} is not found.`);
    return alias;
  };

  return {
    CreateAlias(input: CreateAliasCommandInput, call) {
      const name = input.AliasName!;
      if (!/^alias\/./.test(name)) throw new AwsError('ValidationException', NO_PREFIX);
      if (!/^[a-zA-Z0-9:/_-]+$/.test(name)) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '${name}' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$`,
        );
      }
      if (name.startsWith('alias/aws/')) throw new AwsError('NotAuthorizedException', '');
      if (store.aliases.has(name)) {
        throw new AwsError('AlreadyExistsException', `An alias with the name ${arnOf(name)} already exists`);
      }
      const { keyId } = store.usable(input.TargetKeyId!);
      store.aliases.put(name, { name, keyId, created: call.now, updated: call.now });
    },
    UpdateAlias(input: UpdateAliasCommandInput, call) {
      const alias = existing(input.AliasName!);
      const { keyId } = store.usable(input.TargetKeyId!);
      store.aliases.put(alias.name, { ...alias, keyId, updated: call.now });
    },
    DeleteAlias(input: DeleteAliasCommandInput) {
      store.aliases.delete(existing(input.AliasName!).name);
    },
    ListAliases(input: ListAliasesCommandInput) {
      const keyId = input.KeyId === undefined ? undefined : store.find(input.KeyId).keyId;
      const aliases = store.aliases.values().filter((alias) => keyId === undefined || alias.keyId === keyId);
      const page = pageOf(aliases, {
        token: input.Marker,
        size: input.Limit ?? 50,
        invalidTokenCode: 'InvalidMarkerException',
      });
      return {
        Aliases: page.items.map((alias) => ({
          AliasName: alias.name,
          AliasArn: arnOf(alias.name),
          TargetKeyId: alias.keyId,
          CreationDate: alias.created,
          LastUpdatedDate: alias.updated,
        })),
        NextMarker: page.nextToken,
        Truncated: page.nextToken !== undefined,
      };
    },
  };
}
