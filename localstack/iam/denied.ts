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

/** AWS's sentence for a refused request. */
export function denialMessage(
  principal: Principal,
  action: string,
  resource: string,
  denial: NonNullable<Decision['denial']>,
): string {
  const who = principal.kind === 'anonymous' ? 'Anonymous user' : `User: ${principal.arn}`;
  const refused = `${who} is not authorized to perform: ${action} on resource: ${resource}`;
  const policy = {
    identity: 'identity-based policy',
    resource: 'resource-based policy',
    boundary: 'permissions boundary',
    session: 'session policy',
  }[denial.source];
  if (denial.isExplicit) return `${refused} with an explicit deny in ${article(policy)} ${policy}`;
  return `${refused} because no ${policy} allows the ${action} action`;
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
