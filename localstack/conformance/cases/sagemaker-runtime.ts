/** SageMaker's runtime: real-time and asynchronous invocations. */
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import { makeEndpoint, material, putObject, SAGEMAKER_API, SAGEMAKER_FOLDERS } from './sagemaker-material.ts';

const notFound = (name: string) => ({
  name: 'ValidationError',
  message: `Endpoint ${name} of account 000000000000 not found.`,
  status: 400,
});
const NOT_FOUND_SOURCE = 'https://github.com/aws/amazon-sagemaker-examples/issues/293';

export const sagemakerRuntimeCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: ({ clientConfig }) => new SageMakerRuntimeClient(clientConfig),
  operations: {
    InvokeEndpoint: {
      source: `${SAGEMAKER_API}/API_runtime_InvokeEndpoint.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'invoked');
        const request = { EndpointName: 'invoked', ContentType: 'text/csv', Body: '1\n4\n' };
        const answer = await client.send(new InvokeEndpointCommand(request));
        expect(answer.Body.transformToString()).toBe('2.0\n8.0\n');
        expect(answer).toMatchObject({
          ContentType: 'text/csv; charset=utf-8',
          InvokedProductionVariant: 'main',
        });
      },
      refuses: ({ client }) => client.send(new InvokeEndpointCommand({ EndpointName: 'nowhere', Body: '1' })),
      refusal: notFound('nowhere'),
      refusalSource: NOT_FOUND_SOURCE,
    },
    InvokeEndpointAsync: {
      source: `${SAGEMAKER_API}/API_runtime_InvokeEndpointAsync.html`,
      answers: async ({ client, running }) => {
        await material(running);
        const InputLocation = await putObject(running, 'in.csv', '3\n');
        const OutputConfig = { S3OutputPath: 's3://sagemaker-cases/out' };
        await makeEndpoint(running, 'queued', { AsyncInferenceConfig: { OutputConfig } });
        const answer = await client.send(
          new InvokeEndpointAsyncCommand({
            EndpointName: 'queued',
            InputLocation,
            ContentType: 'text/csv',
            InferenceId: 'row-1',
          }),
        );
        expect(answer.InferenceId).toBe('row-1');
        expect(answer.OutputLocation).toMatch(/^s3:\/\/sagemaker-cases\/out\/.+\.out$/);
        expect(answer.$metadata.httpStatusCode).toBe(202);
      },
      refuses: ({ client }) =>
        client.send(
          new InvokeEndpointAsyncCommand({
            EndpointName: 'nowhere',
            InputLocation: 's3://sagemaker-cases/in',
          }),
        ),
      refusal: notFound('nowhere'),
      refusalSource: NOT_FOUND_SOURCE,
    },
  },
});
