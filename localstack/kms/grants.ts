/** Grants: what a principal may do with a key beyond policies, until they are retired or revoked. */
import { randomBytes } from 'node:crypto';
import type { GrantConstraints } from '@aws-sdk/client-kms';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError } from '../core/errors.ts';
import type { KeyRecord } from './key.ts';

export interface GrantRecord {
  readonly grantId: string;
  readonly keyId: string;
  readonly name?: string;
  readonly created: Date;
  readonly grantee: string;
  readonly retiring?: string;
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints;
  /** ARN of who made it. */
  readonly issuer: string;
}

export interface GrantStore {
  readonly grants: Collection<GrantRecord>;
  of(keyId: string): GrantRecord[];
  /** @throws AwsError NotFoundException */
  find(keyId: string, grantId: string): GrantRecord;
  /** @throws AwsError InvalidGrantTokenException */
  byToken(token: string): GrantRecord;
}

/** Operations that take an encryption context, which constraints are about. */
const WITH_CONTEXT = new Set([
  'Encrypt',
  'Decrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]);

/** The grants of the cloud's collections. */
export function createGrantStore(cloud: Cloud): GrantStore {
  const grants = cloud.collection<GrantRecord>('kms', 'grants');
  return {
    grants,
    of: (keyId) => grants.values().filter((grant) => grant.keyId === keyId),
    find(keyId, grantId) {
      const grant = grants.get(grantId);
      if (grant?.keyId !== keyId) throw new AwsError('NotFoundException', `Grant ${grantId} does not exist`);
      return grant;
    },
    byToken(token) {
      const grant = grants.get(Buffer.from(token, 'base64').toString('latin1'));
      if (!grant) throw new AwsError('InvalidGrantTokenException', 'Invalid grant token');
      return grant;
    },
  };
}

/** A new id: 64 hexadecimal digits. */
export function newGrantId(): string {
  return randomBytes(32).toString('hex');
}

/** What its maker may hand on at once, while AWS is still telling its other parts. */
export function grantToken({ grantId }: GrantRecord): string {
  return Buffer.from(grantId, 'latin1').toString('base64');
}

/** The key's policy with its grants as further statements: a grant allows like a policy and is denied like one. */
export function policyWithGrants(key: KeyRecord, grants: readonly GrantRecord[]): string {
  if (grants.length === 0) return key.policy;
  const document = JSON.parse(key.policy) as { Statement: unknown };
  const statements = [document.Statement].flat();
  return JSON.stringify({ ...document, Statement: [...statements, ...grants.flatMap(statementsOf)] });
}

function statementsOf(grant: GrantRecord): object[] {
  const isConstrained = (operation: string) => grant.constraints !== undefined && WITH_CONTEXT.has(operation);
  const allow = (sid: string, principal: string, operations: readonly string[], condition?: object) =>
    operations.length === 0
      ? []
      : [
          {
            Sid: `grant ${grant.grantId}${sid}`,
            Effect: 'Allow',
            Principal: principal.startsWith('arn:') ? { AWS: principal } : { Service: principal },
            Action: operations.map((operation) => `kms:${operation}`),
            Resource: '*',
            ...(condition ? { Condition: condition } : {}),
          },
        ];
  const { grantee, retiring, operations, constraints = {} } = grant;
  const constrained = operations.filter(isConstrained);
  return [
    ...allow(
      '',
      grantee,
      operations.filter((operation) => !isConstrained(operation)),
    ),
    ...allow(' constrained', grantee, constrained, conditionOf(constraints)),
    ...(retiring === undefined ? [] : allow(' retiring', retiring, ['RetireGrant'])),
  ];
}

function conditionOf({ EncryptionContextEquals, EncryptionContextSubset }: GrantConstraints): object {
  const entries = Object.entries({ ...EncryptionContextSubset, ...EncryptionContextEquals });
  const values = Object.fromEntries(entries.map(([name, value]) => [`kms:EncryptionContext:${name}`, value]));
  const names = Object.keys(EncryptionContextEquals ?? {});
  return {
    StringEquals: values,
    ...(names.length > 0 ? { 'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': names } } : {}),
  };
}
