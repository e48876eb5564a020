import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LambdaHarness, lambdaHarness, ROLE } from './testing.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:work';

let lambda: LambdaHarness;
let messages: { MessageId: string; ReceiptHandle: string; Body: string; Attributes: object }[];
let deleted: string[];
let receives: object[];
beforeEach(async () => {
  lambda = await lambdaHarness();
  messages = [];
  deleted = [];
  receives = [];
  lambda.cloud.respond('sqs', 'ReceiveMessage', (input) => {
    receives.push(input);
    return { Messages: messages.splice(0, input.MaxNumberOfMessages) };
  });
  lambda.cloud.respond('sqs', 'DeleteMessage', (input) => {
    deleted.push(input.ReceiptHandle);
    return {};
  });
});
afterEach(() => lambda.stop());

const put = (...bodies: string[]) => {
  for (const body of bodies) {
    messages.push({
      MessageId: `id-${body}`,
      ReceiptHandle: body,
      Body: body,
      Attributes: { ApproximateReceiveCount: '1' },
    });
  }
};
async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 8000, interval: 20 }).toBe(true);
}
const lines = () => lambda.logLines('/aws/lambda/worker').filter((line) => line.includes('INFO'));

async function createWorker(source: string, options: object = {}) {
  await lambda.create('worker', source);
  return lambda.run<{ UUID: string }>('CreateEventSourceMapping', {
    FunctionName: 'worker',
    EventSourceArn: QUEUE,
    ...options,
  });
}

it('invokes the function with batches in the shape of AWS and deletes what succeeded, as the role', async () => {
  await createWorker('exports.handler = async (e) => { console.log(JSON.stringify(e.Records)) }');
  put('a', 'b');
  await until(() => deleted.length === 2 && lines().length === 1);
  expect(JSON.parse(lines()[0]!.split('\t')[3]!)).toEqual(
    ['a', 'b'].map((body) => ({
      messageId: `id-${body}`,
      receiptHandle: body,
      body,
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: QUEUE,
      awsRegion: 'us-east-1',
    })),
  );
  const calls = lambda.cloud.calls.filter(({ service }) => service === 'sqs');
  expect(calls.every(({ principal }) => principal.kind === 'role' && principal.roleArn === ROLE)).toBe(true);
});

it('deletes nothing of a failed batch, and only the rest of a partly failed one', async () => {
  await createWorker(
    `exports.handler = async (e) => { const bodies = e.Records.map((r) => r.body); console.log(bodies.join());
       if (bodies.includes('bad')) throw new Error('x');
       return { batchItemFailures: e.Records.filter((r) => r.body === 'late').map((r) => ({ itemIdentifier: r.messageId })) } }`,
    { FunctionResponseTypes: ['ReportBatchItemFailures'] },
  );
  put('bad', 'good');
  await until(() => lines().length === 1);
  put('late', 'fine');
  await until(() => deleted.length === 1);
  expect(deleted).toEqual(['fine']);
});

it('gathers a batch over the window', async () => {
  await createWorker('exports.handler = async (e) => { console.log(e.Records.length) }', {
    BatchSize: 20,
    MaximumBatchingWindowInSeconds: 2,
  });
  put(...Array.from({ length: 14 }, (_, index) => `m${index}`));
  await until(() => deleted.length === 14);
  expect(lines().map((line) => line.split('\t')[3])).toEqual(['14']);
});

it('stops polling when disabled or deleted, and refuses what it does not do', async () => {
  const { UUID } = await createWorker('exports.handler = async () => 1');
  await lambda.run('UpdateEventSourceMapping', { UUID, Enabled: false });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = receives.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(receives.length).toBe(before);
  await expect(
    lambda.run('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn: QUEUE }),
  ).rejects.toMatchObject({ code: 'ResourceConflictException' });
  await lambda.run('DeleteEventSourceMapping', { UUID });
  await expect(lambda.run('GetEventSourceMapping', { UUID })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  await expect(
    lambda.run('CreateEventSourceMapping', {
      FunctionName: 'worker',
      EventSourceArn: QUEUE,
      FilterCriteria: { Filters: [{ Pattern: '{}' }] },
    }),
  ).rejects.toMatchObject({ code: 'NotImplementedByLocalCloud' });
  await expect(
    lambda.run('CreateEventSourceMapping', { FunctionName: 'worker', EventSourceArn: QUEUE, BatchSize: 11 }),
  ).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
});
