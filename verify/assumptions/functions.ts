/** Lambda, and CloudFormation's custom resources that it answers. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { buildSync } from 'esbuild';
import { createZip } from '../../localstack/lambda/zip.ts';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch } from '../assumption.ts';
import { makeRole, unlessRole } from './made.ts';

/** What every function of ours names; the local cloud runs it on its own Node. */
const RUNTIME = 'nodejs24.x';

/** Bundled and minified as our handlers are. */
const bundle = (source: string): string =>
  buildSync({
    stdin: { contents: source, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  }).outputFiles[0]!.text;

/** @returns the ARN of a new, active function */
async function makeFunction(account: Account, source: string, timeoutSeconds = 60): Promise<string> {
  const lambda = account.client(LambdaClient);
  const Role = await makeRole(account, [], { Service: 'lambda.amazonaws.com' });
  const FunctionName = account.prefix;
  const create = new CreateFunctionCommand({
    FunctionName,
    Role,
    Runtime: RUNTIME,
    Handler: 'index.handler',
    Timeout: timeoutSeconds,
    Code: { ZipFile: createZip({ 'index.js': bundle(source) }) },
  });
  // a new role can be assumed after some seconds
  await account.eventually('the role', () => lambda.send(create).catch(unlessRole), 60);
  account.undo(`function ${FunctionName}`, () => lambda.send(new DeleteFunctionCommand({ FunctionName })));
  return account.eventually('the function', async () => {
    const { State, FunctionArn } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return State === 'Active' ? FunctionArn : undefined;
  });
}

export const FUNCTIONS: readonly Assumption[] = [
  {
    id: 'lambda-error-names',
    statement: `A minified CommonJS bundle runs on ${RUNTIME}, and an error is reported under the name that the handler gives it.`,
    where: ['lambdas/shared/errors.ts', 'lib/shared/platform-function.ts', 'lambdas/bundle.ts'],
    creates: ['role', 'function'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const source = `
        class RetryableError extends Error { override readonly name = 'RetryableError'; }
        export const handler = async () => { throw new RetryableError('again, please'); };`;
      const FunctionName = await makeFunction(account, source);
      const lambda = account.client(LambdaClient);
      const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
      assume('kind of the error', FunctionError, 'Unhandled');
      const error = JSON.parse(Buffer.from(Payload!).toString()) as Record<string, unknown>;
      assume('its type', error.errorType, 'RetryableError');
      assume('its message', error.errorMessage, 'again, please');
    },
  },
  {
    id: 'custom-resource-fetch',
    statement: "CloudFormation's response URL takes the answer of Node's fetch with an empty content type.",
    where: ['lambdas/governance/custom-resource.ts'],
    creates: ['role', 'function', 'stack with one custom resource'],
    usd: 0,
    minutes: 5,
    async check(account) {
      const source = `
        export const handler = async ({ ResponseURL, StackId, RequestId, LogicalResourceId }) => {
          const body = { Status: 'SUCCESS', PhysicalResourceId: 'verify', StackId, RequestId, LogicalResourceId, Data: { Answer: '42' } };
          await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(body) });
        };`;
      const ServiceToken = await makeFunction(account, source);
      const cloudformation = account.client(CloudFormationClient);
      const StackName = account.prefix;
      await cloudformation.send(
        new CreateStackCommand({
          StackName,
          TemplateBody: JSON.stringify({
            Resources: { Custom: { Type: 'Custom::Verify', Properties: { ServiceToken } } },
            Outputs: { Answer: { Value: { 'Fn::GetAtt': ['Custom', 'Answer'] } } },
          }),
        }),
      );
      const stackOf = async () =>
        (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
      account.undo(`stack ${StackName}`, async () => {
        await cloudformation.send(new DeleteStackCommand({ StackName }));
        // the function answers the deletion, so it has to outlive the stack
        await account.eventually('the end of the stack', () =>
          stackOf().then(
            () => undefined,
            () => true,
          ),
        );
      });
      const stack = await account.eventually(
        'the stack',
        async () => {
          const now = await stackOf();
          return now?.StackStatus === 'CREATE_IN_PROGRESS' ? undefined : now;
        },
        300,
      );
      assume('status of the stack', stack.StackStatus, 'CREATE_COMPLETE');
      assume('attribute of the resource', stack.Outputs?.[0]?.OutputValue, '42');
    },
  },
  {
    id: 'lambda-time-out',
    statement: 'A function that takes too long fails with the sentence "Task timed out after N.NN seconds".',
    where: ['lambdas/training/failure-reason.ts'],
    creates: ['role', 'function'],
    usd: 0,
    minutes: 3,
    async check(account) {
      const FunctionName = await makeFunction(
        account,
        'export const handler = () => new Promise((done) => setTimeout(done, 5_000));',
        2,
      );
      const lambda = account.client(LambdaClient);
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
      const error = JSON.parse(Buffer.from(Payload!).toString()) as Record<string, unknown>;
      assumeMatch('its message', error.errorMessage, /Task timed out after 2\.00 seconds$/);
    },
  },
];
