/** CloudWatch Logs: streams, events, metric filters and resource policies. */
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DeleteMetricFilterCommand,
  DeleteResourcePolicyCommand,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'vitest';
import { type CaseContext, serviceCases } from '../operation-case.ts';
import { badParameter, logsPage, makeGroup, makeStream, NO_STREAM, recordedLogs } from './logs-sources.ts';

type Context = CaseContext<CloudWatchLogsClient>;

/** Puts two events a second apart into a group of its own. */
async function putEvents({ client, running }: Context, group: string) {
  const place = await makeStream(client, group);
  const now = running.cloud.clock.now();
  const logEvents = ['hello', 'an ERROR'].map((message, index) => ({
    timestamp: now - 2000 + 1000 * index,
    message,
  }));
  const answer = await client.send(new PutLogEventsCommand({ ...place, logEvents }));
  return { ...place, logEvents, answer };
}
const transformation = (metricName: string) => ({
  metricName,
  metricNamespace: 'namespace1',
  metricValue: '1',
});
const filterOf = (logGroupName: string, metrics: readonly string[]) =>
  new PutMetricFilterCommand({
    logGroupName,
    filterName: 'filter',
    filterPattern: 'ERROR',
    metricTransformations: metrics.map(transformation),
  });
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'route53.amazonaws.com' },
      Action: 'logs:PutLogEvents',
      Resource: '*',
    },
  ],
});
const putPolicy = (client: CloudWatchLogsClient, policyName: string) =>
  client.send(new PutResourcePolicyCommand({ policyName, policyDocument: POLICY }));
