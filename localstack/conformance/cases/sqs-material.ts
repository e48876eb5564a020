/** What the cases of SQS are played on. */
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsRefusal, CaseContext } from '../operation-case.ts';

export const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000';

/** AWS's reference of an operation. */
export const sqsPage = (operation: string) =>
  `https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_${operation}.html`;

/** Answers of AWS as another emulator's project recorded them on a real account, to compare itself with. */
export const RECORDED_SQS =
  'https://github.com/localstack/localstack/tree/master/tests/aws/services/sqs (test_sqs.snapshot.json, test_sqs_move_task.snapshot.json)';

/** As recorded (test_non_existent_queue). */
export const NO_QUEUE: AwsRefusal = {
  name: 'QueueDoesNotExist',
  message: 'The specified queue does not exist.',
  status: 400,
};

/** The refusal of a parameter, as recorded; the SDK names it by the query protocol's code, which comes in a header. */
export const invalidSqs = (message: string): AwsRefusal => ({
  name: 'InvalidParameterValue',
  message,
  status: 400,
});

/** As recorded (test_change_message_visibility_batch_with_too_large_batch and its like). */
export const TOO_MANY: AwsRefusal = {
  name: 'TooManyEntriesInBatchRequest',
  message: 'Maximum number of entries per request are 10. You have sent 11.',
  status: 400,
};

/** Page with the refusal of a receipt handle. */
export const API_ERRORS =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-api-errors.html';

/** As on AWS's page of API errors. */
export const NOT_A_RECEIPT: AwsRefusal = {
  name: 'ReceiptHandleIsInvalid',
  message: 'The input receipt handle "no-receipt" is not a valid receipt handle.',
  status: 400,
};

/** URL of a queue that no case makes. */
export const noQueue = ({ running }: CaseContext<SQSClient>) =>
  `${running.endpoint}/000000000000/nobodys-queue`;

/** Makes a queue and gives its URL. */
export async function makeQueue(
  client: SQSClient,
  QueueName: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl!;
}

/** Makes a queue, sends it one message, and receives it. */
export async function receiveOne(client: SQSClient, QueueName: string) {
  const QueueUrl = await makeQueue(client, QueueName);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
  return { QueueUrl, ReceiptHandle: Messages![0]!.ReceiptHandle! };
}
