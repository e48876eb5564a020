/** A caller that AWS refuses everything. */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import type { ClientConfig, RunningCloud } from '../../testing/start-cloud.ts';
import type { AwsRefusal } from '../operation-case.ts';

/** Page with AWS's sentence for a caller whom no policy allows the action. */
export const DENIED_PAGE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html';

/** Configuration of clients that act as a session of a new role without any policy, named `test-session`. */
export async function roleWithoutPolicies(running: RunningCloud, RoleName: string): Promise<ClientConfig> {
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    Action: 'sts:AssumeRole',
  };
  const { Role } = await new IAMClient(running.clientConfig).send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
    }),
  );
  return running.clientConfigAs(Role!.Arn!);
}

/** That sentence for the role that `roleWithoutPolicies` made. CloudWatch names no resource where the action has none. */
export function deniedSentence(role: string, action: string, resource?: string): string {
  const on = resource === undefined ? '' : ` on resource: ${resource}`;
  return `User: arn:aws:sts::000000000000:assumed-role/${role}/test-session is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`;
}

/** The refusal of a service that says `AccessDeniedException` with status 403. */
export function denied(role: string, action: string, resource: string): AwsRefusal {
  return { name: 'AccessDeniedException', message: deniedSentence(role, action, resource), status: 403 };
}

/** The refusal of a service of JSON requests, whose refusals have status 400: SSM, SageMaker. */
export function deniedJson(role: string, action: string, resource: string): AwsRefusal {
  return { ...denied(role, action, resource), status: 400 };
}
