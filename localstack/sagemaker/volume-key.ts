/** The key that encrypts an instance's volume. */
import type { Cloud } from '../core/cloud.ts';
import type { Principal } from '../core/principal.ts';

/** Checks that the role may let the instance use `keyId`; nothing is encrypted here. @throws AwsError AccessDeniedException */
export function authorizeVolumeKey(cloud: Cloud, keyId: string | undefined, role: Principal): void {
  if (keyId === undefined || keyId === '') return;
  const resource = keyId.startsWith('arn:')
    ? keyId
    : `arn:aws:kms:${cloud.region}:${cloud.account}:key/${keyId}`;
  cloud.authorize(
    [{ action: 'kms:CreateGrant', resource, context: { 'kms:GrantIsForAWSResource': 'true' } }],
    role,
  );
}
