/** Builders of principals. */
import type { Principal } from './principal.ts';

/** The account's root. */
export function rootPrincipal(account: string): Principal {
  return { kind: 'root', account, arn: `arn:aws:iam::${account}:root` };
}

/** A session of a role; the session's ARN drops the role's path, as AWS's does. */
export function roleSession(roleArn: string, sessionName: string): Principal {
  const account = roleArn.split(':')[4] ?? '';
  const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
  return { kind: 'role', account, arn, roleArn, roleName, sessionName };
}

/** A service acting for itself, for example `events.amazonaws.com` on behalf of a rule. */
export function serviceActor(account: string, service: string, sourceArn?: string): Principal {
  return sourceArn === undefined
    ? { kind: 'service', account, service, arn: service }
    : { kind: 'service', account, service, arn: service, sourceArn };
}
