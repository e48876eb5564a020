/** SQS as an event source, with SQS itself and a clock that is stepped. */
import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqsService } from '../sqs/index.ts';
import { settledMessages } from './sqs-record.ts';
import { type LambdaHarness, lambdaHarness, ROLE } from './testing.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:work';
const URL = 'http://127.0.0.1:4566/000000000000/work';
const LOGS_BODIES = 'exports.handler = async (e) => { console.log(e.Records.map((r) => r.body).join("|")) }';

let lambda: LambdaHarness;
beforeEach(async () => {
  lambda = await lambdaHarness();
  const sqs = createSqsService(lambda.cloud);
  lambda.cloud.register(sqs);
  await callSqs('CreateQueue', { QueueName: 'work', Attributes: { VisibilityTimeout: '60' } });
});
afterEach(() => lambda.stop());

const callSqs = <Output = object>(operation: string, input: object) =>
  lambda.cloud.call<Output>('sqs', operation, input, lambda.cloud.root);
const passSeconds = (seconds: number) =>
  lambda.cloud.clock.advanceTo(lambda.cloud.clock.now() + seconds * 1000);
const lines = () =>
  lambda
    .logLines('/aws/lambda/worker')
    .filter((line) => line.includes('\tINFO\t'))
    .map((line) => line.split('\t')[3]!);

async function put(...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) await callSqs('SendMessage', { QueueUrl: URL, MessageBody });
}
async function left(): Promise<number> {
  const { Attributes } = await callSqs<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
    QueueUrl: URL,
    AttributeNames: ['All'],
  });
  return (
    Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}
async function createWorker(source: string, options: object = {}) {
  await lambda.create('worker', source);
  return lambda.run<{ UUID: string; EventSourceMappingArn: string }>('CreateEventSourceMapping', {
    FunctionName: 'worker',
    EventSourceArn: QUEUE,
    ...options,
  });
}

