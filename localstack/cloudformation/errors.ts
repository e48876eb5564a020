/** The errors that CloudFormation answers with. */
import { AwsError } from '../core/errors.ts';

/** What CloudFormation answers to nearly everything that is wrong with a request or a template. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

export function changeSetNotFound(name: string): AwsError {
  return new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });
}

export function alreadyExists(stackName: string): AwsError {
  return new AwsError('AlreadyExistsException', `Stack [${stackName}] already exists`);
}

const HANDLER_ERROR_CODES: readonly (readonly [RegExp, string])[] = [
  [/AccessDenied|NotAuthorized|UnauthorizedOperation|AuthorizationError/, 'AccessDenied'],
  [
    /AlreadyExists|EntityAlreadyExists|ResourceConflict|BucketAlreadyOwnedByYou|ResourceInUse/,
    'AlreadyExists',
  ],
  [/NotFound|NoSuch|NonExistent|DoesNotExist/, 'NotFound'],
  [/NotUpdatable/, 'NotUpdatable'],
  [/Throttl|TooManyRequests/, 'Throttling'],
  [/LimitExceeded/, 'ServiceLimitExceeded'],
];

/** The reason of a failed resource in the words of CloudFormation's resource handlers. */
export function failureReason(error: unknown, requestToken: string): string {
  if (!(error instanceof AwsError)) return error instanceof Error ? error.message : String(error);
  if (error instanceof ResourceFailure) return error.message;
  const code = HANDLER_ERROR_CODES.find(([pattern]) => pattern.test(error.code))?.[1] ?? 'InvalidRequest';
  return `Resource handler returned message: "${error.message}" (RequestToken: ${requestToken}, HandlerErrorCode: ${code})`;
}

/** A resource's failure whose message is the reason as it stands. */
export class ResourceFailure extends AwsError {
  constructor(message: string) {
    super('ResourceFailure', message);
  }
}

/** Whether an error says that the thing to delete is gone already. */
export function isNotFound(error: unknown): boolean {
  return error instanceof AwsError && /NotFound|NoSuch|NonExistent|DoesNotExist/.test(error.code);
}

/** Runs a deletion; that its object is gone already is what was wanted. */
export async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
