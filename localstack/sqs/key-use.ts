/** Use of KMS keys by the messaging services (SQS, SNS, EventBridge, Logs), as the caller or as the service itself. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Call } from '../core/service.ts';

/** How long a key's state and policy are remembered, in real milliseconds; AWS reuses data keys for minutes. */
const KEY_MEMORY_MS = 1000;

export interface KeyUse {
  /** Key id, ARN or alias. */
  readonly keyId: string;
  readonly actions: readonly ('kms:GenerateDataKey' | 'kms:Decrypt' | 'kms:DescribeKey' | 'kms:Encrypt')[];
  readonly principal: Principal;
  /** The call for which the key is used, when the principal is its caller. */
  readonly call?: Call;
  /** For example `sqs`: the service through which the key is used. */
  readonly via: string;
  readonly encryptionContext?: Readonly<Record<string, string>>;
}

interface Key {
  readonly arn: string;
  readonly state: string;
  readonly policy: string;
  readonly readAtMs: number;
}

const remembered = new WeakMap<Cloud, Map<string, Key>>();

/** Whether it names a key that AWS manages (`alias/aws/sqs`), which needs no permission of the account's own users. */
export function isManagedKey(keyId: string): boolean {
  return /(?:^|:)alias\/aws\//.test(keyId);
}

/**
 * Checks that the principal may use the key now; a key managed by AWS passes for everybody but service principals,
 * which its policy does not know.
 * @returns ARN of the key.
 * @throws AwsError AccessDenied, KMS.NotFoundException, KMS.DisabledException or KMS.InvalidStateException
 */
export async function useKey(cloud: Cloud, use: KeyUse): Promise<string> {
  const { keyId, principal } = use;
  if (isManagedKey(keyId)) {
    if (principal.kind === 'service') {
      throw new AwsError(
        'KMS.AccessDeniedException',
        `${principal.service} is not allowed by the policy of the AWS managed key ${keyId}; use a customer managed key`,
      );
    }
    return keyId;
  }
  const key = await lookUpKey(cloud, keyId);
  cloud.authorize(
    use.actions.map((action) => ({
      action,
      resource: key.arn,
      context: keyContext(cloud, use),
      resourcePolicy: key.policy,
    })),
    principal,
    use.call,
  );
  if (key.state === 'Disabled') throw new AwsError('KMS.DisabledException', `${key.arn} is disabled.`);
  if (key.state !== 'Enabled') {
    throw new AwsError('KMS.InvalidStateException', `${key.arn} is in state ${key.state}.`);
  }
  return key.arn;
}

function keyContext(
  cloud: Cloud,
  { via, encryptionContext = {} }: KeyUse,
): Record<string, string | readonly string[]> {
  const entries = Object.entries(encryptionContext);
  return {
    'kms:ViaService': `${via}.${cloud.region}.amazonaws.com`,
    'kms:CallerAccount': cloud.account,
    ...Object.fromEntries(entries.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    ...(entries.length > 0 && { 'kms:EncryptionContextKeys': entries.map(([name]) => name) }),
  };
}

async function lookUpKey(cloud: Cloud, keyId: string): Promise<Key> {
  const keys = remembered.get(cloud) ?? new Map<string, Key>();
  remembered.set(cloud, keys);
  const known = keys.get(keyId);
  if (known && Date.now() - known.readAtMs < KEY_MEMORY_MS) return known;
  try {
    const { KeyMetadata } = await cloud.call<{ KeyMetadata: { Arn: string; KeyState: string } }>(
      'kms',
      'DescribeKey',
      { KeyId: keyId },
      cloud.root,
    );
    const { Policy } = await cloud.call<{ Policy: string }>(
      'kms',
      'GetKeyPolicy',
      { KeyId: KeyMetadata.Arn, PolicyName: 'default' },
      cloud.root,
    );
    const key = { arn: KeyMetadata.Arn, state: KeyMetadata.KeyState, policy: Policy, readAtMs: Date.now() };
    keys.set(keyId, key);
    return key;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'NotFoundException') {
      throw new AwsError('KMS.NotFoundException', error.message, { cause: error });
    }
    throw error;
  }
}