it('invokes the function with batches in the shape of AWS and deletes what succeeded, as the role', async () => {
  await createWorker('exports.handler = async (e) => { console.log(JSON.stringify(e.Records)) }');
  await callSqs('SendMessage', {
    QueueUrl: URL,
    MessageBody: 'a',
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
  });
  await passSeconds(1);
  expect(JSON.parse(lines()[0]!)).toEqual([
    {
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: 'a',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        kind: { stringValue: 'x', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
      eventSource: 'aws:sqs',
      eventSourceARN: QUEUE,
      awsRegion: 'us-east-1',
    },
  ]);
  expect(await left()).toBe(0);
  const polls = lambda.cloud.calls.filter(({ operation }) => operation === 'ReceiveMessage');
  expect(polls.every(({ principal }) => principal.kind === 'role' && principal.roleArn === ROLE)).toBe(true);
});

it('deletes only the rest of a partly failed batch; what failed comes again after its visibility time-out', async () => {
  await createWorker(
    `let calls = 0;
     exports.handler = async (e) => {
       console.log(e.Records.map((r) => r.body).join('|'));
       calls += 1;
       return { batchItemFailures: e.Records.filter((r) => r.body === 'late' && calls === 1).map((r) => ({ itemIdentifier: r.messageId })) };
     }`,
    { FunctionResponseTypes: ['ReportBatchItemFailures'], BatchSize: 2, MaximumBatchingWindowInSeconds: 1 },
  );
  await put('late', 'fine');
  await passSeconds(2);
  expect(await left()).toBe(1);
  await passSeconds(65);
  expect(lines()).toEqual(['late|fine', 'late']);
  expect(await left()).toBe(0);
});

it('deletes nothing of a failed batch, and goes on after a throttled one', async () => {
  await createWorker('exports.handler = async () => { console.log("tried"); throw new Error("x") }');
  await put('bad');
  await passSeconds(1);
  expect(lines()).toEqual(['tried']);
  await lambda.run('PutFunctionConcurrency', { FunctionName: 'worker', ReservedConcurrentExecutions: 0 });
  await passSeconds(65);
  expect(lines()).toEqual(['tried']);
  await lambda.run('DeleteFunctionConcurrency', { FunctionName: 'worker' });
  await passSeconds(65);
  expect(lines()).toEqual(['tried', 'tried']);
  expect(await left()).toBe(1);
});

it("gathers a batch over the window of the cloud's clock", async () => {
  await createWorker('exports.handler = async (e) => { console.log(e.Records.length) }', {
    BatchSize: 20,
    MaximumBatchingWindowInSeconds: 30,
  });
  await put(...Array.from({ length: 14 }, (_, index) => `m${index}`));
  await passSeconds(29);
  expect(lines()).toEqual([]);
  await passSeconds(2);
  expect(lines()).toEqual(['14']);
});

it('runs no more batches at a time than the mapping allows', async () => {
  await createWorker(
    'exports.handler = async () => { const from = Date.now(); await new Promise((r) => setTimeout(r, 100)); console.log([from, Date.now()].join(" ")) }',
    { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
  );
  await put('a', 'b', 'c', 'd', 'e');
  await passSeconds(1);
  const spans = lines().map((line) => line.split(' ').map(Number));
  const running = spans.map(
    ([from]) => spans.filter(([begin, end]) => begin! <= from! && from! < end!).length,
  );
  expect(spans).toHaveLength(5);
  expect(Math.max(...running)).toBe(2);
});

it('gives the function what matches a filter, and deletes the rest', async () => {
  await createWorker(LOGS_BODIES, {
    FilterCriteria: {
      Filters: [{ Pattern: '{"body":{"kind":["good"]}}' }, { Pattern: '{"body":["plain"]}' }],
    },
  });
  await put('{"kind":"good"}', '{"kind":"bad"}', 'plain', 'other');
  await passSeconds(1);
  expect(lines().join('|').split('|').sort()).toEqual(['plain', '{"kind":"good"}']);
  expect(await left()).toBe(0);
});

it('stops polling when disabled or deleted', async () => {
  const { UUID } = await createWorker(LOGS_BODIES);
  await lambda.run('UpdateEventSourceMapping', { UUID, Enabled: false });
  await put('kept');
  await passSeconds(90);
  expect(lines()).toEqual([]);
  expect(await left()).toBe(1);
  await lambda.run('UpdateEventSourceMapping', { UUID, Enabled: true });
  await passSeconds(70);
  expect(lines()).toEqual(['kept']);
  await lambda.run('DeleteEventSourceMapping', { UUID });
  await put('kept');
  await passSeconds(90);
  expect(await left()).toBe(1);
});

it('has tags', async () => {
  const { EventSourceMappingArn: Resource } = await createWorker(LOGS_BODIES, { Tags: { a: '1' } });
  await lambda.run('TagResource', { Resource, Tags: { b: '2' } });
  await lambda.run('UntagResource', { Resource, TagKeys: ['a'] });
  expect(await lambda.run('ListTags', { Resource })).toEqual({ Tags: { b: '2' } });
});

describe('refuses', () => {
  it.each([
    [{ BatchSize: 11 }, 'Maximum batch window in seconds must be greater than 0'],
    [{ FilterCriteria: { Filters: [{ Pattern: 'simple string' }] } }, 'Invalid filter pattern definition.'],
    [{ EventSourceArn: `${QUEUE}-absent` }, 'The specified queue does not exist.'],
    [{ FunctionName: 'absent' }, 'Function does not exist'],
    [{ DestinationConfig: { OnFailure: { Destination: QUEUE } } }, 'Unsupported DestinationConfig parameter'],
    [
      { StartingPosition: 'LATEST' },
      'not implemented by the local cloud: lambda event source mapping property',
    ],
    [{ EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }, 'only SQS queues are'],
  ])('%j', async (options, message) => {
    await expect(createWorker(LOGS_BODIES, options)).rejects.toThrow(message);
  });

  it('a queue that shows messages again before the function is done', async () => {
    await callSqs('SetQueueAttributes', { QueueUrl: URL, Attributes: { VisibilityTimeout: '2' } });
    await expect(createWorker(LOGS_BODIES)).rejects.toThrow(
      'Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds',
    );
  });
});

/** Cases of AWS's page on reporting batch item failures. */
describe('an answer of', () => {
  const messages: Message[] = [{ MessageId: 'a' }, { MessageId: 'b' }];
  it.each([
    ['null', 2],
    ['{}', 2],
    ['{"batchItemFailures":[]}', 2],
    ['{"batchItemFailures":null}', 2],
    ['{"batchItemFailures":[{"itemIdentifier":"a"}]}', 1],
    ['{"batchItemFailures":[{"itemIdentifier":""}]}', 0],
    ['{"batchItemFailures":[{"itemIdentifier":null}]}', 0],
    ['{"batchItemFailures":[{"foo":"a"}]}', 0],
    ['{"batchItemFailures":[{"itemIdentifier":"unknown"}]}', 0],
    ['"text"', 0],
  ])('%s settles %i messages', (payload, count) => {
    const execution = { failed: false, payload };
    expect(settledMessages(messages, execution, { reportsBatchItemFailures: true })).toHaveLength(count);
  });
});
