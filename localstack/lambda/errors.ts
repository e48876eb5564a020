/** Lambda's errors, in AWS's words. */
import { AwsError } from '../core/errors.ts';

export const invalidParameter = (message: string) =>
  new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });

export const notFound = (message: string) =>
  new AwsError('ResourceNotFoundException', message, { status: 404, fields: { Type: 'User' } });

export const functionNotFound = (arn: string) => notFound(`Function not found: ${arn}`);

export const conflict = (message: string) =>
  new AwsError('ResourceConflictException', message, { status: 409, fields: { Type: 'User' } });

/** `reader`: the operation that tells the revision. */
export const preconditionFailed = (reader: string) =>
  new AwsError(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${reader} API to retrieve the latest Revision Id`,
    { status: 412, fields: { Type: 'User' } },
  );

export const tooManyRequests = (
  reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded',
) =>
  new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Type: 'User', Reason: reason },
  });

/** Largest requests of Invoke; that of `Event` was raised from 256 KB in October 2025. */
export const LARGEST_SYNC_BYTES = 6_291_456;
export const LARGEST_ASYNC_BYTES = 1_048_576;

/** @see https://github.com/pelmers/streetwarp-web/issues/14 and https://github.com/ASFHyP3/hyp3/issues/2241 */
export const requestTooLarge = (bytes: number, isAsync: boolean) =>
  new AwsError(
    'RequestEntityTooLargeException',
    isAsync
      ? `${bytes} byte payload is too large for the Event invocation type (limit ${LARGEST_ASYNC_BYTES} bytes)`
      : `Request must be smaller than ${LARGEST_SYNC_BYTES} bytes for the InvokeFunction operation`,
    { status: 413, fields: { Type: 'User' } },
  );

export const invalidRequestContent = (message: string) =>
  new AwsError('InvalidRequestContentException', message, {
    fields: { Type: 'User' },
  });
