/** KMS operations on grants. */
import type {
  CreateGrantCommandInput,
  GrantListEntry,
  ListGrantsCommandInput,
  RetireGrantCommandInput,
  RevokeGrantCommandInput,
} from '@aws-sdk/client-kms';
import type { Cloud } from '../core/cloud.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import { pageOf } from '../core/pages.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { Operation } from '../core/service.ts';
import { iamStore } from '../iam/store.ts';
import { type GrantRecord, type GrantStore, grantToken, newGrantId } from './grants.ts';
import type { KeyStore } from './key-store.ts';

/** What a symmetric key's grant may allow here. */
const GRANTABLE = [
  ...['Decrypt', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom'],
  ...['ReEncryptTo', 'RetireGrant', 'DescribeKey'],
];

/** The operations over stored grants. */
export function grantOperations(
  cloud: Cloud,
  store: KeyStore,
  grants: GrantStore,
): Record<string, Operation> {
  const iam = iamStore(cloud);

  /** @throws AwsError InvalidArnException for a user or role that does not exist */
  function checkPrincipal(principal: string): void {
    const [, kind, path] = /^arn:aws:iam::\d{12}:(role|user)\/(.+)$/.exec(principal) ?? [];
    const name = path?.split('/').at(-1) ?? '';
    const exists =
      kind === 'role'
        ? iam.roles.get(name)?.arn === principal
        : kind === 'user'
          ? iam.users.get(name)?.arn === principal
          : /^arn:aws:(iam::\d{12}:root|sts::\d{12}:assumed-role\/.+)$|^[a-z0-9.-]+\.amazonaws\.com$/.test(
              principal,
            );
    if (!exists) {
      throw new AwsError('InvalidArnException', `ARN does not refer to a valid principal: ${principal}`);
    }
  }

  return {
    CreateGrant(input: CreateGrantCommandInput, call) {
      refuseMembers('kms CreateGrant', input, [
        'DryRun',
        'GranteeServicePrincipal',
        'RetiringServicePrincipal',
      ]);
      refuseMembers('kms CreateGrant Constraints', input.Constraints ?? {}, ['SourceArn']);
      if (input.GranteePrincipal === undefined) throw noGrantee();
      const key = store.usable(input.KeyId!);
      const operations = input.Operations!;
      const other = operations.find((operation) => !GRANTABLE.includes(operation));
      if (other !== undefined) throw new NotImplementedByLocalCloud(`kms CreateGrant for ${other}`);
      for (const principal of [input.GranteePrincipal, input.RetiringPrincipal])
        if (principal !== undefined) checkPrincipal(principal);
      const grant: GrantRecord = {
        grantId: newGrantId(),
        keyId: key.keyId,
        created: call.now,
        grantee: input.GranteePrincipal,
        operations: [...operations],
        issuer: call.principal.arn,
        ...(input.Name === undefined ? {} : { name: input.Name }),
        ...(input.RetiringPrincipal === undefined ? {} : { retiring: input.RetiringPrincipal }),
        ...(input.Constraints === undefined ? {} : { constraints: input.Constraints }),
      };
      const same =
        input.Name === undefined ? undefined : grants.of(key.keyId).find((each) => isSame(each, grant));
      if (!same) grants.grants.put(grant.grantId, grant);
      const made = same ?? grant;
      return { GrantToken: grantToken(made), GrantId: made.grantId };
    },
    ListGrants(input: ListGrantsCommandInput) {
      refuseMembers('kms ListGrants', input, ['GranteeServicePrincipal']);
      const key = store.find(input.KeyId!);
      const { GrantId, GranteePrincipal } = input;
      const found = grants
        .of(key.keyId)
        .filter(
          (grant) =>
            (GrantId === undefined || grant.grantId === GrantId) &&
            (GranteePrincipal === undefined || grant.grantee === GranteePrincipal),
        );
      const size = input.Limit ?? 50;
      const page = pageOf(found, { token: input.Marker, size, invalidTokenCode: 'InvalidMarkerException' });
      return {
        Grants: page.items.map((grant) => showGrant(grant, key.arn, cloud.account)),
        NextMarker: page.nextToken,
        Truncated: page.nextToken !== undefined,
      };
    },
    RevokeGrant(input: RevokeGrantCommandInput) {
      refuseMembers('kms RevokeGrant', input, ['DryRun']);
      grants.grants.delete(grants.find(store.find(input.KeyId!).keyId, input.GrantId!).grantId);
    },
    RetireGrant(input: RetireGrantCommandInput) {
      refuseMembers('kms RetireGrant', input, ['DryRun']);
      grants.grants.delete(retiredGrant(store, grants, input).grantId);
    },
  };
}

/** The grant that RetireGrant names, by token or by key and id. @throws AwsError */
export function retiredGrant(
  store: KeyStore,
  grants: GrantStore,
  { GrantToken, KeyId, GrantId }: RetireGrantCommandInput,
): GrantRecord {
  if (GrantToken !== undefined) return grants.byToken(GrantToken);
  if (KeyId === undefined || GrantId === undefined) {
    throw new AwsError('ValidationException', 'Grant token or both key ID and grant ID must be specified');
  }
  return grants.find(store.find(KeyId).keyId, GrantId);
}

function noGrantee(): AwsError {
  return new AwsError(
    'ValidationException',
    "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null",
  );
}

/** A grant with a name is made once for the same parameters. */
function isSame(left: GrantRecord, right: GrantRecord): boolean {
  const essence = ({ grantee, retiring, operations, constraints, name }: GrantRecord) =>
    JSON.stringify([grantee, retiring, [...operations].sort(), constraints, name]);
  return essence(left) === essence(right);
}

function showGrant(grant: GrantRecord, keyArn: string, account: string): GrantListEntry {
  return {
    KeyId: keyArn,
    GrantId: grant.grantId,
    CreationDate: grant.created,
    GranteePrincipal: grant.grantee,
    IssuingAccount: `arn:aws:iam::${account}:root`,
    Operations: [...grant.operations] as NonNullable<GrantListEntry['Operations']>,
    Name: grant.name ?? '',
    ...(grant.retiring === undefined ? {} : { RetiringPrincipal: grant.retiring }),
    ...(grant.constraints === undefined ? {} : { Constraints: grant.constraints }),
  };
}
