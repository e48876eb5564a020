import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_RUN_MS, ROLE } from '../testing.ts';
import { type ServingFixture, servingFixture } from './testing.ts';

// expected values: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:sagemaker-results';
const ERRORS = 'arn:aws:sns:us-east-1:000000000000:sagemaker-errors';
const ASYNC = {
  OutputConfig: {
    S3OutputPath: 's3://data/results',
    S3FailurePath: 's3://data/failures',
    NotificationConfig: {
      SuccessTopic: TOPIC,
      ErrorTopic: ERRORS,
      IncludeInferenceResponseIn: ['SUCCESS_NOTIFICATION_TOPIC'],
    },
  },
  ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
};

interface Accepted {
  readonly InferenceId: string;
  readonly OutputLocation: string;
  readonly FailureLocation: string;
}

interface Published {
  readonly topic: string;
  readonly message: Record<string, unknown>;
}

let fixture: ServingFixture;
const published: Published[] = [];

beforeAll(async () => {
  fixture = await servingFixture();
  fixture.cloud.respond('sns', 'Publish', ({ TopicArn, Message }) => {
    published.push({ topic: TopicArn, message: JSON.parse(Message) });
    return { MessageId: 'one' };
  });
  await fixture.serve('slow', 'times-2', { AsyncInferenceConfig: ASYNC });
  await fixture.put('in/good.csv', '1\n2\n');
  await fixture.put('in/bad.csv', 'x\n');
}, FIRST_RUN_MS);

afterAll(() => fixture.stop());

const invokeAsync = (InputLocation: string, more: object = {}) =>
  fixture.run<Accepted>('InvokeEndpointAsync', {
    EndpointName: 'slow',
    InputLocation,
    ContentType: 'text/csv',
    ...more,
  });
const keyOf = (uri: string) => uri.replace('s3://data/', '');
const finished = () => fixture.advance(1);
const about = (id: string) => published.find((each) => each.message.inferenceId === id);
const sumOf = (name: string) =>
  fixture.metrics
    .filter((each) => each.MetricName === name)
    .flatMap((each) => each.Values!.map((value, index) => value * each.Counts![index]!))
    .reduce((sum, value) => sum + value, 0);

