/** The `sts` service: who am I, and sessions of roles. */
import type { AssumeRoleCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import type { Cloud } from '../core/cloud.ts';
import { AwsError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { roleSession } from '../core/principals.ts';
import { refuseMembers } from '../core/refuse-members.ts';
import type { AccessRequest, Service } from '../core/service.ts';
import { awsManagedPolicy } from '../iam/aws-managed-policies.ts';
import { createIdentities } from '../iam/identities.ts';
import { checkIdentityPolicy } from '../iam/policy-document.ts';
import { iamStore, type RoleRecord } from '../iam/store.ts';

const DEFAULT_SESSION_SECONDS = 3600;
const SHORTEST_SESSION_SECONDS = 900;
const UNSUPPORTED = ['SerialNumber', 'TokenCode', 'SourceIdentity', 'TransitiveTagKeys', 'ProvidedContexts'];

/** STS over IAM's store; sessions survive a restart. */
export function createStsService(cloud: Cloud): Service {
  const store = iamStore(cloud);
  const identities = createIdentities(store, cloud.account);

  function roleOf(arn: string): RoleRecord | undefined {
    const role = store.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
    return role?.arn === arn ? role : undefined;
  }

  function assumeAccess(input: AssumeRoleCommandInput): AccessRequest[] {
    const tags = input.Tags ?? [];
    const resource = input.RoleArn!;
    if (!/^arn:aws:iam::\d{12}:role\/.+/.test(resource))
      throw new AwsError('ValidationError', `${resource} is invalid`);
    // a role that does not exist is refused like one that may not be assumed
    const resourcePolicy = roleOf(resource)?.trustPolicy ?? '{"Version":"2012-10-17","Statement":[]}';
    const context = {
      'sts:RoleSessionName': input.RoleSessionName!,
      ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
      ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ Key }) => Key!) } : {}),
      ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value!])),
    };
    const actions = tags.length > 0 ? ['sts:AssumeRole', 'sts:TagSession'] : ['sts:AssumeRole'];
    return actions.map((action) => ({ action, resource, resourcePolicy, context }));
  }

  return {
    name: 'sts',
    authorize: (operation, input) => (operation === 'AssumeRole' ? assumeAccess(input) : []),
    operations: {
      GetCallerIdentity: (_input, { principal }): Omit<GetCallerIdentityCommandOutput, '$metadata'> => ({
        UserId: userId(principal),
        Account: cloud.account,
        Arn: principal.arn,
      }),
      AssumeRole(input: AssumeRoleCommandInput, call) {
        refuseMembers('sts AssumeRole', input, UNSUPPORTED);
        const role = roleOf(input.RoleArn!)!;
        checkSessionName(input.RoleSessionName!);
        const seconds = input.DurationSeconds ?? DEFAULT_SESSION_SECONDS;
        if (seconds < SHORTEST_SESSION_SECONDS) {
          throw new AwsError(
            'ValidationError',
            `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to ${SHORTEST_SESSION_SECONDS}`,
          );
        }
        if (seconds > role.maxSessionSeconds) {
          throw new AwsError(
            'ValidationError',
            'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
          );
        }
        const expiresAt = call.now.getTime() + seconds * 1000;
        const session = identities.openSession({
          roleArn: role.arn,
          sessionName: input.RoleSessionName!,
          expiresAt,
          tags: (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key!, Value: Value! })),
          policies: sessionPolicies(input),
        });
        return {
          Credentials: {
            AccessKeyId: session.accessKeyId,
            SecretAccessKey: session.secretAccessKey,
            SessionToken: session.sessionToken,
            Expiration: new Date(expiresAt),
          },
          AssumedRoleUser: {
            AssumedRoleId: `${role.id}:${session.sessionName}`,
            Arn: roleSession(role.arn, session.sessionName).arn,
          },
        };
      },
    },
  };

  function userId(principal: Principal): string {
    if (principal.kind === 'role')
      return `${store.roles.get(principal.roleName)?.id}:${principal.sessionName}`;
    return principal.kind === 'user' ? (store.users.get(principal.userName)?.id ?? '') : cloud.account;
  }

  function sessionPolicies(input: AssumeRoleCommandInput): string[] {
    const managed = (input.PolicyArns ?? []).map(({ arn }) => {
      const policy = store.policies.get(arn ?? '') ?? awsManagedPolicy(arn ?? '');
      const version = policy?.versions.find(({ versionId }) => versionId === policy.defaultVersionId);
      if (!version) throw new AwsError('ValidationError', `policy ${arn} does not exist`);
      return version.document;
    });
    if (input.Policy === undefined) return managed;
    checkIdentityPolicy(input.Policy);
    return [input.Policy, ...managed];
  }
}

function checkSessionName(name: string): void {
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: ` +
      'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
  );
}
