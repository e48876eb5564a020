/** The permissions that KMS operations need, on the key and under its policy. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { AccessRequest, Call } from '../core/service.ts';
import { type EncryptionContext, sealedUnder } from './envelope.ts';
import { retiredGrant } from './grant-operations.ts';
import { type GrantStore, policyWithGrants } from './grants.ts';
import type { KeyRecord } from './key.ts';
import type { KeyStore } from './key-store.ts';

interface KeyInput {
  readonly KeyId?: string;
  readonly TargetKeyId?: string;
  readonly AliasName?: string;
  readonly CiphertextBlob?: Uint8Array;
  readonly EncryptionContext?: EncryptionContext;
  readonly SourceKeyId?: string;
  readonly SourceEncryptionContext?: EncryptionContext;
  readonly DestinationKeyId?: string;
  readonly DestinationEncryptionContext?: EncryptionContext;
  readonly GrantTokens?: readonly string[];
  readonly GrantToken?: string;
  readonly GrantId?: string;
  readonly GranteePrincipal?: string;
  readonly RetiringPrincipal?: string;
  readonly Tags?: readonly object[];
  readonly Operations?: readonly string[];
  readonly Constraints?: object;
}

const WITHOUT_KEY = new Set(['CreateKey', 'ListKeys', 'ListAliases']);

/** Access requests of one call. @throws AwsError NotFoundException for a key that does not exist */
export function kmsAccess(
  cloud: Cloud,
  store: KeyStore,
  grants: GrantStore,
  operation: string,
  input: KeyInput,
  call: Call,
): AccessRequest[] {
  // a grant counts here at once, so its token need only be one
  for (const token of input.GrantTokens ?? []) grants.byToken(token);
  const on = (
    action: string,
    key: KeyRecord,
    context?: EncryptionContext,
    reference?: string,
  ): AccessRequest => ({
    action: `kms:${action}`,
    resource: key.arn,
    resourcePolicy: policyWithGrants(key, grants.of(key.keyId)),
    context: keyContext(store, key, call, context, reference),
  });
  const alias = (): AccessRequest => ({
    action: `kms:${operation}`,
    resource: `arn:aws:kms:${cloud.region}:${cloud.account}:${input.AliasName}`,
  });

  if (WITHOUT_KEY.has(operation) && input.KeyId === undefined) {
    const tag = {
      action: 'kms:TagResource',
      resource: `arn:aws:kms:${cloud.region}:${cloud.account}:key/*`,
    };
    return [{ action: `kms:${operation}`, resource: '*' }, ...(input.Tags?.length ? [tag] : [])];
  }
  switch (operation) {
    case 'CreateAlias':
      return [alias(), on(operation, store.find(input.TargetKeyId!))];
    case 'UpdateAlias': {
      const old = store.aliases.get(input.AliasName!);
      const keys = [...(old ? [store.find(old.keyId)] : []), store.find(input.TargetKeyId!)];
      return [alias(), ...keys.map((key) => on(operation, key))];
    }
    case 'DeleteAlias': {
      const old = store.aliases.get(input.AliasName!);
      return [alias(), ...(old ? [on(operation, store.find(old.keyId))] : [])];
    }
    case 'Decrypt': {
      if (!input.CiphertextBlob) {
        throw new AwsError(
          'ValidationException',
          "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
        );
      }
      const key = store.find(input.KeyId ?? sealedUnder(input.CiphertextBlob));
      return [on('Decrypt', key, input.EncryptionContext, input.KeyId)];
    }
    case 'ReEncrypt':
      return [
        on('ReEncryptFrom', store.find(sealedUnder(input.CiphertextBlob!)), input.SourceEncryptionContext),
        on('ReEncryptTo', store.find(input.DestinationKeyId!), input.DestinationEncryptionContext),
      ];
    case 'CreateGrant': {
      const request = on(operation, store.find(input.KeyId!));
      return [{ ...request, context: { ...request.context, ...grantContext(input, call) } }];
    }
    case 'RetireGrant': {
      const grant = retiredGrant(store, grants, input);
      const key = store.find(grant.keyId);
      return [{ ...on(operation, key), resourcePolicy: policyWithGrants(key, [grant]) }];
    }
    default:
      return [on(operation, store.find(input.KeyId!), input.EncryptionContext, input.KeyId)];
  }
}

/** Condition keys of the grant that is asked for. */
function grantContext(input: KeyInput, call: Call): Record<string, string | readonly string[]> {
  const constraint = Object.keys(input.Constraints ?? {})[0];
  return {
    'kms:GrantOperations': input.Operations ?? [],
    'kms:GranteePrincipal': input.GranteePrincipal!,
    'kms:GrantIsForAWSResource': String(call.viaService !== undefined),
    ...(input.RetiringPrincipal === undefined ? {} : { 'kms:RetiringPrincipal': input.RetiringPrincipal }),
    ...(constraint === undefined ? {} : { 'kms:GrantConstraintType': constraint }),
  };
}

/** Condition keys of a request on a key. */
function keyContext(
  store: KeyStore,
  key: KeyRecord,
  call: Call,
  encryptionContext: EncryptionContext = {},
  reference?: string,
): Record<string, string | readonly string[]> {
  const alias = reference && /alias\/.+$/.exec(reference)?.[0];
  const names = Object.keys(encryptionContext);
  return {
    'kms:KeySpec': 'SYMMETRIC_DEFAULT',
    'kms:KeyUsage': 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': 'AWS_KMS',
    'kms:ResourceAliases': store.aliasesOf(key.keyId),
    ...(alias ? { 'kms:RequestAlias': alias } : {}),
    ...(call.viaService ? { 'kms:ViaService': call.viaService } : {}),
    ...(names.length > 0 ? { 'kms:EncryptionContextKeys': names } : {}),
    ...Object.fromEntries(names.map((name) => [`kms:EncryptionContext:${name}`, encryptionContext[name]!])),
    ...Object.fromEntries(
      Object.entries(key.tags).map(([name, value]) => [`aws:ResourceTag/${name}`, value]),
    ),
  };
}
