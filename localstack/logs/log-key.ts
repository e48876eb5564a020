/** Encryption of log groups: CloudWatch Logs itself has to be allowed by the key's policy. */
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import { useKey } from '../sqs/key-use.ts';

/** @throws AwsError AccessDeniedException as CloudWatch Logs words it, whatever the reason */
export async function requireLogsKey(cloud: Cloud, keyId: string, logGroupArn: string): Promise<void> {
  // policies name the region's principal, as the user guide shows, or the global one
  const names = [`logs.${cloud.region}.amazonaws.com`, 'logs.amazonaws.com'];
  let refusal: unknown;
  for (const name of names) {
    try {
      await useKey(cloud, {
        keyId,
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        principal: cloud.servicePrincipal(name, logGroupArn),
        via: 'logs',
        encryptionContext: { 'aws:logs:arn': logGroupArn },
      });
      return;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      refusal = error;
    }
  }
  throw new AwsError(
    'AccessDeniedException',
    `The specified KMS key does not exist or is not allowed to be used with Arn '${logGroupArn}'`,
    { cause: refusal },
  );
}
