/** Encryption settings of objects, and the use of KMS keys that they ask of whoever reads or writes. */
import { AwsError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { invalidArgument } from './errors.ts';
import type { KmsKey } from './kms-keys.ts';
import type { S3State } from './state.ts';
import type { BucketRecord, Encryption } from './storage/records.ts';

/** The AWS managed key, which KMS makes on first use; every principal of the account may use it through S3. */
const MANAGED_KEY = 'alias/aws/s3';

interface EncryptionRequest {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
}

/**
 * Encryption of a new object: what the request says, else the bucket's default.
 * @throws AwsError KMS.NotFoundException when the key does not exist
 */
export async function chooseEncryption(
  state: S3State,
  bucket: BucketRecord,
  request: EncryptionRequest,
): Promise<Encryption> {
  if (request.SSEKMSKeyId !== undefined && request.ServerSideEncryption === undefined) {
    throw invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      'x-amz-server-side-encryption',
      'null',
    );
  }
  const rule = bucket.encryption?.Rules?.[0];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const algorithm = request.ServerSideEncryption ?? byDefault?.SSEAlgorithm ?? 'AES256';
  if (algorithm === 'AES256') return { algorithm };
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      algorithm,
    );
  }
  const keyId =
    request.SSEKMSKeyId ?? (byDefault?.SSEAlgorithm === algorithm ? byDefault.KMSMasterKeyID : undefined);
  const bucketKey = request.BucketKeyEnabled ?? rule?.BucketKeyEnabled ?? false;
  const key = await lookUpKey(state, keyId ?? MANAGED_KEY);
  return { algorithm, keyArn: key.arn, bucketKey };
}

/**
 * Checks that the caller may use the object's key, as S3 does on the caller's behalf.
 * @param action `kms:GenerateDataKey` to write, `kms:Decrypt` to read
 * @throws AwsError AccessDenied, KMS.DisabledException, KMS.KMSInvalidStateException or KMS.NotFoundException
 */
export async function authorizeKey(
  state: S3State,
  action: 'kms:GenerateDataKey' | 'kms:Decrypt',
  object: { readonly bucket: string; readonly key: string; readonly encryption: Encryption },
  call: Call,
): Promise<void> {
  const { keyArn, bucketKey } = object.encryption;
  if (keyArn === undefined) return;
  const key = await lookUpKey(state, keyArn);
  const encrypted = bucketKey
    ? `arn:aws:s3:::${object.bucket}`
    : `arn:aws:s3:::${object.bucket}/${object.key}`;
  const context = {
    'kms:ViaService': `s3.${state.cloud.region}.amazonaws.com`,
    'kms:CallerAccount': state.cloud.account,
    'kms:EncryptionContext:aws:s3:arn': encrypted,
    'kms:EncryptionContextKeys': ['aws:s3:arn'],
    'aws:SecureTransport': 'true',
  };
  state.cloud.authorize(
    [{ action, resource: key.arn, context, resourcePolicy: key.policy }],
    call.principal,
    call,
  );
  if (key.state === 'Disabled') throw new AwsError('KMS.DisabledException', `${key.arn} is disabled.`);
  if (key.state !== 'Enabled') {
    const pending = key.state === 'PendingDeletion' ? 'pending deletion' : key.state;
    throw new AwsError('KMS.KMSInvalidStateException', `${key.arn} is ${pending}.`);
  }
}

/** Members of an answer that tell how an object is encrypted. */
export function encryptionHeaders(encryption: Encryption): {
  ServerSideEncryption: Encryption['algorithm'];
  SSEKMSKeyId?: string;
  BucketKeyEnabled?: boolean;
} {
  if (encryption.keyArn === undefined) return { ServerSideEncryption: encryption.algorithm };
  const bucketKey = encryption.bucketKey ? { BucketKeyEnabled: true } : {};
  return { ServerSideEncryption: encryption.algorithm, SSEKMSKeyId: encryption.keyArn, ...bucketKey };
}

async function lookUpKey(state: S3State, keyId: string): Promise<KmsKey> {
  try {
    return await state.kmsKey(keyId);
  } catch (error) {
    if ((error as Error).name !== 'NotFoundException') throw error;
    throw new AwsError('KMS.NotFoundException', (error as Error).message, { cause: error });
  }
}
