/** Access keys and the principals behind them. */
import { createHash, randomBytes } from 'node:crypto';
import type { Credentials } from '../core/cloud.ts';
import type { Principal } from '../core/principal.ts';
import { roleSession, rootPrincipal } from '../core/principals.ts';
import type { KeyOwner } from '../protocols/signature/verify.ts';
import { idText } from './records.ts';
import type { IamStore, SessionRecord } from './store.ts';

/** The account's root signs with this pair, with the token or without. */
const ROOT_KEY: Credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' };
const ROOT_OWNER: KeyOwner = { secretAccessKey: 'test', sessionTokens: [undefined, 'test'] };

export interface Identities {
  /** Secret and tokens of a key; undefined for one that nobody owns, that is inactive, or whose owner is gone. */
  keyOwner(accessKeyId: string): KeyOwner | undefined;
  /** Who signs with this key. @throws Error for a key without an owner */
  principalOf(accessKeyId: string): Principal;
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
    keyOwner(accessKeyId) {
      if (accessKeyId === ROOT_KEY.accessKeyId) return ROOT_OWNER;
      const session = store.sessions.get(accessKeyId);
      if (session) {
        const { secretAccessKey, sessionToken, expiresAt } = session;
        const owner = { secretAccessKey, sessionTokens: [sessionToken] };
        return expiresAt === undefined ? owner : { ...owner, expiresAt };
      }
      const key = store.accessKeys.get(accessKeyId);
      if (key?.status !== 'Active' || !store.users.has(key.userName)) return undefined;
      return { secretAccessKey: key.secretAccessKey, sessionTokens: [undefined] };
    },
    principalOf(accessKeyId) {
      if (accessKeyId === ROOT_KEY.accessKeyId) return root;
      const session = store.sessions.get(accessKeyId);
      if (session) return { ...roleSession(session.roleArn, session.sessionName), accessKeyId } as Principal;
      const user = store.users.get(store.accessKeys.get(accessKeyId)?.userName ?? '');
      if (!user) throw new Error(`nobody owns the key ${accessKeyId}`);
      return { kind: 'user', account, arn: user.arn, userName: user.name };
    },
    credentialsFor(principal) {
      if (principal.kind === 'root') return ROOT_KEY;
      if (principal.kind !== 'role')
        throw new Error(`a ${principal.kind} principal has no keys for a process`);
      const accessKeyId = sessionKeyId(createHash('sha256').update(principal.arn).digest());
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
      const accessKeyId = sessionKeyId(randomBytes(16));
      return putSession({ ...session, accessKeyId, ...newSecrets() });
    },
  };
}

/** `ASIA` and 16 letters and digits, as AWS's temporary keys have them. */
function sessionKeyId(bytes: Buffer): string {
  return `ASIA${idText(bytes.subarray(0, 16))}`;
}

function newSecrets(): { secretAccessKey: string; sessionToken: string } {
  return {
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(120).toString('base64'),
  };
}
