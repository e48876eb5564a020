/** The key that encrypts an instance's volume. */
import type { Cloud } from '../core/cloud.ts';
import type { Principal } from '../core/principal.ts';
import { validationError } from './constraints.ts';

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

/**
 * Families of SageMaker's with NVMe instance storage, which the hardware encrypts: they take no key.
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html (VolumeKmsKeyId)
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
 */
const LOCAL_STORAGE = new Set(
  (
    'c5d c6gd c6id c7gd g4dn g5 g6 g6e gr6 m5d m6gd m6id m7gd m8gd p3dn p4d p4de p5 p5e p5en p6-b200 ' +
    'r5d r6gd r6id r7gd r8gd c8gd trn1 trn1n trn2'
  ).split(' '),
);

/** @throws AwsError ValidationException when an instance type without a volume of its own is given a key */
export function refuseVolumeKey(
  member: string,
  instanceType: string | undefined,
  keyId: string | undefined,
): void {
  const [, family = ''] = instanceType?.split('.') ?? [];
  if (!keyId || !LOCAL_STORAGE.has(family)) return;
  throw validationError(
    `${member} is not supported for instance type ${instanceType}, which has local storage`,
  );
}
