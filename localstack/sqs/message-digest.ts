/** MD5 digests with which SQS clients check what they sent and got. */
import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

const STRING_VALUE = 1;
const BINARY_VALUE = 2;

/** Digest of a body, in hex. */
export function bodyDigest(body: string): string {
  return createHash('md5').update(body).digest('hex');
}

/**
 * Digest of message attributes, in hex; undefined when there are none.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function attributesDigest(
  attributes: Readonly<Record<string, MessageAttributeValue>> | undefined,
): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes![name]!;
    updateSized(hash, Buffer.from(name));
    updateSized(hash, Buffer.from(DataType));
    hash.update(Buffer.from([BinaryValue ? BINARY_VALUE : STRING_VALUE]));
    updateSized(hash, BinaryValue ? Buffer.from(BinaryValue) : Buffer.from(StringValue ?? ''));
  }
  return hash.digest('hex');
}

function updateSized(hash: ReturnType<typeof createHash>, bytes: Buffer): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
}
