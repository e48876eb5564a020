/** How each service says that it is asked too often. */
import { AwsError } from './errors.ts';

/** Code, message and status of services that do not say `ThrottlingException: Rate exceeded`. */
const THROTTLING: Readonly<Record<string, readonly [code: string, message: string, status: number]>> = {
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  dynamodb: ['ThrottlingException', 'Throughput exceeds the current capacity of your table or index.', 400],
  lambda: ['TooManyRequestsException', 'Rate Exceeded.', 429],
  sqs: ['RequestThrottled', 'The request was denied due to request throttling.', 403],
  scheduler: ['ThrottlingException', 'Rate exceeded', 429],
  ...Object.fromEntries(
    ['iam', 'sts', 'sns', 'cloudformation', 'monitoring'].map((name) => [
      name,
      ['Throttling', 'Rate exceeded', 400],
    ]),
  ),
};

/** The service's throttling error; SDKs try again after it. */
export function throttlingError(service: string): AwsError {
  const [code, message, status] = THROTTLING[service] ?? ['ThrottlingException', 'Rate exceeded', 400];
  return new AwsError(code, message, { status });
}
