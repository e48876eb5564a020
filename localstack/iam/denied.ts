/** Access denied, in AWS's words and with each service's own code. */
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Decision } from './evaluate.ts';

/** Codes of services that do not say `AccessDeniedException` with status 400. */
const CODES: Readonly<Record<string, readonly [string, number]>> = {
  s3: ['AccessDenied', 403],
  iam: ['AccessDenied', 403],
  sts: ['AccessDenied', 403],
  cloudformation: ['AccessDenied', 403],
  monitoring: ['AccessDenied', 403],
  sqs: ['AccessDenied', 403],
  sns: ['AuthorizationError', 403],
  lambda: ['AccessDeniedException', 403],
  scheduler: ['AccessDeniedException', 403],
};

/** A refusal by policies. The service that was called decides the code. */
export class AccessDeniedError extends AwsError {
  readonly decision: Decision;

  constructor(message: string, decision: Decision, service?: string) {
    const [code, status] = (service && CODES[service]) || ['AccessDeniedException', 400];
    super(code, message, { status });
    this.decision = decision;
  }
}

/** The same refusal with the code of `service`, which answers for it. */
export function deniedBy(service: string, error: AccessDeniedError): AccessDeniedError {
  return new AccessDeniedError(error.message, error.decision, service);
}

/** Services that say nothing of a resource where the action has none. */
const SILENT_WITHOUT_RESOURCE = new Set(['s3', 'cloudwatch']);

/**
 * AWS's sentence for a refused request.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denialMessage(
  principal: Principal,
  action: string,
  resource: string,
  denial: NonNullable<Decision['denial']>,
): string {
  const [prefix = ''] = action.split(':');
  // S3 explains itself to callers that it knows only
  if (principal.kind === 'anonymous' && prefix === 's3') return 'Access Denied';
  const who = principal.kind === 'anonymous' ? 'Anonymous user' : `User: ${principal.arn}`;
  const shown = shownAction(prefix, action);
  const on =
    resource === '*' && SILENT_WITHOUT_RESOURCE.has(prefix)
      ? ''
      : ` on resource: ${quoted(prefix, resource)}`;
  const refused = `${who} is not authorized to perform: ${shown}${on}`;
  if (action === 'sts:AssumeRole' && denial.source === 'resource') {
    // STS does not tell whom a trust policy trusts, nor whether the role exists
    return denial.isExplicit ? `${refused} with an explicit deny in the role trust policy` : refused;
  }
  const policy = {
    identity: 'identity-based policy',
    resource: 'resource-based policy',
    boundary: 'permissions boundary',
    session: 'session policy',
  }[denial.source];
  if (denial.isExplicit) return `${refused} with an explicit deny in ${article(policy)} ${policy}`;
  return `${refused} because no ${policy} allows the ${shown} action`;
}

/** SQS says its actions in lower case and SNS its name in upper case. */
function shownAction(prefix: string, action: string): string {
  if (prefix === 'sqs') return action.toLowerCase();
  return prefix === 'sns' ? `SNS${action.slice(prefix.length)}` : action;
}

/** S3 alone puts the ARN in quotes. */
function quoted(prefix: string, resource: string): string {
  return prefix === 's3' ? `"${resource}"` : resource;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
