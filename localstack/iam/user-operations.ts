/** IAM operations on users and their access keys. */
import { randomBytes } from 'node:crypto';
import type {
  CreateUserCommandInput,
  ListAccessKeysCommandInput,
  UpdateAccessKeyCommandInput,
  User,
} from '@aws-sdk/client-iam';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Call, Operation } from '../core/service.ts';
import {
  alreadyExists,
  checkEntityName,
  checkPath,
  deleteConflict,
  iamPage,
  noSuchEntity,
  requireBoundary,
  uniqueId,
  withTags,
} from './records.ts';
import type { AccessKeyRecord, IamStore, UserRecord } from './store.ts';

interface ByUser {
  readonly UserName?: string;
  readonly AccessKeyId?: string;
}

/** The operations over stored users. */
export function userOperations(cloud: Cloud, store: IamStore): Record<string, Operation> {
  /** The user named, or the one who calls. */
  const find = (input: ByUser, call: Call): UserRecord => {
    const name = input.UserName ?? (call.principal.kind === 'user' ? call.principal.userName : undefined);
    if (name === undefined)
      throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
    const user = store.users.get(name);
    if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return user;
  };
  const keysOf = (user: UserRecord) =>
    store.accessKeys.values().filter(({ userName }) => userName === user.name);
  const keyOf = (user: UserRecord, id: string | undefined): AccessKeyRecord => {
    const key = keysOf(user).find(({ accessKeyId }) => accessKeyId === id);
    if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    return key;
  };

  return {
    CreateUser(input: CreateUserCommandInput, call) {
      const name = input.UserName!;
      checkEntityName('userName', name, 64);
      const path = checkPath(input.Path);
      if (store.users.has(name)) throw alreadyExists(`User with name ${name} already exists.`);
      if (input.PermissionsBoundary !== undefined) requireBoundary(store, input.PermissionsBoundary);
      const user: UserRecord = {
        name,
        path,
        id: uniqueId('AIDA'),
        arn: `arn:aws:iam::${cloud.account}:user${path}${name}`,
        createDate: call.now,
        inline: {},
        attached: [],
        tags: withTags([], input.Tags ?? []),
        ...(input.PermissionsBoundary === undefined ? {} : { boundary: input.PermissionsBoundary }),
      };
      store.users.put(name, user);
      return { User: showUser(user) };
    },
    GetUser: (input: ByUser, call) => ({ User: showUser(find(input, call)) }),
    DeleteUser(input: ByUser, call) {
      const user = find(input, call);
      if (user.attached.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (Object.keys(user.inline).length > 0)
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      if (keysOf(user).length > 0)
        throw deleteConflict('Cannot delete entity, must delete access keys first.');
      store.users.delete(user.name);
    },
    CreateAccessKey(input: ByUser, call) {
      const user = find(input, call);
      if (keysOf(user).length >= 2) {
        throw new AwsError('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', { status: 409 });
      }
      const key: AccessKeyRecord = {
        accessKeyId: uniqueId('AKIA').slice(0, 20),
        secretAccessKey: randomBytes(30).toString('base64'),
        userName: user.name,
        status: 'Active',
        createDate: call.now,
      };
      store.accessKeys.put(key.accessKeyId, key);
      return { AccessKey: { ...showKey(key), SecretAccessKey: key.secretAccessKey } };
    },
    ListAccessKeys(input: ListAccessKeysCommandInput, call) {
      const { items, page } = iamPage(keysOf(find(input as ByUser, call)), input);
      return { AccessKeyMetadata: items.map(showKey), ...page };
    },
    UpdateAccessKey(input: UpdateAccessKeyCommandInput, call) {
      const key = keyOf(find(input as ByUser, call), input.AccessKeyId);
      const status = input.Status === 'Active' ? 'Active' : 'Inactive';
      store.accessKeys.put(key.accessKeyId, { ...key, status });
    },
    DeleteAccessKey(input: ByUser, call) {
      store.accessKeys.delete(keyOf(find(input, call), input.AccessKeyId).accessKeyId);
    },
  };
}

function showUser(user: UserRecord): User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.createDate,
    ...(user.tags.length === 0 ? {} : { Tags: [...user.tags] }),
  };
}

function showKey(key: AccessKeyRecord) {
  return {
    UserName: key.userName,
    AccessKeyId: key.accessKeyId,
    Status: key.status,
    CreateDate: key.createDate,
  };
}
