/** SageMaker: endpoint configurations and endpoints. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  waitUntilEndpointDeleted,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  arnOf,
  inService,
  makeConfig,
  makeEndpoint,
  makeModel,
  notFound,
  OPERATOR_SENTENCES,
  PATTERN_SOURCE,
  patternRefusal,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';

const CONFIG = 'endpoint-config';
const already = (what: string, arn: string) => ({
  name: 'ValidationException',
  message: `Cannot create already existing ${what} "${arn}".`,
  status: 400,
});
const inProgress = (name: string) => ({
  name: 'ValidationException',
  message: `Cannot update in-progress endpoint "${arnOf('endpoint', name)}".`,
  status: 400,
});

export const sagemakerEndpointCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateEndpointConfig: {
      source: `${SAGEMAKER_API}/API_CreateEndpointConfig.html`,
      answers: async ({ client, running }) => {
        await makeModel(running, 'rare');
        const ServerlessConfig = { MemorySizeInMB: 2048, MaxConcurrency: 5 };
        const ProductionVariants = [{ VariantName: 'main', ModelName: 'rare', ServerlessConfig }];
        const request = { EndpointConfigName: 'rare', ProductionVariants };
        const { EndpointConfigArn } = await client.send(new CreateEndpointConfigCommand(request));
        expect(EndpointConfigArn).toBe(arnOf(CONFIG, 'rare'));
      },
      refuses: async ({ running }) => {
        await makeConfig(running, 'twice');
        const ProductionVariants = [
          {
            VariantName: 'main',
            ModelName: 'twice',
            InitialInstanceCount: 1,
            InstanceType: 'ml.m5.large' as const,
          },
        ];
        const request = { EndpointConfigName: 'twice', ProductionVariants };
        return sagemakerClient(running).send(new CreateEndpointConfigCommand(request));
      },
      refusal: already('endpoint configuration', arnOf(CONFIG, 'twice')),
      refusalSource: 'https://github.com/awslabs/spot-tagging-bot-for-digital-assets/issues/2',
    },
    DescribeEndpointConfig: {
      source: `${SAGEMAKER_API}/API_DescribeEndpointConfig.html`,
      answers: async ({ client, running }) => {
        await makeConfig(running, 'described-config');
        const request = { EndpointConfigName: 'described-config' };
        expect(await client.send(new DescribeEndpointConfigCommand(request))).toMatchObject({
          EndpointConfigArn: arnOf(CONFIG, 'described-config'),
          ProductionVariants: [{ VariantName: 'main', InitialInstanceCount: 1, InitialVariantWeight: 1 }],
          EnableNetworkIsolation: false,
        });
      },
      refuses: ({ client }) => client.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'none' })),
      refusal: notFound('endpoint configuration', arnOf(CONFIG, 'none')),
      refusalSource: OPERATOR_SENTENCES,
    },
    ListEndpointConfigs: {
      source: `${SAGEMAKER_API}/API_ListEndpointConfigs.html`,
      answers: async ({ client, running }) => {
        await makeConfig(running, 'listed-config');
        const { EndpointConfigs } = await client.send(
          new ListEndpointConfigsCommand({ NameContains: 'listed-config' }),
        );
        expect(EndpointConfigs).toEqual([
          {
            EndpointConfigName: 'listed-config',
            EndpointConfigArn: arnOf(CONFIG, 'listed-config'),
            CreationTime: expect.any(Date),
          },
        ]);
      },
      refuses: ({ client }) => client.send(new ListEndpointConfigsCommand({ MaxResults: 0 })),
      refusal: rangeRefusal('maxResults', 0, 'greater than or equal to 1'),
      refusalSource: SENTENCE_SOURCE,
    },
    DeleteEndpointConfig: {
      source: `${SAGEMAKER_API}/API_DeleteEndpointConfig.html`,
      answers: async ({ client, running }) => {
        await makeConfig(running, 'deleted-config');
        await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'deleted-config' }));
        const listed = await client.send(new ListEndpointConfigsCommand({ NameContains: 'deleted-config' }));
        expect(listed.EndpointConfigs).toEqual([]);
      },
      refuses: ({ client }) => client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'none' })),
      refusal: notFound('endpoint configuration', arnOf(CONFIG, 'none')),
      refusalSource: OPERATOR_SENTENCES,
    },
    CreateEndpoint: {
      source: `${SAGEMAKER_API}/API_CreateEndpoint.html`,
      answers: async ({ client, running }) => {
        await makeConfig(running, 'made');
        const names = { EndpointName: 'made', EndpointConfigName: 'made' };
        const { EndpointArn } = await client.send(new CreateEndpointCommand(names));
        expect(EndpointArn).toBe(arnOf('endpoint', 'made'));
      },
      refuses: async ({ client, running }) => {
        await makeConfig(running, 'iris');
        const names = { EndpointName: 'iris', EndpointConfigName: 'iris' };
        await client.send(new CreateEndpointCommand(names));
        return client.send(new CreateEndpointCommand(names));
      },
      refusal: already('endpoint', arnOf('endpoint', 'iris')),
      refusalSource: 'https://github.com/aws/sagemaker-python-sdk/issues/101',
    },
    DescribeEndpoint: {
      source: `${SAGEMAKER_API}/API_DescribeEndpoint.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'described');
        expect(await client.send(new DescribeEndpointCommand({ EndpointName: 'described' }))).toMatchObject({
          EndpointStatus: 'InService',
          EndpointConfigName: 'described',
          ProductionVariants: [{ VariantName: 'main', CurrentWeight: 1, CurrentInstanceCount: 1 }],
          LastModifiedTime: expect.any(Date),
        });
      },
      refuses: ({ client }) => client.send(new DescribeEndpointCommand({ EndpointName: 'none' })),
      refusal: notFound('endpoint', arnOf('endpoint', 'none')),
      refusalSource: OPERATOR_SENTENCES,
    },
    ListEndpoints: {
      source: `${SAGEMAKER_API}/API_ListEndpoints.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'listed');
        const request = { NameContains: 'listed', StatusEquals: 'InService' } as const;
        expect((await client.send(new ListEndpointsCommand(request))).Endpoints).toMatchObject([
          { EndpointName: 'listed', EndpointStatus: 'InService' },
        ]);
      },
      refuses: ({ client }) => client.send(new ListEndpointsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    UpdateEndpoint: {
      source: `${SAGEMAKER_API}/API_UpdateEndpoint.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'updated');
        await makeConfig(running, 'updated-2');
        const names = { EndpointName: 'updated', EndpointConfigName: 'updated-2' };
        const { EndpointArn } = await client.send(new UpdateEndpointCommand(names));
        expect(EndpointArn).toBe(arnOf('endpoint', 'updated'));
        const during = await client.send(new DescribeEndpointCommand({ EndpointName: 'updated' }));
        expect(during).toMatchObject({
          EndpointStatus: 'Updating',
          PendingDeploymentSummary: { EndpointConfigName: 'updated-2' },
        });
        await inService(running, 'updated');
      },
      refuses: ({ client }) =>
        client.send(new UpdateEndpointCommand({ EndpointName: 'a_b', EndpointConfigName: 'a' })),
      refusal: patternRefusal('endpointName', 'a_b'),
      refusalSource: PATTERN_SOURCE,
    },
    UpdateEndpointWeightsAndCapacities: {
      source: `${SAGEMAKER_API}/API_UpdateEndpointWeightsAndCapacities.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'grown');
        const DesiredWeightsAndCapacities = [{ VariantName: 'main', DesiredInstanceCount: 2 }];
        const request = { EndpointName: 'grown', DesiredWeightsAndCapacities };
        await client.send(new UpdateEndpointWeightsAndCapacitiesCommand(request));
        await inService(running, 'grown');
        const { ProductionVariants } = await client.send(
          new DescribeEndpointCommand({ EndpointName: 'grown' }),
        );
        expect(ProductionVariants).toMatchObject([{ CurrentInstanceCount: 2, DesiredInstanceCount: 2 }]);
      },
      refuses: async ({ client, running }) => {
        await makeConfig(running, 'busy');
        await client.send(new CreateEndpointCommand({ EndpointName: 'busy', EndpointConfigName: 'busy' }));
        const DesiredWeightsAndCapacities = [{ VariantName: 'main', DesiredInstanceCount: 2 }];
        const request = { EndpointName: 'busy', DesiredWeightsAndCapacities };
        return client.send(new UpdateEndpointWeightsAndCapacitiesCommand(request));
      },
      refusal: inProgress('busy'),
      refusalSource: OPERATOR_SENTENCES,
    },
    DeleteEndpoint: {
      source: `${SAGEMAKER_API}/API_DeleteEndpoint.html`,
      answers: async ({ client, running }) => {
        await makeEndpoint(running, 'deleted');
        await client.send(new DeleteEndpointCommand({ EndpointName: 'deleted' }));
        const waiter = { client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.1 };
        const { state } = await waitUntilEndpointDeleted(waiter, { EndpointName: 'deleted' });
        expect(state).toBe('SUCCESS');
      },
      refuses: async ({ client, running }) => {
        await makeConfig(running, 'begun');
        await client.send(new CreateEndpointCommand({ EndpointName: 'begun', EndpointConfigName: 'begun' }));
        return client.send(new DeleteEndpointCommand({ EndpointName: 'begun' }));
      },
      refusal: inProgress('begun'),
      refusalSource: OPERATOR_SENTENCES,
    },
  },
});
