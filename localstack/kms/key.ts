/** A KMS key as it is kept, and its metadata as it is shown. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyMetadata } from '@aws-sdk/client-kms';

export interface KeyRecord {
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  readonly created: Date;
  readonly deletionDate?: Date;
  readonly policy: string;
  /** Days between rotations; absent while automatic rotation is off. */
  readonly rotationDays?: number;
  /** When automatic rotation was switched on. */
  readonly rotatedSince?: Date;
  readonly tags: Readonly<Record<string, string>>;
  /** AES-256 key, base64. */
  readonly material: string;
  readonly manager: 'AWS' | 'CUSTOMER';
}

export interface AliasRecord {
  /** `alias/name` */
  readonly name: string;
  readonly keyId: string;
  readonly created: Date;
  readonly updated: Date;
}

/** A new enabled symmetric key. */
export function newKey(
  where: { readonly region: string; readonly account: string; readonly now: Date },
  options: { readonly policy: string; readonly description?: string; readonly manager?: 'AWS' | 'CUSTOMER' },
): KeyRecord {
  const keyId = randomUUID();
  return {
    keyId,
    arn: `arn:aws:kms:${where.region}:${where.account}:key/${keyId}`,
    description: options.description ?? '',
    state: 'Enabled',
    created: where.now,
    policy: options.policy,
    tags: {},
    material: randomBytes(32).toString('base64'),
    manager: options.manager ?? 'CUSTOMER',
  };
}

/** The key as DescribeKey shows it. */
export function keyMetadata(key: KeyRecord): KeyMetadata {
  return {
    AWSAccountId: key.arn.split(':')[4],
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: key.created,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    ...(key.deletionDate ? { DeletionDate: key.deletionDate } : {}),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: false,
  };
}

/** The policy of a key made without one: the account's own identity policies decide. */
export function defaultKeyPolicy(account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** The policy of `alias/aws/SERVICE`: everybody in the account, through that service only. */
export function managedKeyPolicy(account: string, region: string, service: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: `auto-${service}-1`,
    Statement: [
      {
        Sid: `Allow access through ${service} for all principals in the account that are authorized to use it`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': account,
            'kms:ViaService': `${service}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  });
}
