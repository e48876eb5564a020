/** What IAM's cases are made with. */
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  type IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { AwsRefusal } from '../operation-case.ts';

export const ACCOUNT_ARN = 'arn:aws:iam::000000000000:';

/** Trusts the account itself. */
export const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' }],
});
/** Allows what no case needs. */
export const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
});

/** API reference page of an operation. */
export const page = (operation: string) =>
  `https://docs.aws.amazon.com/IAM/latest/APIReference/API_${operation}.html`;
/** Answers of IAM recorded from AWS by a test-suite that runs against both. */
export const RECORDED =
  'https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/iam/test_iam.snapshot.json';
/** AWS's words, quoted in reports of people who met them. */
export const NO_ROLE_SOURCE = 'https://github.com/cloudquery/cq-provider-aws/issues/843';
export const NO_ROLE_POLICY_SOURCE = 'https://github.com/aws/aws-cli/issues/6139';

export const noSuchEntity = (message: string): AwsRefusal => ({
  name: 'NoSuchEntityException',
  message,
  status: 404,
});
export const noRole = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`);
export const noUser = (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`);

export const makeRole = (client: IAMClient, RoleName: string) =>
  client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
export const makeUser = (client: IAMClient, UserName: string) =>
  client.send(new CreateUserCommand({ UserName }));

/** A managed policy; its ARN. */
export async function makePolicy(client: IAMClient, PolicyName: string): Promise<string> {
  const { Policy } = await client.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: POLICY }));
  return Policy!.Arn!;
}

/** A role with one inline policy `p`. */
export async function makeRoleWithPolicy(client: IAMClient, RoleName: string): Promise<void> {
  await makeRole(client, RoleName);
  await client.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: POLICY }));
}
