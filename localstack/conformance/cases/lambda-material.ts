/** What the cases of Lambda are played on. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { createZip } from '../../lambda/zip.ts';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import type { AwsRefusal, CaseContext } from '../operation-case.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function';
/** Folders that the cloud of every Lambda case loads. */
export const LAMBDA_FOLDERS = ['lambda', 'logs', 'cloudwatch', 'sqs', 'kms'];

/** AWS's reference of an operation. */
export const lambdaPage = (operation: string) =>
  `https://docs.aws.amazon.com/lambda/latest/api/API_${operation}.html`;

/** Answers of AWS as another emulator's project recorded them on a real account, to compare itself with. */
export const RECORDED_LAMBDA =
  'https://github.com/localstack/localstack/tree/master/tests/aws/services/lambda_ (test_lambda_api.snapshot.json, test_lambda.snapshot.json, event_source_mapping/test_lambda_integration_sqs.snapshot.json)';
/** Page with AWS's sentence for a caller without permission. */
export const DENIED = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html';

export const notFound = (message: string): AwsRefusal => ({
  name: 'ResourceNotFoundException',
  message,
  status: 404,
});
/** Of a function that no case makes. */
export const noFunction = (qualifier = ''): AwsRefusal =>
  notFound(`Function not found: ${FUNCTION_ARN}:doesnotexist${qualifier}`);
export const conflict = (message: string): AwsRefusal => ({
  name: 'ResourceConflictException',
  message,
  status: 409,
});
export const invalidLambda = (message: string): AwsRefusal => ({
  name: 'InvalidParameterValueException',
  message,
  status: 400,
});
export const constraint = (message: string): AwsRefusal => ({
  name: 'ValidationException',
  message: `1 validation error detected: ${message}`,
  status: 400,
});
/** Lambda's sentence for the role that `roleWithoutPolicies` made. */
export const deniedLambda = (role: string, operation: string, resource: string): AwsRefusal => ({
  name: 'AccessDeniedException',
  message: `User: arn:aws:sts::000000000000:assumed-role/${role}/test-session is not authorized to perform: lambda:${operation} on resource: ${resource} because no identity-based policy allows the lambda:${operation} action`,
  status: 403,
});

/** A zip with this handler as `index.js`. */
export const zipOf = (source = 'exports.handler = async (event) => event') =>
  createZip({ 'index.js': source });

/** ARN of the functions' role, made once for a cloud. */
async function functionRole({ clientConfig }: RunningCloud): Promise<string> {
  const iam = new IAMClient(clientConfig);
  const RoleName = 'function-role';
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ];
  await iam
    .send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Statement }) }))
    .catch((error: Error) => {
      if (error.name !== 'EntityAlreadyExistsException') throw error;
    });
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:*', 'sqs:*'], Resource: '*' }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  return `arn:aws:iam::000000000000:role/${RoleName}`;
}

/** Creates a function that answers with its event. */
export async function makeFunction(
  { client, running }: CaseContext<LambdaClient>,
  FunctionName: string,
  more: Partial<CreateFunctionCommandInput> = {},
) {
  return await client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: await functionRole(running),
      Code: { ZipFile: zipOf() },
      ...more,
    }),
  );
}
