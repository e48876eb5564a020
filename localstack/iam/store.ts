/** What IAM and STS keep: identities, policies, keys and sessions. The cloud reads it to authorise every call. */
import type { Collection } from '../core/collection.ts';

export interface TagRecord {
  readonly Key: string;
  readonly Value: string;
}

/** What users and roles have in common. */
export interface IdentityRecord {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createDate: Date;
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies. */
  readonly attached: readonly string[];
  readonly boundary?: string;
  readonly tags: readonly TagRecord[];
}

export interface RoleRecord extends IdentityRecord {
  readonly trustPolicy: string;
  readonly description?: string;
  readonly maxSessionSeconds: number;
}

export type UserRecord = IdentityRecord;

export interface PolicyVersionRecord {
  readonly versionId: string;
  readonly document: string;
  readonly createDate: Date;
}

export interface PolicyRecord {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly description?: string;
  readonly createDate: Date;
  readonly updateDate: Date;
  readonly versions: readonly PolicyVersionRecord[];
  readonly defaultVersionId: string;
  /** Number of the next version; numbers of deleted versions are not used again. */
  readonly nextVersion: number;
  readonly tags: readonly TagRecord[];
}

export interface AccessKeyRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly userName: string;
  readonly status: 'Active' | 'Inactive';
  readonly createDate: Date;
}

/** A role's session: what an `ASIA…` key stands for. */
export interface SessionRecord {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** Epoch milliseconds; absent for sessions of processes that the cloud itself started. */
  readonly expiresAt?: number;
  readonly tags: readonly TagRecord[];
  /** Session policies, JSON. */
  readonly policies: readonly string[];
}

export interface IamStore {
  /** By role name. */
  readonly roles: Collection<RoleRecord>;
  readonly users: Collection<UserRecord>;
  /** Customer managed policies by ARN. */
  readonly policies: Collection<PolicyRecord>;
  /** By access key id. */
  readonly accessKeys: Collection<AccessKeyRecord>;
  readonly sessions: Collection<SessionRecord>;
}

/** The store over the cloud's collections; every caller sees the same one. */
export function iamStore(cloud: { collection<T>(service: string, name: string): Collection<T> }): IamStore {
  return {
    roles: cloud.collection('iam', 'roles'),
    users: cloud.collection('iam', 'users'),
    policies: cloud.collection('iam', 'policies'),
    accessKeys: cloud.collection('iam', 'access-keys'),
    sessions: cloud.collection('sts', 'sessions'),
  };
}
