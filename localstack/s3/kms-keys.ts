/** KMS keys as services that encrypt with them see them: state and policy. */
import type { Cloud } from '../core/cloud.ts';

/** How long a key's state and policy are remembered, in real milliseconds; AWS takes longer to notice a change. */
const MEMORY_MS = 1000;

export interface KmsKey {
  readonly arn: string;
  /** For example `Enabled` or `PendingDeletion`. */
  readonly state: string;
  /** Key policy document, JSON. */
  readonly policy: string;
}

/** Finds a key by id, ARN or alias. @throws AwsError NotFoundException of KMS */
export type KmsKeyLookup = (keyId: string) => Promise<KmsKey>;

/** A lookup with a short memory, so that not every object asks KMS twice. */
export function createKmsKeyLookup(cloud: Cloud): KmsKeyLookup {
  const remembered = new Map<string, { readonly key: KmsKey; readonly readAtMs: number }>();
  return async (keyId) => {
    const known = remembered.get(keyId);
    if (known && Date.now() - known.readAtMs < MEMORY_MS) return known.key;
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
    const key = { arn: KeyMetadata.Arn, state: KeyMetadata.KeyState, policy: Policy };
    remembered.set(keyId, { key, readAtMs: Date.now() });
    return key;
  };
}