const tooMuch = (value: number, most: number) =>
  badParameter(
    `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
  );

export const logsEventsCases = serviceCases({
  service: 'logs',
  folders: ['logs', 'cloudwatch'],
  makeClient: ({ clientConfig }) => new CloudWatchLogsClient(clientConfig),
  operations: {
    CreateLogStream: {
      source: logsPage('CreateLogStream'),
      answers: async ({ client }) => {
        const place = await makeStream(client, 'made');
        const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName: 'made' }));
        // as recorded for a new stream
        expect(logStreams).toEqual([
          {
            arn: 'arn:aws:logs:us-east-1:000000000000:log-group:made:log-stream:stream',
            creationTime: expect.any(Number),
            logStreamName: place.logStreamName,
            storedBytes: 0,
          },
        ]);
      },
      refuses: async ({ client }) => {
        const place = await makeStream(client, 'twice');
        await client.send(new CreateLogStreamCommand(place));
      },
      refusal: {
        name: 'ResourceAlreadyExistsException',
        message: 'The specified log stream already exists',
        status: 400,
      },
      refusalSource: recordedLogs('streams'),
    },
    DescribeLogStreams: {
      source: logsPage('DescribeLogStreams'),
      answers: async (context) => {
        const { logGroupName, logEvents } = await putEvents(context, 'described');
        const { logStreams } = await context.client.send(new DescribeLogStreamsCommand({ logGroupName }));
        expect(logStreams).toMatchObject([{ firstEventTimestamp: logEvents[0]!.timestamp }]);
      },
      refuses: ({ client }) =>
        client.send(new DescribeLogStreamsCommand({ logGroupName: 'a', logGroupIdentifier: 'a' })),
      refusal: {
        name: 'ValidationException',
        message: 'LogGroup name and LogGroup ARN are mutually exclusive parameters.',
        status: 400,
      },
      refusalSource: recordedLogs('streams'),
    },
    DeleteLogStream: {
      source: logsPage('DeleteLogStream'),
      answers: async ({ client }) => {
        const place = await makeStream(client, 'emptied');
        await client.send(new DeleteLogStreamCommand(place));
        const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName: 'emptied' }));
        expect(logStreams).toEqual([]);
      },
      refuses: async ({ client }) => {
        await makeGroup(client, 'empty');
        await client.send(new DeleteLogStreamCommand({ logGroupName: 'empty', logStreamName: 'none' }));
      },
      refusal: NO_STREAM,
      refusalSource: recordedLogs('events'),
    },
    PutLogEvents: {
      source: logsPage('PutLogEvents'),
      answers: async (context) => {
        const { answer } = await putEvents(context, 'written');
        expect(answer.nextSequenceToken).toMatch(/^\d+$/);
        expect(answer).not.toHaveProperty('rejectedLogEventsInfo');
      },
      refuses: async ({ client }) => {
        const place = await makeStream(client, 'wrong-order');
        const logEvents = [2000, 1000].map((timestamp) => ({ timestamp, message: 'm' }));
        await client.send(new PutLogEventsCommand({ ...place, logEvents }));
      },
      refusal: badParameter('Log events in a single PutLogEvents request must be in chronological order.'),
      refusalSource: recordedLogs('events'),
    },
    GetLogEvents: {
      source: logsPage('GetLogEvents'),
      answers: async (context) => {
        const { logGroupName, logStreamName, logEvents } = await putEvents(context, 'read');
        const request = { logGroupName, logStreamName, startFromHead: true };
        const { events, nextForwardToken } = await context.client.send(new GetLogEventsCommand(request));
        expect(events).toMatchObject(logEvents);
        // at the end the same token comes again
        const nextToken = nextForwardToken;
        const after = await context.client.send(new GetLogEventsCommand({ ...request, nextToken }));
        expect(after).toMatchObject({ events: [], nextForwardToken });
      },
      refuses: async ({ client }) => {
        const place = await makeStream(client, 'bad-token');
        await client.send(new GetLogEventsCommand({ ...place, nextToken: 'invalid' }));
      },
      refusal: badParameter('The specified nextToken is invalid.'),
      refusalSource: recordedLogs('events'),
    },
    FilterLogEvents: {
      source: logsPage('FilterLogEvents'),
      answers: async (context) => {
        const { logGroupName } = await putEvents(context, 'filtered');
        const command = new FilterLogEventsCommand({ logGroupName, filterPattern: 'ERROR' });
        const { events } = await context.client.send(command);
        expect(events).toMatchObject([{ logStreamName: 'stream', message: 'an ERROR' }]);
      },
      refuses: ({ client }) =>
        client.send(new FilterLogEventsCommand({ logGroupName: 'any', limit: 10_001 })),
      refusal: tooMuch(10_001, 10_000),
      refusalSource: recordedLogs('filter_events'),
    },
    PutMetricFilter: {
      source: recordedLogs('metric_filters'),
      answers: async ({ client }) => {
        await makeGroup(client, 'metric');
        await client.send(filterOf('metric', ['metric1']));
        const command = new DescribeMetricFiltersCommand({ logGroupName: 'metric' });
        expect((await client.send(command)).metricFilters).toEqual([
          {
            applyOnTransformedLogs: false,
            creationTime: expect.any(Number),
            filterName: 'filter',
            filterPattern: 'ERROR',
            logGroupName: 'metric',
            metricTransformations: [transformation('metric1')],
          },
        ]);
      },
      refuses: ({ client }) => client.send(filterOf('any', ['metric1', 'metric2'])),
      refusal: badParameter(
        "1 validation error detected: Value '[MetricTransformation(metricName=metric1, metricNamespace=namespace1, metricValue=1, defaultValue=null, unit=null, dimensions=null), MetricTransformation(metricName=metric2, metricNamespace=namespace1, metricValue=1, defaultValue=null, unit=null, dimensions=null)]' at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1",
      ),
    },
    DescribeMetricFilters: {
      source: recordedLogs('metric_filters'),
      answers: async ({ client }) => {
        await makeGroup(client, 'by-metric');
        await client.send(filterOf('by-metric', ['only-this']));
        const { metricFilters } = await client.send(
          new DescribeMetricFiltersCommand({ metricName: 'only-this', metricNamespace: 'namespace1' }),
        );
        expect(metricFilters).toMatchObject([{ logGroupName: 'by-metric', filterPattern: 'ERROR' }]);
      },
      refuses: ({ client }) => client.send(new DescribeMetricFiltersCommand({ metricName: 'X'.repeat(256) })),
      refusal: badParameter(
        `1 validation error detected: Value '${'X'.repeat(256)}' at 'metricName' failed to satisfy constraint: Member must have length less than or equal to 255`,
      ),
    },
    DeleteMetricFilter: {
      source: recordedLogs('metric_filters'),
      answers: async ({ client }) => {
        await makeGroup(client, 'unmetric');
        await client.send(filterOf('unmetric', ['metric1']));
        const name = { logGroupName: 'unmetric', filterName: 'filter' };
        await client.send(new DeleteMetricFilterCommand(name));
        const command = new DescribeMetricFiltersCommand({ logGroupName: 'unmetric' });
        expect((await client.send(command)).metricFilters).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new DeleteMetricFilterCommand({ logGroupName: 'X'.repeat(513), filterName: 'f' })),
      refusal: badParameter(
        'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      ),
    },
    PutResourcePolicy: {
      source: recordedLogs('resource_policies'),
      answers: async ({ client }) => {
        const { resourcePolicy } = await putPolicy(client, 'put');
        expect(resourcePolicy).toEqual({
          policyName: 'put',
          policyDocument: POLICY,
          policyScope: 'ACCOUNT',
          lastUpdatedTime: expect.any(Number),
        });
      },
      refuses: async ({ client }) => {
        for (let index = 0; index < 11; index += 1) await putPolicy(client, `many-${index}`);
      },
      refusal: { name: 'LimitExceededException', message: 'Resource limit exceeded.', status: 400 },
    },
    DescribeResourcePolicies: {
      source: recordedLogs('resource_policies'),
      answers: async ({ client }) => {
        const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({}));
        expect(resourcePolicies).toContainEqual(
          expect.objectContaining({ policyName: 'put', policyScope: 'ACCOUNT' }),
        );
      },
      refuses: ({ client }) => client.send(new DescribeResourcePoliciesCommand({ limit: 51 })),
      refusal: tooMuch(51, 50),
      refusalSource: recordedLogs('events'),
    },
    DeleteResourcePolicy: {
      source: recordedLogs('resource_policies'),
      answers: async ({ client }) => {
        await client.send(new DeleteResourcePolicyCommand({ policyName: 'put' }));
        const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({}));
        expect(resourcePolicies?.map(({ policyName }) => policyName)).not.toContain('put');
      },
      refuses: ({ client }) => client.send(new DeleteResourcePolicyCommand({ policyName: 'non-existent' })),
      refusal: {
        name: 'ResourceNotFoundException',
        message: 'Policy with name [non-existent] does not exist.',
        status: 400,
      },
    },
  },
});
