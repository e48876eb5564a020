/** Lambda: functions and their invocation. */
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  constraint,
  FUNCTION_ARN,
  invalidLambda,
  LAMBDA_FOLDERS,
  lambdaPage,
  makeFunction,
  noFunction,
  RECORDED_LAMBDA,
  zipOf,
} from './lambda-material.ts';

export const lambdaFunctionCases = serviceCases({
  service: 'lambda',
  folders: LAMBDA_FOLDERS,
  makeClient: ({ clientConfig }) => new LambdaClient(clientConfig),
  operations: {
    CreateFunction: {
      source: lambdaPage('CreateFunction'),
      answers: async (context) => {
        const created = await makeFunction(context, 'created');
        expect(created).toMatchObject({
          FunctionArn: `${FUNCTION_ARN}:created`,
          Timeout: 3,
          MemorySize: 128,
          Version: '$LATEST',
          EphemeralStorage: { Size: 512 },
          SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
          LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/created' },
        });
        expect(created.$metadata.httpStatusCode).toBe(201);
      },
      refuses: (context) => makeFunction(context, 'refused', { Role: 'r1' }),
      refusal: constraint(
        String.raw`Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`,
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    GetFunction: {
      source: lambdaPage('GetFunction'),
      answers: async (context) => {
        await makeFunction(context, 'got', { Tags: { a: 'b' } });
        const got = await context.client.send(new GetFunctionCommand({ FunctionName: 'got' }));
        expect(got).toMatchObject({
          Configuration: { State: 'Active', LastUpdateStatus: 'Successful' },
          Code: { RepositoryType: 'S3' },
          Tags: { a: 'b' },
        });
      },
      refuses: ({ client }) => client.send(new GetFunctionCommand({ FunctionName: 'doesnotexist' })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    GetFunctionConfiguration: {
      source: lambdaPage('GetFunctionConfiguration'),
      answers: async (context) => {
        await makeFunction(context, 'configured', { Environment: { Variables: { A: 'b' } } });
        const input = { FunctionName: `${FUNCTION_ARN}:configured` };
        const configuration = await context.client.send(new GetFunctionConfigurationCommand(input));
        expect(configuration.Environment).toEqual({ Variables: { A: 'b' } });
      },
      refuses: ({ client }) =>
        client.send(new GetFunctionConfigurationCommand({ FunctionName: 'doesnotexist' })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    ListFunctions: {
      source: lambdaPage('ListFunctions'),
      answers: async (context) => {
        await makeFunction(context, 'listed');
        const { Functions } = await context.client.send(new ListFunctionsCommand({}));
        expect(Functions?.map(({ FunctionName }) => FunctionName)).toContain('listed');
      },
      refuses: ({ client }) => client.send(new ListFunctionsCommand({ FunctionVersion: 'invalid' as 'ALL' })),
      refusal: constraint(
        "Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]",
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    UpdateFunctionCode: {
      source: lambdaPage('UpdateFunctionCode'),
      answers: async (context) => {
        const { CodeSha256, RevisionId } = await makeFunction(context, 'recoded');
        const input = { FunctionName: 'recoded', ZipFile: zipOf('exports.handler = async () => 2') };
        const updated = await context.client.send(new UpdateFunctionCodeCommand(input));
        expect(updated.CodeSha256).not.toBe(CodeSha256);
        expect(updated.RevisionId).not.toBe(RevisionId);
      },
      refuses: async (context) => {
        await makeFunction(context, 'recoded-wrongly');
        const ZipFile = Buffer.from('this is not a zipfile, just a random string');
        return context.client.send(
          new UpdateFunctionCodeCommand({ FunctionName: 'recoded-wrongly', ZipFile }),
        );
      },
      refusal: invalidLambda(
        'Could not unzip uploaded file. Please check your file, then try to upload again.',
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    UpdateFunctionConfiguration: {
      source: lambdaPage('UpdateFunctionConfiguration'),
      answers: async (context) => {
        await makeFunction(context, 'changed');
        const input = { FunctionName: 'changed', Timeout: 10, MemorySize: 512 };
        const changed = await context.client.send(new UpdateFunctionConfigurationCommand(input));
        expect(changed).toMatchObject({ Timeout: 10, MemorySize: 512, State: 'Active' });
      },
      refuses: async (context) => {
        await makeFunction(context, 'changed-wrongly');
        const Layers = ['arn:aws:lambda:us-east-1:000000000000:layer:doesnotexist:1'];
        return context.client.send(
          new UpdateFunctionConfigurationCommand({ FunctionName: 'changed-wrongly', Layers }),
        );
      },
      refusal: invalidLambda(
        'Layer version arn:aws:lambda:us-east-1:000000000000:layer:doesnotexist:1 does not exist.',
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteFunction: {
      source: lambdaPage('DeleteFunction'),
      answers: async (context) => {
        await makeFunction(context, 'deleted');
        const { $metadata } = await context.client.send(
          new DeleteFunctionCommand({ FunctionName: 'deleted' }),
        );
        expect($metadata.httpStatusCode).toBe(204);
      },
      refuses: ({ client }) => client.send(new DeleteFunctionCommand({ FunctionName: 'doesnotexist' })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
    Invoke: {
      source: lambdaPage('Invoke'),
      answers: async (context) => {
        await makeFunction(context, 'invoked');
        const input = { FunctionName: 'invoked', Payload: '{"a":1}', LogType: 'Tail' as const };
        const answer = await context.client.send(new InvokeCommand(input));
        expect(answer.StatusCode).toBe(200);
        expect(answer.ExecutedVersion).toBe('$LATEST');
        expect(answer.Payload?.transformToString()).toBe('{"a":1}');
        expect(Buffer.from(answer.LogResult!, 'base64').toString()).toMatch(
          /^START RequestId: (\S+) Version: \$LATEST\nEND RequestId: \1\nREPORT RequestId: \1\t/,
        );
      },
      refuses: ({ client }) => client.send(new InvokeCommand({ FunctionName: 'doesnotexist' })),
      refusal: noFunction(),
      refusalSource: RECORDED_LAMBDA,
    },
  },
});
