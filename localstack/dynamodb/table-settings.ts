/** What a table has beyond dynalite: tags, encryption, protection, time to live, recovery. */
import type { Tag, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { createKmsKeyLookup, type KmsKey } from '../s3/kms-keys.ts';

/** The AWS managed key, which KMS makes on first use; everybody with access to the table may use it. */
const MANAGED_KEY = 'alias/aws/dynamodb';

export interface TableSettings {
  readonly createdMs: number;
  readonly tags: readonly Tag[];
  readonly deletionProtection: boolean;
  readonly tableClass?: string;
  /** ARN of the key, when the table is not encrypted with DynamoDB's own. */
  readonly keyArn?: string;
  readonly timeToLive?: TimeToLiveSpecification;
  /** Since when point-in-time recovery is on. */
  readonly recoverySinceMs?: number;
  readonly recoveryDays?: number;
}

/** The members of CreateTable and UpdateTable that are kept here. */
export interface SettingsInput {
  readonly SSESpecification?: {
    readonly Enabled?: boolean;
    readonly SSEType?: string;
    readonly KMSMasterKeyId?: string;
  };
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
}

export interface TableKeys {
  /** ARN of the key that a specification means, after checking that the caller may use it. */
  choose(
    specification: SettingsInput['SSESpecification'],
    tableName: string,
    call: Call,
  ): Promise<string | undefined>;
  /** Checks that the caller may decrypt with the table's key, as DynamoDB does on its behalf. @throws AwsError */
  authorize(tableName: string, settings: TableSettings, call: Call): Promise<void>;
}

/** @throws NotImplementedByLocalCloud */
export function refuseStreams(input: SettingsInput): void {
  const { StreamEnabled, StreamViewType } = input.StreamSpecification ?? {};
  if (StreamEnabled || StreamViewType !== undefined) throw new NotImplementedByLocalCloud('dynamodb streams');
}

/** The use of KMS keys by tables. */
export function createTableKeys(cloud: Cloud): TableKeys {
  const lookUp = createKmsKeyLookup(cloud);

  function check(actions: readonly string[], key: KmsKey, tableName: string, call: Call): void {
    const context = {
      'kms:ViaService': `dynamodb.${cloud.region}.amazonaws.com`,
      'kms:CallerAccount': cloud.account,
      'kms:EncryptionContext:aws:dynamodb:tableName': tableName,
      'kms:EncryptionContext:aws:dynamodb:subscriberId': cloud.account,
    };
    const requests = actions.map((action) => ({
      action,
      resource: key.arn,
      context,
      resourcePolicy: key.policy,
    }));
    cloud.authorize(requests, call.principal, call);
  }

  return {
    async choose(specification, tableName, call) {
      if (!specification?.Enabled && specification?.SSEType === undefined) return undefined;
      const key = await lookUp(specification.KMSMasterKeyId ?? MANAGED_KEY).catch((error: Error) => {
        if (error.name !== 'NotFoundException') throw error;
        throw new AwsError('ValidationException', `KMS validation failure: ${error.message}`, {
          cause: error,
        });
      });
      check(['kms:DescribeKey', 'kms:CreateGrant', 'kms:Decrypt'], key, tableName, call);
      return key.arn;
    },
    async authorize(tableName, { keyArn }, call) {
      if (keyArn === undefined) return;
      const key = await lookUp(keyArn);
      check(['kms:Decrypt'], key, tableName, call);
      if (key.state !== 'Enabled') {
        throw new AwsError(
          'InaccessibleEncryptionCredentialsException',
          `KMS key ${key.arn} is ${key.state}.`,
        );
      }
    },
  };
}

/** Members of a table's description that come from its settings. */
export function describeSettings(settings: TableSettings): object {
  return {
    CreationDateTime: new Date(settings.createdMs),
    DeletionProtectionEnabled: settings.deletionProtection,
    ...(settings.keyArn === undefined
      ? {}
      : { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: settings.keyArn } }),
    ...(settings.tableClass === undefined ? {} : { TableClassSummary: { TableClass: settings.tableClass } }),
  };
}

/** Settings of a table. @throws AwsError ResourceNotFoundException */
export function settingsOf(tables: Collection<TableSettings>, tableName: string): TableSettings {
  const settings = tables.get(tableName);
  if (settings) return settings;
  throw new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${tableName} not found`,
  );
}
