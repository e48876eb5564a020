/** The condition keys of a request: global ones, and those that its service gives. */
import type { Principal } from '../core/principal.ts';
import type { AccessRequest } from '../core/service.ts';
import type { RequestContext } from './patterns.ts';
import type { IdentityRecord, SessionRecord } from './store.ts';

/** What of a call counts beyond the request itself. */
export interface CallFacts {
  readonly now: Date;
  readonly region: string;
  readonly sourceIp?: string;
  /** Whether another AWS service makes the call on the principal's behalf. */
  readonly isViaService?: boolean;
}

/** Global condition keys, then the request's own. Names in lower case, as they are compared. */
export function requestContext(
  { action, resource, context: own }: Pick<AccessRequest, 'action' | 'resource' | 'context'>,
  principal: Principal,
  facts: CallFacts,
  identity?: IdentityRecord,
  session?: SessionRecord,
): RequestContext {
  const context = new Map<string, readonly string[]>();
  const set = (key: string, value: string) => void context.set(key, [value]);
  set('aws:currenttime', facts.now.toISOString());
  set('aws:epochtime', String(Math.floor(facts.now.getTime() / 1000)));
  set('aws:requestedregion', facts.region);
  // the local endpoint is plain HTTP on the loopback; policies that demand TLS are meant for the real one
  set('aws:securetransport', 'true');
  set('aws:viaawsservice', String(facts.isViaService ?? false));
  set('aws:principalisawsservice', String(principal.kind === 'service'));
  // buckets' ARNs name no account: every resource here is this account's
  const resourceAccount = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? principal.account;
  set('aws:resourceaccount', resourceAccount);
  if (action.startsWith('s3:')) set('s3:resourceaccount', resourceAccount);
  if (facts.sourceIp !== undefined) set('aws:sourceip', facts.sourceIp);
  if (principal.kind === 'service') {
    set('aws:principalservicename', principal.service);
    set('aws:sourceaccount', principal.account);
    if (principal.sourceArn !== undefined) set('aws:sourcearn', principal.sourceArn);
  } else if (principal.kind !== 'anonymous') {
    set('aws:principalarn', principal.kind === 'role' ? principal.roleArn : principal.arn);
    set('aws:principalaccount', principal.account);
    set('kms:calleraccount', principal.account);
    set('aws:principaltype', { root: 'Account', user: 'User', role: 'AssumedRole' }[principal.kind]);
    set('aws:userid', userId(principal, identity));
    if (principal.kind === 'user') set('aws:username', principal.userName);
    for (const { Key, Value } of [...(identity?.tags ?? []), ...(session?.tags ?? [])]) {
      set(`aws:principaltag/${Key.toLowerCase()}`, Value);
    }
  }
  for (const [key, value] of Object.entries(own ?? {})) {
    context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return context;
}

function userId(principal: Principal, identity: IdentityRecord | undefined): string {
  if (principal.kind === 'role') return `${identity?.id ?? ''}:${principal.sessionName}`;
  return identity?.id ?? principal.account;
}
