/** Lambda: concurrency, tags, resource policies, and settings of asynchronous invocation. */
import {
  AddPermissionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { type CaseContext, serviceCases } from '../operation-case.ts';
import {
  conflict,
  DENIED,
  deniedLambda,
  FUNCTION_ARN,
  invalidLambda,
  LAMBDA_FOLDERS,
  lambdaPage,
  makeFunction,
  noFunction,
  notFound,
  RECORDED_LAMBDA,
} from './lambda-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const NO_FUNCTION_ARN = `${FUNCTION_ARN}:doesnotexist`;
const NO_EVENT_INVOKE_CONFIG = notFound(
  `The function ${NO_FUNCTION_ARN}:$LATEST doesn't have an EventInvokeConfig`,
);

async function allowS3({ client }: CaseContext<LambdaClient>, FunctionName: string) {
  return await client.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::bucket',
    }),
  );
}

export const lambdaSettingCases = serviceCases({
  service: 'lambda',
  folders: LAMBDA_FOLDERS,
  makeClient: ({ clientConfig }) => new LambdaClient(clientConfig),
  operations: {
    PutFunctionConcurrency: {
      source: lambdaPage('PutFunctionConcurrency'),
      answers: async (context) => {
        await makeFunction(context, 'reserved');
        const input = { FunctionName: 'reserved', ReservedConcurrentExecutions: 3 };
        const answer = await context.client.send(new PutFunctionConcurrencyCommand(input));
        expect(answer.ReservedConcurrentExecutions).toBe(3);
      },
      refuses: ({ client }) =>
        client.send(
          new PutFunctionConcurrencyCommand({
            FunctionName: 'doesnotexist',
            ReservedConcurrentExecutions: 1,
          }),
        ),
      refusal: noFunction(':$LATEST'),
      refusalSource: RECORDED_LAMBDA,
    },
    GetFunctionConcurrency: {
      source: lambdaPage('GetFunctionConcurrency'),
      answers: async (context) => {
        await makeFunction(context, 'unreserved');
        const input = { FunctionName: 'unreserved' };
        const answer = await context.client.send(new GetFunctionConcurrencyCommand(input));
        expect(answer.ReservedConcurrentExecutions).toBeUndefined();
      },
      refuses: ({ client }) =>
        client.send(new GetFunctionConcurrencyCommand({ FunctionName: 'doesnotexist' })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteFunctionConcurrency: {
      source: lambdaPage('DeleteFunctionConcurrency'),
      answers: async (context) => {
        await makeFunction(context, 'released');
        const input = { FunctionName: 'released' };
        const { $metadata } = await context.client.send(new DeleteFunctionConcurrencyCommand(input));
        expect($metadata.httpStatusCode).toBe(204);
      },
      refuses: async ({ running }) =>
        new LambdaClient(await roleWithoutPolicies(running, 'releaser')).send(
          new DeleteFunctionConcurrencyCommand({ FunctionName: 'f' }),
        ),
      refusal: deniedLambda('releaser', 'DeleteFunctionConcurrency', `${FUNCTION_ARN}:f`),
      refusalSource: DENIED,
    },
    GetAccountSettings: {
      source: lambdaPage('GetAccountSettings'),
      answers: async ({ client }) => {
        const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
        // AWS's quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        expect(AccountLimit).toMatchObject({ CodeSizeUnzipped: 262_144_000, ConcurrentExecutions: 1000 });
      },
      refuses: async ({ running }) =>
        new LambdaClient(await roleWithoutPolicies(running, 'settings-reader')).send(
          new GetAccountSettingsCommand({}),
        ),
      refusal: deniedLambda('settings-reader', 'GetAccountSettings', '*'),
      refusalSource: DENIED,
    },
    TagResource: {
      source: lambdaPage('TagResource'),
      answers: async (context) => {
        const { FunctionArn: Resource } = await makeFunction(context, 'tagged');
        await context.client.send(new TagResourceCommand({ Resource, Tags: { a: 'b' } }));
        const { Tags } = await context.client.send(new ListTagsCommand({ Resource }));
        expect(Tags).toEqual({ a: 'b' });
      },
      refuses: ({ client }) =>
        client.send(new TagResourceCommand({ Resource: `${FUNCTION_ARN}:tagged:alias`, Tags: { a: 'b' } })),
      refusal: invalidLambda(
        'Tags on function aliases and versions are not supported. Please specify a function ARN.',
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    UntagResource: {
      source: lambdaPage('UntagResource'),
      answers: async (context) => {
        const { FunctionArn: Resource } = await makeFunction(context, 'untagged', { Tags: { a: 'b' } });
        await context.client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }));
        expect((await context.client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({});
      },
      refuses: ({ client }) =>
        client.send(new UntagResourceCommand({ Resource: NO_FUNCTION_ARN, TagKeys: ['a'] })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    ListTags: {
      source: lambdaPage('ListTags'),
      answers: async (context) => {
        const { FunctionArn: Resource } = await makeFunction(context, 'created-tagged', { Tags: { c: 'd' } });
        expect((await context.client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({ c: 'd' });
      },
      refuses: ({ client }) => client.send(new ListTagsCommand({ Resource: NO_FUNCTION_ARN })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    AddPermission: {
      source: lambdaPage('AddPermission'),
      answers: async (context) => {
        const { FunctionArn } = await makeFunction(context, 'opened');
        // recorded: test_add_lambda_permission_aws
        expect(JSON.parse((await allowS3(context, 'opened')).Statement!)).toEqual({
          Sid: 's3',
          Effect: 'Allow',
          Principal: { Service: 's3.amazonaws.com' },
          Action: 'lambda:InvokeFunction',
          Resource: FunctionArn,
          Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::bucket' } },
        });
      },
      refuses: async (context) => {
        await makeFunction(context, 'opened-twice');
        await allowS3(context, 'opened-twice');
        return allowS3(context, 'opened-twice');
      },
      refusal: conflict(
        'The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing statement.',
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    RemovePermission: {
      source: lambdaPage('RemovePermission'),
      answers: async (context) => {
        await makeFunction(context, 'closed');
        await allowS3(context, 'closed');
        const input = { FunctionName: 'closed', StatementId: 's3' };
        const { $metadata } = await context.client.send(new RemovePermissionCommand(input));
        expect($metadata.httpStatusCode).toBe(204);
      },
      refuses: async (context) => {
        await makeFunction(context, 'not-closed');
        await allowS3(context, 'not-closed');
        const input = { FunctionName: 'not-closed', StatementId: 'non-existent' };
        return context.client.send(new RemovePermissionCommand(input));
      },
      refusal: notFound('Statement non-existent is not found in resource policy.'),
      refusalSource: RECORDED_LAMBDA,
    },
    GetPolicy: {
      source: lambdaPage('GetPolicy'),
      answers: async (context) => {
        await makeFunction(context, 'with-policy');
        await allowS3(context, 'with-policy');
        const { Policy } = await context.client.send(new GetPolicyCommand({ FunctionName: 'with-policy' }));
        expect(JSON.parse(Policy!)).toMatchObject({ Version: '2012-10-17', Id: 'default' });
      },
      refuses: ({ client }) => client.send(new GetPolicyCommand({ FunctionName: 'doesnotexist' })),
      refusal: notFound('The resource you requested does not exist.'),
      refusalSource: RECORDED_LAMBDA,
    },
    PutFunctionEventInvokeConfig: {
      source: lambdaPage('PutFunctionEventInvokeConfig'),
      answers: async (context) => {
        await makeFunction(context, 'retried');
        const input = { FunctionName: 'retried', MaximumRetryAttempts: 0 };
        // recorded: test_lambda_eventinvokeconfig_lifecycle
        expect(await context.client.send(new PutFunctionEventInvokeConfigCommand(input))).toMatchObject({
          DestinationConfig: { OnFailure: {}, OnSuccess: {} },
          FunctionArn: `${FUNCTION_ARN}:retried:$LATEST`,
          MaximumRetryAttempts: 0,
        });
      },
      refuses: async (context) => {
        await makeFunction(context, 'retried-somehow');
        return context.client.send(
          new PutFunctionEventInvokeConfigCommand({ FunctionName: 'retried-somehow' }),
        );
      },
      refusal: invalidLambda('You must specify at least one of error handling or destination setting.'),
      refusalSource: RECORDED_LAMBDA,
    },
    GetFunctionEventInvokeConfig: {
      source: lambdaPage('GetFunctionEventInvokeConfig'),
      answers: async (context) => {
        await makeFunction(context, 'aged');
        const FunctionName = 'aged';
        await context.client.send(
          new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }),
        );
        const config = await context.client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
        expect(config.MaximumEventAgeInSeconds).toBe(60);
      },
      refuses: ({ client }) =>
        client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'doesnotexist' })),
      refusal: NO_EVENT_INVOKE_CONFIG,
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteFunctionEventInvokeConfig: {
      source: lambdaPage('DeleteFunctionEventInvokeConfig'),
      answers: async (context) => {
        await makeFunction(context, 'default-again');
        const FunctionName = 'default-again';
        await context.client.send(
          new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }),
        );
        const { $metadata } = await context.client.send(
          new DeleteFunctionEventInvokeConfigCommand({ FunctionName }),
        );
        expect($metadata.httpStatusCode).toBe(204);
      },
      refuses: ({ client }) =>
        client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'doesnotexist' })),
      refusal: NO_EVENT_INVOKE_CONFIG,
      refusalSource: RECORDED_LAMBDA,
    },
  },
});
