/** IAM operations on roles. */
import type {
  CreateRoleCommandInput,
  ListRolesCommandInput,
  Role,
  UpdateAssumeRolePolicyCommandInput,
  UpdateRoleCommandInput,
} from '@aws-sdk/client-iam';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Operation } from '../core/service.ts';
import { parsePolicy } from './policy-document.ts';
import {
  alreadyExists,
  checkEntityName,
  checkPath,
  deleteConflict,
  encodeDocument,
  iamPage,
  noSuchEntity,
  requireBoundary,
  uniqueId,
  withTags,
} from './records.ts';
import type { IamStore, RoleRecord } from './store.ts';

const DEFAULT_SESSION_SECONDS = 3600;
/** What IAM answers; the SDK's model has another word. */
const BOUNDARY_TYPE = 'Policy' as 'PermissionsBoundaryPolicy';

/** The operations over stored roles. */
export function roleOperations(cloud: Cloud, store: IamStore): Record<string, Operation> {
  const find = (name: string): RoleRecord => {
    const role = store.roles.get(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  };

  function createRole(input: CreateRoleCommandInput, now: Date): RoleRecord {
    const name = input.RoleName!;
    checkEntityName('roleName', name, 64);
    const path = checkPath(input.Path);
    checkTrustPolicy(input.AssumeRolePolicyDocument!);
    // names differ from each other in more than case
    if (store.roles.keys().some((other) => other.toLowerCase() === name.toLowerCase())) {
      throw alreadyExists(`Role with name ${name} already exists.`);
    }
    if (input.PermissionsBoundary !== undefined) requireBoundary(store, input.PermissionsBoundary);
    const role: RoleRecord = {
      name,
      path,
      id: uniqueId('AROA'),
      arn: `arn:aws:iam::${cloud.account}:role${path}${name}`,
      createDate: now,
      trustPolicy: input.AssumeRolePolicyDocument!,
      maxSessionSeconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
      inline: {},
      attached: [],
      tags: withTags([], input.Tags ?? []),
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.PermissionsBoundary === undefined ? {} : { boundary: input.PermissionsBoundary }),
    };
    store.roles.put(name, role);
    return role;
  }

  return {
    CreateRole: (input: CreateRoleCommandInput, call) => ({ Role: showRole(createRole(input, call.now)) }),
    GetRole: (input: { RoleName: string }) => ({ Role: showRole(find(input.RoleName)) }),
    ListRoles(input: ListRolesCommandInput) {
      const roles = store.roles.values().filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, page } = iamPage(roles.sort(byName), input);
      return { Roles: items.map(showRole), ...page };
    },
    UpdateRole(input: UpdateRoleCommandInput) {
      const role = find(input.RoleName!);
      store.roles.put(role.name, {
        ...role,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.MaxSessionDuration === undefined ? {} : { maxSessionSeconds: input.MaxSessionDuration }),
      });
      return {};
    },
    UpdateAssumeRolePolicy(input: UpdateAssumeRolePolicyCommandInput) {
      const role = find(input.RoleName!);
      checkTrustPolicy(input.PolicyDocument!);
      store.roles.put(role.name, { ...role, trustPolicy: input.PolicyDocument! });
    },
    DeleteRole(input: { RoleName: string }) {
      const role = find(input.RoleName);
      if (role.attached.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (Object.keys(role.inline).length > 0)
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      store.roles.delete(role.name);
      for (const [key, session] of store.sessions.entries()) {
        if (session.roleArn === role.arn) store.sessions.delete(key);
      }
    },
  };
}

function showRole(role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.description === undefined ? {} : { Description: role.description }),
    ...(role.tags.length === 0 ? {} : { Tags: [...role.tags] }),
    ...(role.boundary === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: BOUNDARY_TYPE,
            PermissionsBoundaryArn: role.boundary,
          },
        }),
    RoleLastUsed: {},
  };
}

/** A trust policy says who, and names no resource. */
function checkTrustPolicy(json: string): void {
  try {
    JSON.parse(json);
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
  for (const statement of parsePolicy(json).statements) {
    if (statement.resources ?? statement.notResources) {
      throw new AwsError('MalformedPolicyDocument', 'Has prohibited field Resource');
    }
    if (!statement.principal && !statement.notPrincipal) {
      throw new AwsError('MalformedPolicyDocument', 'AssumeRolepolicy must contain a Principal');
    }
  }
}

function byName(left: RoleRecord, right: RoleRecord): number {
  return left.name < right.name ? -1 : 1;
}
