/** The roles of stacks with their policies, and a role without one of its statements for a while. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { NamedPolicy } from '../../localstack/iam/evaluate.ts';
import { withoutStatement } from '../../localstack/iam/least-privilege.ts';
import type { RolePolicies } from './privileges.ts';

/** @throws Error for a role with an attached policy: every statement has to be in our own templates. */
export async function readRoles(stackNames: readonly string[]): Promise<RolePolicies[]> {
  const names = await Promise.all(stackNames.map(roleNames));
  return Promise.all(names.flat().map(readRole));
}

async function roleNames(StackName: string): Promise<string[]> {
  const { StackResources = [] } = await new CloudFormationClient({}).send(
    new DescribeStackResourcesCommand({ StackName }),
  );
  return StackResources.filter(({ ResourceType }) => ResourceType === 'AWS::IAM::Role').map(
    ({ PhysicalResourceId }) => PhysicalResourceId!,
  );
}

async function readRole(RoleName: string): Promise<RolePolicies> {
  const iam = new IAMClient({});
  const [{ Role }, { PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([
    iam.send(new GetRoleCommand({ RoleName })),
    iam.send(new ListRolePoliciesCommand({ RoleName })),
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
  ]);
  if (AttachedPolicies.length > 0) throw new Error(`${RoleName} has a policy that is not its own`);
  const policies = await Promise.all(
    PolicyNames.map(async (PolicyName): Promise<NamedPolicy> => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return { name: PolicyName, document: decodeURIComponent(PolicyDocument!) };
    }),
  );
  return { roleArn: Role!.Arn!, policies };
}

/** Does `work` while the one statement of that Sid is missing from its role. @throws Error when no role has it. */
export async function withoutSid(
  roles: readonly RolePolicies[],
  sid: string,
  work: () => Promise<void>,
): Promise<void> {
  const found = roles.flatMap(({ roleArn, policies }) =>
    policies.map((policy) => ({ roleArn, policy, index: sidsOf(policy).indexOf(sid) })),
  );
  const [first, ...more] = found.filter(({ index }) => index >= 0);
  if (!first || more.length > 0)
    throw new Error(`${more.length + (first ? 1 : 0)} statements are called ${sid}`);
  const RoleName = first.roleArn.slice(first.roleArn.lastIndexOf('/') + 1);
  const iam = new IAMClient({});
  const put = ({ name, document }: NamedPolicy) =>
    iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: name, PolicyDocument: document }));
  await put(withoutStatement(first.policy, first.index));
  try {
    await work();
  } finally {
    await put(first.policy);
  }
}

function sidsOf({ document }: NamedPolicy): readonly (string | undefined)[] {
  const { Statement } = JSON.parse(document) as { Statement: readonly { Sid?: string }[] };
  return Statement.map(({ Sid }) => Sid);
}
