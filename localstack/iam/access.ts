/** The permissions that IAM's operations need. */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest } from '../core/service.ts';
import type { IamStore } from './store.ts';

interface IamInput {
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
  readonly PolicyName?: string;
  readonly Path?: string;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly { Key?: string; Value?: string }[];
}

/** Access request of one call, on the entity that it names. */
export function iamAccess(
  cloud: Cloud,
  store: IamStore,
  operation: string,
  input: IamInput,
): AccessRequest[] {
  const base = `arn:aws:iam::${cloud.account}:`;
  const path = input.Path ?? '/';
  const tags = input.Tags ?? [];
  const context = {
    ...(input.PermissionsBoundary === undefined
      ? {}
      : { 'iam:PermissionsBoundary': input.PermissionsBoundary }),
    ...(/^(At|De)tach/.test(operation) && input.PolicyArn ? { 'iam:PolicyARN': input.PolicyArn } : {}),
    ...(tags.length === 0 ? {} : { 'aws:TagKeys': tags.map(({ Key = '' }) => Key) }),
    ...Object.fromEntries(tags.map(({ Key, Value = '' }) => [`aws:RequestTag/${Key}`, Value])),
  };
  return [{ action: `iam:${operation}`, resource: resource(), context }];

  function resource(): string {
    if (input.RoleName !== undefined)
      return store.roles.get(input.RoleName)?.arn ?? `${base}role${path}${input.RoleName}`;
    if (input.UserName !== undefined)
      return store.users.get(input.UserName)?.arn ?? `${base}user${path}${input.UserName}`;
    if (input.PolicyArn !== undefined) return input.PolicyArn;
    if (operation === 'CreatePolicy') return `${base}policy${path}${input.PolicyName}`;
    return operation === 'ListRoles' ? `${base}role/` : '*';
  }
}
