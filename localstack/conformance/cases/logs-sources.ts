/** Who says how CloudWatch Logs answers, and the refusals that many operations share. */
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AwsRefusal } from '../operation-case.ts';

/** AWS's answers, recorded against a real account by the authors of another emulator. */
export function recordedLogs(topic: string): string {
  return `https://github.com/localstack/localstack/blob/main/tests/aws/services/logs/test_logs_${topic}.snapshot.json`;
}

/** Page of an operation in the API reference. */
export function logsPage(operation: string): string {
  return `https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_${operation}.html`;
}

/** A log group that is not there. */
export const NO_GROUP: AwsRefusal = {
  name: 'ResourceNotFoundException',
  message: 'The specified log group does not exist.',
  status: 400,
};
/** A log stream that is not there. */
export const NO_STREAM: AwsRefusal = {
  name: 'ResourceNotFoundException',
  message: 'The specified log stream does not exist.',
  status: 400,
};

/** A parameter that is refused. */
export function badParameter(message: string): AwsRefusal {
  return { name: 'InvalidParameterException', message, status: 400 };
}

/** A new log group, and its ARN. */
export async function makeGroup(client: CloudWatchLogsClient, logGroupName: string): Promise<string> {
  await client.send(new CreateLogGroupCommand({ logGroupName }));
  return `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
}

/** A new log group with the stream `stream`. */
export async function makeStream(client: CloudWatchLogsClient, logGroupName: string) {
  await makeGroup(client, logGroupName);
  const place = { logGroupName, logStreamName: 'stream' };
  await client.send(new CreateLogStreamCommand(place));
  return place;
}
