/** Lambda: event source mappings of SQS queues. */
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type CaseContext, serviceCases } from '../operation-case.ts';
import {
  DENIED,
  deniedLambda,
  FUNCTION_ARN,
  invalidLambda,
  LAMBDA_FOLDERS,
  lambdaPage,
  makeFunction,
  notFound,
  RECORDED_LAMBDA,
} from './lambda-material.ts';
import { roleWithoutPolicies } from './without-policies.ts';

const NO_MAPPING = '11111111-2222-3333-4444-555555555555';
const NOT_FOUND = notFound('The resource you requested does not exist.');

/** Maps a queue to a function, both of the same name. */
async function mapQueue(context: CaseContext<LambdaClient>, name: string) {
  await makeFunction(context, name);
  await new SQSClient(context.running.clientConfig).send(new CreateQueueCommand({ QueueName: name }));
  const EventSourceArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  return await context.client.send(
    new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn }),
  );
}

export const lambdaMappingCases = serviceCases({
  service: 'lambda',
  folders: LAMBDA_FOLDERS,
  makeClient: ({ clientConfig }) => new LambdaClient(clientConfig),
  operations: {
    CreateEventSourceMapping: {
      source: lambdaPage('CreateEventSourceMapping'),
      answers: async (context) => {
        const { $metadata, ...mapping } = await mapQueue(context, 'mapped');
        // recorded, but for the response types: test_report_batch_item_failures
        expect(mapping).toEqual({
          BatchSize: 10,
          EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:mapped',
          EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${mapping.UUID}`,
          FunctionArn: `${FUNCTION_ARN}:mapped`,
          FunctionResponseTypes: [],
          LastModified: expect.any(Date),
          MaximumBatchingWindowInSeconds: 0,
          State: 'Creating',
          StateTransitionReason: 'USER_INITIATED',
          UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
        });
        expect($metadata.httpStatusCode).toBe(202);
      },
      refuses: ({ client }) =>
        client.send(new CreateEventSourceMappingCommand({ FunctionName: 'doesnotexist' })),
      refusal: invalidLambda('Unrecognized event source.'),
      refusalSource: RECORDED_LAMBDA,
    },
    GetEventSourceMapping: {
      source: lambdaPage('GetEventSourceMapping'),
      answers: async (context) => {
        const { UUID } = await mapQueue(context, 'mapping-got');
        const mapping = await context.client.send(new GetEventSourceMappingCommand({ UUID }));
        expect(mapping.State).toBe('Enabled');
      },
      refuses: ({ client }) => client.send(new GetEventSourceMappingCommand({ UUID: NO_MAPPING })),
      refusal: NOT_FOUND,
      refusalSource: RECORDED_LAMBDA,
    },
    UpdateEventSourceMapping: {
      source: lambdaPage('UpdateEventSourceMapping'),
      answers: async (context) => {
        const { UUID } = await mapQueue(context, 'mapping-changed');
        const changed = await context.client.send(
          new UpdateEventSourceMappingCommand({ UUID, Enabled: false, BatchSize: 5 }),
        );
        expect(changed).toMatchObject({ BatchSize: 5, State: 'Updating' });
      },
      refuses: async (context) => {
        const { UUID } = await mapQueue(context, 'mapping-kept');
        return context.client.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 11 }));
      },
      refusal: invalidLambda(
        'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
      ),
      refusalSource: RECORDED_LAMBDA,
    },
    DeleteEventSourceMapping: {
      source: lambdaPage('DeleteEventSourceMapping'),
      answers: async (context) => {
        const { UUID } = await mapQueue(context, 'mapping-deleted');
        const deleted = await context.client.send(new DeleteEventSourceMappingCommand({ UUID }));
        expect(deleted.State).toBe('Deleting');
      },
      refuses: ({ client }) => client.send(new DeleteEventSourceMappingCommand({ UUID: NO_MAPPING })),
      refusal: NOT_FOUND,
      refusalSource: RECORDED_LAMBDA,
    },
    ListEventSourceMappings: {
      source: lambdaPage('ListEventSourceMappings'),
      answers: async (context) => {
        const { UUID } = await mapQueue(context, 'mapping-listed');
        const { EventSourceMappings } = await context.client.send(
          new ListEventSourceMappingsCommand({ FunctionName: 'mapping-listed' }),
        );
        expect(EventSourceMappings?.map((mapping) => mapping.UUID)).toEqual([UUID]);
      },
      refuses: async ({ running }) =>
        new LambdaClient(await roleWithoutPolicies(running, 'mapping-lister')).send(
          new ListEventSourceMappingsCommand({}),
        ),
      refusal: deniedLambda('mapping-lister', 'ListEventSourceMappings', '*'),
      refusalSource: DENIED,
    },
  },
});