describe('an asynchronous endpoint', () => {
  it('shows its configuration, and has tried its topics', async () => {
    expect(await fixture.describe('slow')).toMatchObject({ AsyncInferenceConfig: ASYNC });
    const test = { eventVersion: '1.0', eventSource: 'aws:sagemaker', eventName: 'TestNotification' };
    expect(published).toEqual([
      { topic: TOPIC, message: test },
      { topic: ERRORS, message: test },
    ]);
    const calls = fixture.cloud.calls.filter((call) => call.operation === 'Publish');
    expect(calls.every((call) => 'roleArn' in call.principal && call.principal.roleArn === ROLE)).toBe(true);
  });

  it('answers with places, and puts the result there', async () => {
    const accepted = await invokeAsync('s3://data/in/good.csv', { InferenceId: 'row-1' });
    expect(accepted).toEqual({
      InferenceId: 'row-1',
      OutputLocation: expect.stringMatching(/^s3:\/\/data\/results\/[0-9a-f-]{36}\.out$/),
      FailureLocation: 's3://data/failures/row-1-error.out',
    });
    await finished();
    expect(await fixture.text(keyOf(accepted.OutputLocation))).toBe('2.0\n4.0\n');
    expect(about('row-1')).toEqual({
      topic: TOPIC,
      message: {
        awsRegion: 'us-east-1',
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        receivedTime: expect.any(String),
        invocationStatus: 'Completed',
        requestParameters: {
          contentType: 'text/csv',
          endpointName: 'slow',
          inputLocation: 's3://data/in/good.csv',
        },
        responseParameters: {
          contentType: 'text/csv; charset=utf-8',
          outputLocation: accepted.OutputLocation,
        },
        responseBody: {
          content: Buffer.from('2.0\n4.0\n').toString('base64'),
          message: 'Check S3 path location(if configured) or Cloudwatch for additional details.',
          encoding: 'BASE64',
        },
        inferenceId: 'row-1',
        eventVersion: '1.0',
        eventSource: 'aws:sagemaker',
        eventName: 'InferenceResult',
      },
    });
    await finished();
    expect(sumOf('InvocationsProcesssed')).toBe(1);
    expect(sumOf('Invocations')).toBe(0);
    expect(sumOf('OverheadLatency')).toBe(0);
  });

  it('puts a failure at its own place, and tells the other topic', async () => {
    const accepted = await invokeAsync('s3://data/in/bad.csv', { InferenceId: 'row-2' });
    await finished();
    expect(await fixture.text(keyOf(accepted.FailureLocation))).toMatch(
      /^Received server error \(500\) from primary with message "/,
    );
    expect(await fixture.keys(keyOf(accepted.OutputLocation))).toEqual([]);
    expect(about('row-2')).toMatchObject({
      topic: ERRORS,
      message: {
        invocationStatus: 'Failed',
        failureReason:
          'ClientError: Received server error (500) from model. See the SageMaker Endpoint logs in your account for ' +
          'more information.',
      },
    });
  });

  it('fails a request whose input is not there', async () => {
    await invokeAsync('s3://data/in/none.csv', { InferenceId: 'row-3' });
    await finished();
    expect(about('row-3')?.message).toMatchObject({ invocationStatus: 'Failed' });
    await finished();
    expect(sumOf('RequestDownloadFailures')).toBe(1);
    expect(sumOf('InvocationFailures')).toBe(2);
  });

  it('takes file name and path of the caller, and stops what takes too long', async () => {
    const named = await invokeAsync('s3://data/in/good.csv', {
      S3OutputPathExtension: 'today',
      Filename: 'answer.csv',
    });
    expect(named.OutputLocation).toBe('s3://data/results/today/answer.csv');
    await fixture.put('in/long.csv', '1,0,3\n');
    await invokeAsync('s3://data/in/long.csv', { InferenceId: 'row-4', InvocationTimeoutSeconds: 1 });
    await finished();
    expect(about('row-4')?.message.failureReason).toMatch(
      /^ClientError: Received server error \(0\) from model/,
    );
  });

  it('takes as many at a time as its instances do, and queues the rest', async () => {
    await fixture.put('in/half.csv', '1,0,0.2\n');
    const before = performance.now();
    await Promise.all([1, 2, 3, 4].map(() => invokeAsync('s3://data/in/half.csv')));
    await finished();
    // two instances, one each: two rounds of 0.2 s
    expect(performance.now() - before).toBeGreaterThan(400);
    const backlog = fixture.metrics.filter((each) => each.MetricName === 'ApproximateBacklogSize');
    expect(Math.max(...backlog.flatMap((each) => each.Values!))).toBe(4);
  });

  it('takes asynchronous invocations only, and others take none', async () => {
    await fixture.serve('prompt', 'times-3');
    const Body = Buffer.from('1');
    expect(await fixture.refusal('InvokeEndpoint', { EndpointName: 'slow', Body })).toMatchObject({
      code: 'ValidationError',
    });
    const request = { EndpointName: 'prompt', InputLocation: 's3://data/in/good.csv' };
    expect(await fixture.refusal('InvokeEndpointAsync', request)).toMatchObject({ code: 'ValidationError' });
    const nowhere = { ...request, EndpointName: 'nowhere', RequestTTLSeconds: 60 };
    expect(await fixture.refusal('InvokeEndpointAsync', nowhere)).toMatchObject({
      message: 'Endpoint nowhere of account 000000000000 not found.',
    });
    expect(await fixture.refusal('InvokeEndpointAsync', { ...request, RequestTTLSeconds: 59 })).toMatchObject(
      {
        code: 'ValidationError',
        message:
          "1 validation error detected: Value '59' at 'requestTTLSeconds' failed to satisfy constraint: Member must have " +
          'value greater than or equal to 60',
      },
    );
  });

  it('finishes after a restart what was accepted before', async () => {
    const accepted = await invokeAsync('s3://data/in/half.csv');
    await fixture.service.stop?.();
    fixture = await servingFixture({}, fixture.cloud);
    fixture.cloud.respond('sns', 'Publish', () => ({ MessageId: 'one' }));
    await finished();
    expect(await fixture.text(keyOf(accepted.OutputLocation))).toBe('2.0\n');
  });
});
