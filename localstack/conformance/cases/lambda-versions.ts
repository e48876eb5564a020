/** Lambda: versions, aliases and layers. */
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteLayerVersionCommand,
  GetAliasCommand,
  GetLayerVersionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  conflict,
  DENIED,
  deniedLambda,
  FUNCTION_ARN,
  invalidLambda,
  LAMBDA_FOLDERS,
  lambdaPage,
  makeFunction,
  notFound,
  RECORDED_LAMBDA,
  zipOf,
} from './lambda-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const LAYER_ARN = 'arn:aws:lambda:us-east-1:000000000000:layer';

async function publishLayer(client: LambdaClient, LayerName: string) {
  return await client.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipOf() } }));
}

export const lambdaVersionCases = serviceCases({
  service: 'lambda',
  folders: LAMBDA_FOLDERS,
  makeClient: ({ clientConfig }) => new LambdaClient(clientConfig),
  operations: {
    PublishVersion: {
      source: lambdaPage('PublishVersion'),
      answers: async (context) => {
        await makeFunction(context, 'published');
        const version = await context.client.send(new PublishVersionCommand({ FunctionName: 'published' }));
        expect(version).toMatchObject({ Version: '1', FunctionArn: `${FUNCTION_ARN}:published:1` });
      },
      refuses: async (context) => {
        await makeFunction(context, 'published-late');
        return context.client.send(
          new PublishVersionCommand({ FunctionName: 'published-late', RevisionId: 'old' }),
        );
      },
      refusal: {
        name: 'PreconditionFailedException',
        message:
          'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
        status: 412,
      },
      refusalSource: RECORDED_LAMBDA,
    },
    CreateAlias: {
      source: lambdaPage('CreateAlias'),
      answers: async (context) => {
        await makeFunction(context, 'aliased', { Publish: true });
        const input = { FunctionName: 'aliased', Name: 'live', FunctionVersion: '1' };
        expect(await context.client.send(new CreateAliasCommand(input))).toMatchObject({
          AliasArn: `${FUNCTION_ARN}:aliased:live`,
          FunctionVersion: '1',
          Description: '',
        });
      },
      refuses: async (context) => {
        await makeFunction(context, 'aliased-twice', { Publish: true });
        const input = { FunctionName: 'aliased-twice', Name: 'custom', FunctionVersion: '1' };
        await context.client.send(new CreateAliasCommand(input));
        return context.client.send(new CreateAliasCommand(input));
      },
      refusal: conflict(`Alias already exists: ${FUNCTION_ARN}:aliased-twice:custom`),
      refusalSource: RECORDED_LAMBDA,
    },
    GetAlias: {
      source: lambdaPage('GetAlias'),
      answers: async (context) => {
        await makeFunction(context, 'alias-got', { Publish: true });
        const named = { FunctionName: 'alias-got', Name: 'live' };
        await context.client.send(new CreateAliasCommand({ ...named, FunctionVersion: '1' }));
        expect((await context.client.send(new GetAliasCommand(named))).FunctionVersion).toBe('1');
      },
      refuses: async (context) => {
        await makeFunction(context, 'without-alias');
        return context.client.send(
          new GetAliasCommand({ FunctionName: 'without-alias', Name: 'non-existent' }),
        );
      },
      refusal: notFound(`Cannot find alias arn: ${FUNCTION_ARN}:without-alias:non-existent`),
      refusalSource: RECORDED_LAMBDA,
    },
    UpdateAlias: {
      source: lambdaPage('UpdateAlias'),
      answers: async (context) => {
        await makeFunction(context, 'alias-moved', { Publish: true });
        const named = { FunctionName: 'alias-moved', Name: 'live' };
        await context.client.send(new CreateAliasCommand({ ...named, FunctionVersion: '1' }));
        const moved = { ...named, FunctionVersion: '$LATEST' };
        expect((await context.client.send(new UpdateAliasCommand(moved))).FunctionVersion).toBe('$LATEST');
      },
      refuses: async (context) => {
        await makeFunction(context, 'alias-not-moved');
        return context.client.send(
          new UpdateAliasCommand({ FunctionName: 'alias-not-moved', Name: 'non-existent' }),
        );
      },
      refusal: notFound(`Alias not found: ${FUNCTION_ARN}:alias-not-moved:non-existent`),
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteAlias: {
      source: lambdaPage('DeleteAlias'),
      answers: async (context) => {
        await makeFunction(context, 'alias-deleted', { Publish: true });
        const named = { FunctionName: 'alias-deleted', Name: 'live' };
        await context.client.send(new CreateAliasCommand({ ...named, FunctionVersion: '1' }));
        const { $metadata } = await context.client.send(new DeleteAliasCommand(named));
        expect($metadata.httpStatusCode).toBe(204);
      },
      refuses: async ({ running }) =>
        new LambdaClient(await roleWithoutPolicies(running, 'alias-deleter')).send(
          new DeleteAliasCommand({ FunctionName: 'f', Name: 'live' }),
        ),
      refusal: deniedLambda('alias-deleter', 'DeleteAlias', `${FUNCTION_ARN}:f`),
      refusalSource: DENIED,
    },
    PublishLayerVersion: {
      source: lambdaPage('PublishLayerVersion'),
      answers: async ({ client }) => {
        const layer = await publishLayer(client, 'layer');
        expect(layer).toMatchObject({ LayerVersionArn: `${LAYER_ARN}:layer:1`, Version: 1, Description: '' });
        expect(layer.$metadata.httpStatusCode).toBe(201);
      },
      refuses: async ({ running }) =>
        publishLayer(new LambdaClient(await roleWithoutPolicies(running, 'layerer')), 'denied'),
      refusal: deniedLambda('layerer', 'PublishLayerVersion', `${LAYER_ARN}:denied`),
      refusalSource: DENIED,
    },
    GetLayerVersion: {
      source: lambdaPage('GetLayerVersion'),
      answers: async ({ client }) => {
        const { Content } = await publishLayer(client, 'layer-got');
        const got = await client.send(
          new GetLayerVersionCommand({ LayerName: 'layer-got', VersionNumber: 1 }),
        );
        expect(got.Content?.CodeSha256).toBe(Content?.CodeSha256);
      },
      refuses: ({ client }) =>
        client.send(new GetLayerVersionCommand({ LayerName: 'doesnotexist', VersionNumber: 1 })),
      refusal: notFound('The resource you requested does not exist.'),
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteLayerVersion: {
      source: lambdaPage('DeleteLayerVersion'),
      answers: async ({ client }) => {
        await publishLayer(client, 'layer-deleted');
        const version = { LayerName: 'layer-deleted', VersionNumber: 1 };
        expect((await client.send(new DeleteLayerVersionCommand(version))).$metadata.httpStatusCode).toBe(
          204,
        );
      },
      refuses: ({ client }) =>
        client.send(new DeleteLayerVersionCommand({ LayerName: 'layer-kept', VersionNumber: 0 })),
      refusal: invalidLambda('Layer Version Cannot be less than 1'),
      refusalSource: RECORDED_LAMBDA,
    },
  },
});
