/** Why a delivery failed, in the codes that EventBridge writes on dead letters. */
import { AwsError } from '../core/errors.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
export type DeliveryErrorCode =
  | 'NO_PERMISSIONS'
  | 'NO_RESOURCE'
  | 'FAILED_TO_ASSUME_ROLE'
  | 'INVALID_JSON'
  | 'INVALID_PARAMETER'
  | 'THROTTLING'
  | 'ERROR_FROM_TARGET'
  | 'INTERNAL_ERROR';

const RETRIED: readonly DeliveryErrorCode[] = ['THROTTLING', 'ERROR_FROM_TARGET', 'INTERNAL_ERROR'];

export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: DeliveryErrorCode;
  /** AWS's own error code, for services that report that one. */
  readonly awsCode: string;

  constructor(code: DeliveryErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.awsCode = options.cause instanceof AwsError ? options.cause.code : code;
  }

  /** Missing permissions and resources go to the dead letters at once; only what may pass is tried again. */
  get isRetryable(): boolean {
    return RETRIED.includes(this.code);
  }
}

/** What a failed call to the target means for its delivery. */
export function toDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (!(error instanceof AwsError))
    return new DeliveryError('INTERNAL_ERROR', String(error), { cause: error });
  return new DeliveryError(codeOf(error), error.message, { cause: error });
}

function codeOf(error: AwsError): DeliveryErrorCode {
  if (/^AccessDenied|^AuthorizationError$|^KMS|^UnauthorizedException$/.test(error.code))
    return 'NO_PERMISSIONS';
  if (/NotFound|NonExistent|DoesNotExist/.test(error.code)) return 'NO_RESOURCE';
  if (/Throttl|TooManyRequests|LimitExceeded/.test(error.code)) return 'THROTTLING';
  if (error.code === 'NotImplementedByLocalCloud') return 'INVALID_PARAMETER';
  return error.status >= 500 ? 'INTERNAL_ERROR' : 'INVALID_PARAMETER';
}
