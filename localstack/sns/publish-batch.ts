/** Sizes and ids of messages published together, checked in SNS's words. */
import type { PublishBatchRequestEntry } from '@aws-sdk/client-sns';
import { AwsError } from '../core/errors.ts';

/** Largest message, and largest sum over a batch, attributes included. */
export const LARGEST_MESSAGE_BYTES = 262_144;
const MOST_ENTRIES = 10;
const LONGEST_ID = 80;

/** Size of a message as SNS counts it. */
export function messageBytes({
  Message = '',
  MessageAttributes = {},
}: Partial<Pick<PublishBatchRequestEntry, 'Message' | 'MessageAttributes'>>): number {
  let bytes = Buffer.byteLength(Message);
  for (const [name, { DataType = '', StringValue = '', BinaryValue }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name + DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue));
  }
  return bytes;
}

/** @throws AwsError for a batch that is empty, too long or too large, or whose ids are bad or not distinct */
export function checkEntries(entries: readonly PublishBatchRequestEntry[]): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (entries.length > MOST_ENTRIES) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible.',
    );
  }
  for (const { Id = '' } of entries) checkId(Id);
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError(
      'BatchEntryIdsNotDistinct',
      'Two or more batch entries in the request have the same Id.',
    );
  }
  const bytes = entries.reduce((total, entry) => total + messageBytes(entry), 0);
  if (bytes > LARGEST_MESSAGE_BYTES) {
    throw new AwsError(
      'BatchRequestTooLong',
      'The length of all the messages put together is more than the limit.',
    );
  }
}

function checkId(id: string): void {
  if (id.length > LONGEST_ID) {
    throw new AwsError(
      'InvalidBatchEntryId',
      `The Id of a batch entry in the batch request is too long: ${id}`,
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(id)) {
    throw new AwsError(
      'InvalidBatchEntryId',
      `The Id of a batch entry in the batch request contains an impermissible character: ${id}`,
    );
  }
}
