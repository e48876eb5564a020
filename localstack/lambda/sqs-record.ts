/** SQS messages as functions get them. */
import type { Message } from '@aws-sdk/client-sqs';
import type { Execution } from './execute.ts';
import type { MappingRecord } from './records.ts';

/** The record of a message in the function's event. */
export function toRecord(message: Message, mapping: MappingRecord, region: string) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue && { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes),
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.eventSourceArn,
    awsRegion: region,
  };
}

/**
 * The messages that the function has dealt with. An answer that is no object, or names what is no message of the
 * batch, fails the whole batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function settledMessages(
  messages: readonly Message[],
  execution: Pick<Execution, 'failed' | 'payload'>,
  { reportsBatchItemFailures }: Pick<MappingRecord, 'reportsBatchItemFailures'>,
): readonly Message[] {
  if (execution.failed) return [];
  if (!reportsBatchItemFailures) return messages;
  const answer: unknown = JSON.parse(execution.payload);
  if (answer === null) return messages;
  if (typeof answer !== 'object') return [];
  const { batchItemFailures } = answer as { batchItemFailures?: { itemIdentifier?: string }[] | null };
  const failed = (batchItemFailures ?? []).map((item) => item?.itemIdentifier);
  const known = new Set(messages.map(({ MessageId }) => MessageId));
  if (failed.some((id) => !known.has(id))) return [];
  return messages.filter(({ MessageId }) => !failed.includes(MessageId));
}
