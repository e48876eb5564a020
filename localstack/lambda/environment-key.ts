/** The customer managed key of a function's environment variables: who may set and who may see them. */
import type { EnvironmentResponse } from '@aws-sdk/client-lambda';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { invalidParameter } from './errors.ts';
import type { FunctionVersion } from './records.ts';

type KeyAction = 'kms:Encrypt' | 'kms:CreateGrant' | 'kms:Decrypt';

async function authorizeKey(
  cloud: Cloud,
  keyArn: string,
  functionArn: string,
  actions: readonly KeyAction[],
  principal: Principal,
): Promise<void> {
  const { KeyMetadata } = await cloud.call<{ KeyMetadata: { Arn: string; KeyState: string } }>(
    'kms',
    'DescribeKey',
    { KeyId: keyArn },
    cloud.root,
  );
  if (KeyMetadata.KeyState !== 'Enabled') {
    throw invalidParameter(`KMS key is invalid for CreateGrant. KMS Exception: ${keyArn} is disabled.`);
  }
  const { Policy } = await cloud.call<{ Policy: string }>(
    'kms',
    'GetKeyPolicy',
    { KeyId: KeyMetadata.Arn, PolicyName: 'default' },
    cloud.root,
  );
  const context = {
    'kms:ViaService': `lambda.${cloud.region}.amazonaws.com`,
    'kms:CallerAccount': cloud.account,
    'kms:EncryptionContext:aws:lambda:FunctionArn': functionArn,
    'kms:EncryptionContextKeys': ['aws:lambda:FunctionArn'],
  };
  cloud.authorize(
    actions.map((action) => ({
      action,
      resource: KeyMetadata.Arn,
      context: action === 'kms:CreateGrant' ? { ...context, 'kms:GrantIsForAWSResource': 'true' } : context,
      resourcePolicy: Policy,
    })),
    principal,
  );
}

/**
 * Checks that the caller may configure the key. The function's role needs no permission of its own on AWS: Lambda
 * gives it a grant, which is what the caller needs CreateGrant for.
 * @throws AwsError InvalidParameterValueException
 */
export async function authorizeConfiguring(
  cloud: Cloud,
  keyArn: string,
  functionArn: string,
  principal: Principal,
): Promise<void> {
  try {
    await authorizeKey(cloud, keyArn, functionArn, ['kms:Encrypt', 'kms:CreateGrant'], principal);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant. Please check your KMS key settings. KMS Exception: ${error.code} KMS Message: ${error.message}`,
    );
  }
}

/** The variables as this caller may see them: without Decrypt on the key, an error in their place. */
export async function visibleEnvironment(
  cloud: Cloud,
  version: FunctionVersion,
  functionArn: string,
  principal: Principal,
): Promise<EnvironmentResponse | undefined> {
  if (Object.keys(version.variables).length === 0) return undefined;
  const Variables = { ...version.variables };
  if (!version.environmentKeyArn) return { Variables };
  try {
    await authorizeKey(cloud, version.environmentKeyArn, functionArn, ['kms:Decrypt'], principal);
    return { Variables };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const Message = `Lambda was unable to decrypt your environment variables because the KMS access was denied. Please check your KMS permissions. KMS Exception: ${error.code} KMS Message: ${error.message}`;
    return { Error: { ErrorCode: 'AccessDeniedException', Message } };
  }
}
