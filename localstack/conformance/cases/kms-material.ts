/** What KMS's cases are made with. */
import { CreateKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { AwsRefusal } from '../operation-case.ts';

const PREFIX = 'arn:aws:kms:us-east-1:000000000000:';
/** An id that no key has. */
export const NO_KEY = '00000000-1111-2222-3333-444444444444';
export const Plaintext = new TextEncoder().encode('secret');

/** API reference page of an operation. */
export const page = (operation: string) =>
  `https://docs.aws.amazon.com/kms/latest/APIReference/API_${operation}.html`;
/** Answers of KMS recorded from AWS by a test-suite that runs against both. */
export const RECORDED =
  'https://github.com/localstack/localstack/blob/main/tests/aws/services/kms/test_kms.snapshot.json';

export const noKey: AwsRefusal = {
  name: 'NotFoundException',
  message: `Key '${PREFIX}key/${NO_KEY}' does not exist`,
  status: 400,
};
export const noAlias = (name: string): AwsRefusal => ({
  name: 'NotFoundException',
  message: `Alias ${PREFIX}${name} is not found.`,
  status: 400,
});
export const NO_ALIAS_SOURCE = 'https://github.com/cloudposse/docs/issues/152';
export const deniedOnNothing = (role: string, action: string): AwsRefusal => ({
  name: 'AccessDeniedException',
  message: `User: arn:aws:sts::000000000000:assumed-role/${role}/me is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
  status: 400,
});
export const DENIED = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html';

/** A key; its id. */
export async function makeKey(client: KMSClient): Promise<string> {
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  return KeyMetadata!.KeyId!;
}
