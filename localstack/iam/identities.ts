/** Access keys and the principals behind them. */
import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { roleSession, rootPrincipal } from '../core/principals.ts';
import type { IamStore, SessionRecord } from './store.ts';

export interface Identities {
  /**
   * Who signs with this key; a key that nobody owns is the account's root.
   * @throws AwsError ExpiredToken for a session that is over, InvalidClientTokenId for an inactive key
   */
  principalOf(accessKeyId: string, now: Date): Principal;
  /** Durable keys for a process of the cloud that acts as `principal`: the same ones each time. */
  credentialsFor(principal: Principal): Credentials;
  /** Opens a session of a role, as AssumeRole does. */
  openSession(
    session: Omit<SessionRecord, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>,
  ): SessionRecord;
}

/** Identities over IAM's store, for one account. */
export function createIdentities(store: IamStore, account: string): Identities {
  const root = rootPrincipal(account);

  function putSession(session: SessionRecord): SessionRecord {
    store.sessions.put(session.accessKeyId, session);
    return session;
  }

  return {
    principalOf(accessKeyId, now) {
      const session = store.sessions.get(accessKeyId);
      if (session) {
        if (session.expiresAt !== undefined && session.expiresAt <= now.getTime()) {
          throw new AwsError('ExpiredToken', 'The security token included in the request is expired', {
            status: 403,
          });
        }
        return { ...roleSession(session.roleArn, session.sessionName), accessKeyId } as Principal;
      }
      const key = store.accessKeys.get(accessKeyId);
      if (!key) return root;
      const user = store.users.get(key.userName);
      if (key.status !== 'Active' || !user) {
        throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
          status: 403,
        });
      }
      return { kind: 'user', account, arn: user.arn, userName: user.name };
    },
    credentialsFor(principal) {
      if (principal.kind === 'root')
        return { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' };
      if (principal.kind !== 'role')
        throw new Error(`a ${principal.kind} principal has no keys for a process`);
      const accessKeyId = `ASIA${createHash('sha256').update(principal.arn).digest('hex').slice(0, 16).toUpperCase()}`;
      return (
        store.sessions.get(accessKeyId) ??
        putSession({
          accessKeyId,
          ...newSecrets(),
          roleArn: principal.roleArn,
          sessionName: principal.sessionName,
          tags: [],
          policies: [],
        })
      );
    },
    openSession(session) {
      const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
      return putSession({ ...session, accessKeyId, ...newSecrets() });
    },
  };
}

function newSecrets(): { secretAccessKey: string; sessionToken: string } {
  return {
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(120).toString('base64'),
  };
}
