/** Lambda's errors, in AWS's words. */
import { AwsError } from '../core/errors.ts';

export const invalidParameter = (message: string) =>
  new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });

export const notFound = (message: string) =>
  new AwsError('ResourceNotFoundException', message, { status: 404, fields: { Type: 'User' } });

export const functionNotFound = (arn: string) => notFound(`Function not found: ${arn}`);

export const conflict = (message: string) =>
  new AwsError('ResourceConflictException', message, { status: 409, fields: { Type: 'User' } });

export const preconditionFailed = () =>
  new AwsError(
    'PreconditionFailedException',
    'The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
    { status: 412, fields: { Type: 'User' } },
  );

export const tooManyRequests = (
  reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded',
) =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Type: 'User', Reason: reason },
  });

export const requestTooLarge = (limitBytes: number) =>
  new AwsError(
    'RequestTooLargeException',
    `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
    { status: 413, fields: { Type: 'User' } },
  );

export const invalidRequestContent = (message: string) =>
  new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${message}`, {
    fields: { Type: 'User' },
  });
