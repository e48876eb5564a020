/** Finding keys by id, ARN or alias; AWS's own keys are made when they are first named. */
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import { type AliasRecord, type KeyRecord, managedKeyPolicy, newKey } from './key.ts';

/** Services that have a key of AWS's in every account. */
const MANAGED = ['dynamodb', 'ebs', 'lambda', 's3', 'sagemaker', 'secretsmanager', 'sns', 'sqs', 'ssm'];

export interface KeyStore {
  readonly keys: Collection<KeyRecord>;
  readonly aliases: Collection<AliasRecord>;
  /** Key by id, key ARN, alias name or alias ARN. @throws AwsError NotFoundException */
  find(reference: string): KeyRecord;
  /** The same if the key can be used now. @throws AwsError NotFoundException, DisabledException, KMSInvalidStateException */
  usable(reference: string): KeyRecord;
  /** Names of the aliases of a key. */
  aliasesOf(keyId: string): string[];
}

/** The store over the cloud's collections. */
export function createKeyStore(cloud: Cloud): KeyStore {
  const keys = cloud.collection<KeyRecord>('kms', 'keys');
  const aliases = cloud.collection<AliasRecord>('kms', 'aliases');
  const { region, account } = cloud;

  function managedKey(alias: string): KeyRecord | undefined {
    const service = /^alias\/aws\/(.+)$/.exec(alias)?.[1];
    if (service === undefined || !MANAGED.includes(service)) return undefined;
    const now = cloud.clock.date();
    const key = newKey(
      { region, account, now },
      {
        policy: managedKeyPolicy(account, region, service),
        description: `Default key that protects my ${service} data when no other key is defined`,
        manager: 'AWS',
      },
    );
    keys.put(key.keyId, key);
    aliases.put(alias, { name: alias, keyId: key.keyId, created: now, updated: now });
    return key;
  }

  function find(reference: string): KeyRecord {
    const name = reference.replace(/^arn:[^:]+:kms:[^:]*:[^:]*:/, '');
    const arn = reference.startsWith('arn:') ? reference : `arn:aws:kms:${region}:${account}:${name}`;
    if (name.startsWith('alias/')) {
      const alias = aliases.get(name);
      const key = alias ? keys.get(alias.keyId) : managedKey(name);
      if (!key) throw new AwsError('NotFoundException', `Alias ${arn} is not found.`);
      return key;
    }
    const keyId = name.replace(/^key\//, '');
    const key = keys.get(keyId);
    if (key) return key;
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(keyId) && !reference.startsWith('arn:'))
      throw new AwsError('NotFoundException', `Invalid keyId '${reference}'`);
    const keyArn = `arn:aws:kms:${region}:${account}:key/${keyId}`;
    throw new AwsError('NotFoundException', `Key '${keyArn}' does not exist`);
  }

  return {
    keys,
    aliases,
    find,
    usable(reference) {
      const key = find(reference);
      if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
      if (key.state === 'PendingDeletion') {
        throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      }
      return key;
    },
    aliasesOf: (keyId) =>
      aliases
        .values()
        .filter((alias) => alias.keyId === keyId)
        .map((alias) => alias.name),
  };
}
