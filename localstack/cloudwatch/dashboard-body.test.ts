import { CloudWatchClient, PutDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

let running: RunningCloud;
let client: CloudWatchClient;

beforeAll(async () => {
  running = await startCloud({ services: ['cloudwatch'] });
  client = new CloudWatchClient(running.clientConfig);
});
afterAll(() => running.stop());

const put = (body: unknown) =>
  client.send(new PutDashboardCommand({ DashboardName: 'd', DashboardBody: JSON.stringify(body) }));
const widget = (properties: object) => ({ widgets: [{ type: 'metric', properties }] });

// the SDK's name of the code InvalidParameterInput
test.each([{ body: [] }, { body: 'text' }, { body: null }])('$body is no object', async ({ body }) => {
  await expect(put(body)).rejects.toMatchObject({
    name: 'DashboardInvalidInputError',
    message: 'The field DashboardBody must be a valid JSON object',
  });
});

// https://github.com/aws-samples/aws-eda-slurm-cluster/issues/116
test('a metric widget without a source is refused in the words of AWS', async () => {
  await expect(put(widget({ view: 'timeSeries' }))).rejects.toMatchObject({
    name: 'DashboardInvalidInputError',
    message: `The dashboard body is invalid, there are 3 validation errors:
[
  {
    "dataPath": "/widgets/0/properties",
    "message": "Should have required property 'metrics'"
  },
  {
    "dataPath": "/widgets/0/properties",
    "message": "The metric widget should have specified a region and a data source or an alarm annotation"
  },
  {
    "dataPath": "/widgets/0/properties",
    "message": "Should have required property 'annotations'"
  }
]`,
    dashboardValidationMessages: [{ DataPath: '/widgets/0/properties' }, {}, {}],
  });
});

// https://github.com/pulumi/pulumi/issues/13059
test('a metric that is no list is refused in the words of AWS', async () => {
  await expect(put(widget({ region: 'us-east-1', metrics: ['AWS/EC2'] }))).rejects.toMatchObject({
    message: `The dashboard body is invalid, there are 2 validation errors:
[
  {
    "dataPath": "/widgets/0/properties/metrics/0",
    "message": "Should be array"
  },
  {
    "dataPath": "/widgets/0/properties/metrics/0",
    "message": "Field \\"metrics\\" has to be an array of array of strings, with an optional metricRenderer object as last element"
  }
]`,
  });
});

test.each([
  { widgets: {} },
  { widgets: ['text'] },
  { widgets: [{ properties: {} }] },
  { widgets: [{ type: 'text' }] },
  { widgets: [{ type: 'text', properties: {} }] },
])('the body %j is refused', async (body) => {
  await expect(put(body)).rejects.toMatchObject({ name: 'DashboardInvalidInputError' });
});

test('widgets of alarms and metrics are kept, and tags refused by name', async () => {
  const source = widget({ region: 'us-east-1', metrics: [['AWS/EC2', 'CPUUtilization']] });
  expect((await put(source)).DashboardValidationMessages).toEqual([]);
  await put(widget({ region: 'us-east-1', annotations: { alarms: ['arn'] } }));
  const tagged = { DashboardName: 'd', DashboardBody: '{}', Tags: [{ Key: 'a', Value: '1' }] };
  await expect(client.send(new PutDashboardCommand(tagged))).rejects.toMatchObject({
    name: 'NotImplementedByLocalCloud',
  });
});
