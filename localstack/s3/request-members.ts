/** Members of requests that say something about every operation, and those that nothing here would honour. */
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Call, Operation } from '../core/service.ts';
import { checkExpectedOwner } from './buckets.ts';
import type { S3State } from './state.ts';

/** Refused by name rather than passed over. */
const REFUSED = [
  'AnnotationDirective',
  'BucketNamespace',
  'ChecksumXXHASH128',
  'ChecksumXXHASH3',
  'ChecksumXXHASH64',
  'CopySourceSSECustomerAlgorithm',
  'CopySourceSSECustomerKey',
  'CopySourceSSECustomerKeyMD5',
  'IfMatchInitiatedTime',
  'IfMatchLastModifiedTime',
  'IfMatchSize',
  'MFA',
  'ObjectLockEventHold',
  'ObjectLockEventHoldDurationDays',
  'ObjectLockEventHoldDurationYears',
  'OptionalObjectAttributes',
  'RequestPayer',
  'SSECustomerAlgorithm',
  'SSECustomerKey',
  'SSECustomerKeyMD5',
  'SSEKMSEncryptionContext',
  'Token',
  'TransitionDefaultMinimumObjectSize',
];

interface CommonMembers {
  readonly ExpectedBucketOwner?: string;
  readonly ExpectedSourceBucketOwner?: string;
}

/** The operation, behind the checks that all operations share. @throws AwsError, NotImplementedByLocalCloud */
export function withCommonMembers(state: S3State, name: string, operation: Operation): Operation {
  return (input: CommonMembers, call: Call) => {
    const refused = REFUSED.find((member) => Object.hasOwn(input, member));
    if (refused !== undefined) throw new NotImplementedByLocalCloud(`s3 ${name} ${refused}`);
    checkExpectedOwner(state, input.ExpectedBucketOwner);
    checkExpectedOwner(state, input.ExpectedSourceBucketOwner);
    return operation(input, call);
  };
}
