/** REST JSON, query and CBOR against services that answer what the test says. */
import { gzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as cbor from '@smithy/core/cbor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { echoService } from '../testing/echo-service.ts';
import { signedFetch } from '../testing/signed-fetch.ts';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const lambda = echoService('lambda');
const sns = echoService('sns');
const sqs = echoService('sqs');
const monitoring = echoService('monitoring');
const echoes = [lambda, sns, sqs, monitoring];
let running: RunningCloud;

beforeAll(async () => {
  running = await startCloud({
    services: [],
    factories: echoes.map(
      ({ service }) =>
        () =>
          service,
    ),
  });
});
afterAll(() => running.stop());
beforeEach(() => {
  for (const echo of echoes) Object.assign(echo, { asked: [], answers: {} });
});

describe('REST JSON', () => {
  test('Lambda: labels, headers, payload and status', async () => {
    lambda.answers.Invoke = () => ({
      StatusCode: 200,
      FunctionError: 'Unhandled',
      Payload: new TextEncoder().encode('{"errorMessage":"no"}'),
    });
    const output = await new LambdaClient(running.clientConfig).send(
      new InvokeCommand({
        FunctionName: 'f',
        InvocationType: 'RequestResponse',
        Payload: '{"a":1}',
        Qualifier: 'live',
      }),
    );
    expect(lambda.asked[0]!.input).toMatchObject({
      FunctionName: 'f',
      InvocationType: 'RequestResponse',
      Qualifier: 'live',
    });
    expect(Buffer.from(lambda.asked[0]!.input.Payload as Uint8Array).toString()).toBe('{"a":1}');
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(output.Payload!.transformToString()).toBe('{"errorMessage":"no"}');
  });
});

describe('query', () => {
  const post = (service: string, parameters: Record<string, string>) =>
    signedFetch(running, {
      service,
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      body: String(new URLSearchParams(parameters)),
    });

  test('lists, maps and flattened lists of the request; result and metadata of the answer', async () => {
    sns.answers.Publish = () => ({ MessageId: 'm-1' });
    const response = await post('sns', {
      Action: 'Publish',
      Version: '2010-03-31',
      Message: 'a b+c',
      'MessageAttributes.entry.1.Name': 'kind',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'x',
    });
    expect(sns.asked[0]!.input).toEqual({
      Message: 'a b+c',
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
    });
    expect(await response.text()).toMatch(
      /^<PublishResponse xmlns="http:\/\/sns.amazonaws.com\/doc\/2010-03-31\/"><PublishResult><MessageId>m-1<\/MessageId><\/PublishResult><ResponseMetadata><RequestId>[\w-]+<\/RequestId><\/ResponseMetadata><\/PublishResponse>$/,
    );

    await post('monitoring', {
      Action: 'PutMetricData',
      Namespace: 'N',
      'MetricData.member.2.MetricName': 'second',
      'MetricData.member.1.MetricName': 'first',
      'MetricData.member.1.Value': '1.5',
      'MetricData.member.1.Timestamp': '2026-01-02T03:04:05Z',
    });
    expect(monitoring.asked[0]!.input.MetricData).toEqual([
      { MetricName: 'first', Value: 1.5, Timestamp: new Date('2026-01-02T03:04:05Z') },
      { MetricName: 'second' },
    ]);
  });

  test('errors have the code of the query protocol', async () => {
    sqs.answers.GetQueueUrl = () => {
      throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    };
    const response = await post('sqs', { Action: 'GetQueueUrl', QueueName: 'q' });
    expect(response.status).toBe(400);
    const body = await response.text();
    expect(body).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>');
    expect(body).toContain('<Type>Sender</Type>');
  });

  test('a number that is none, and a missing member', async () => {
    const bad = await post('monitoring', {
      Action: 'PutMetricData',
      Namespace: 'N',
      'MetricData.member.1.MetricName': 'm',
      'MetricData.member.1.Value': 'x',
    });
    expect(await bad.text()).toContain("'MetricData.1.member.Value' must be a number");
    const missing = await post('sns', { Action: 'Publish' });
    expect(await missing.text()).toContain("Value null at 'message'");
  });
});

describe('CBOR', () => {
  const post = (operation: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    signedFetch(running, {
      service: 'monitoring',
      path: `/service/GraniteServiceVersion20100801/operation/${operation}`,
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor', ...headers },
      body: Buffer.from(body),
    });

  test('times and numbers both ways, compressed too', async () => {
    const at = new Date('2026-01-02T03:04:05.500Z');
    const seconds = cbor.tag({ tag: 1, value: at.getTime() / 1000 });
    const request = cbor.cbor.serialize({
      Namespace: 'N',
      MetricData: [{ MetricName: 'm', Timestamp: seconds, Value: 1.5, Values: [1, 2] }],
    });
    await post('PutMetricData', gzipSync(request), { 'content-encoding': 'gzip' });
    expect(monitoring.asked[0]!.input).toEqual({
      Namespace: 'N',
      MetricData: [{ MetricName: 'm', Timestamp: at, Value: 1.5, Values: [1, 2] }],
    });

    monitoring.answers.GetMetricStatistics = () => ({
      Label: 'm',
      Datapoints: [{ Timestamp: at, Average: 2 }],
    });
    const query = { Namespace: 'N', MetricName: 'm', StartTime: seconds, EndTime: seconds, Period: 60 };
    const response = await post('GetMetricStatistics', cbor.cbor.serialize(query));
    expect(response.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    const output = cbor.cbor.deserialize(new Uint8Array(await response.arrayBuffer()));
    expect(output).toMatchObject({
      Label: 'm',
      Datapoints: [{ Average: 2, Timestamp: { tag: 1, value: 1767323045.5 } }],
    });
  });

  test('errors name their shape', async () => {
    monitoring.answers.DescribeAlarms = () => {
      throw new AwsError('InvalidNextToken', 'no');
    };
    const response = await post('DescribeAlarms', cbor.cbor.serialize({}));
    expect(response.status).toBe(400);
    expect(cbor.cbor.deserialize(new Uint8Array(await response.arrayBuffer()))).toMatchObject({
      __type: 'InvalidNextToken',
      message: 'no',
    });
  });
});

describe('what this cloud does not have', () => {
  test.each([
    ['an operation', 'AmazonSSM.StartAutomationExecution', 'ssm', 'ssm StartAutomationExecution'],
    ['a service', 'AWSXRay.Get', 'xray', 'service xray'],
  ])('%s is refused by name', async (_what, target, service, named) => {
    const response = await signedFetch(running, { service, headers: { 'x-amz-target': target }, body: '{}' });
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      __type: 'NotImplementedByLocalCloud',
      message: expect.stringContaining(named),
    });
  });

  test('another region is refused', async () => {
    const s3 = new S3Client({ ...running.clientConfig, region: 'eu-west-1' });
    await expect(s3.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
  });
});
