/** Deliveries of SNS: to functions, by its retry schedule, and as faults want them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { type FakeCloud, fakeCloud } from '../testing/fake-cloud.ts';
import { createSnsService } from './index.ts';

let cloud: FakeCloud;
let invoked: { payload: unknown; atSeconds: number }[];
let failures: number;
let begun: number;
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

beforeEach(async () => {
  cloud = fakeCloud();
  cloud.register(createSnsService(cloud));
  invoked = [];
  failures = 0;
  begun = cloud.clock.now();
  cloud.respond('monitoring', 'PutMetricData', () => ({}));
  cloud.respond('lambda', 'Invoke', ({ Payload }: { Payload: Uint8Array }) => {
    const atSeconds = Math.floor((cloud.clock.now() - begun) / 1000);
    invoked.push({ payload: JSON.parse(Buffer.from(Payload).toString()), atSeconds });
    if (failures-- > 0) throw new AwsError('ServiceException', 'later', { status: 500 });
    return { StatusCode: 202 };
  });
});
afterEach(() => cloud.faults.clear());

const call = <Output>(operation: string, input: object) =>
  cloud.call<Output>('sns', operation, input, cloud.root);
async function publish(Attributes: Record<string, string> = {}): Promise<string> {
  const { TopicArn } = await call<{ TopicArn: string }>('CreateTopic', { Name: 't' });
  await call('Subscribe', { TopicArn, Protocol: 'lambda', Endpoint: FUNCTION, Attributes });
  await call('Publish', { TopicArn, Message: 'Hello', Subject: 'S' });
  return TopicArn;
}

test('a function gets the event in the shape of AWS', async () => {
  const TopicArn = await publish();
  await cloud.clock.advanceTo(begun);
  // recorded from AWS: localstack/localstack, test_sns.snapshot.json, test_python_lambda_subscribe_sns_topic
  expect(invoked[0]!.payload).toEqual({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: expect.stringMatching(new RegExp(`^${TopicArn}:`)),
        Sns: {
          Message: 'Hello',
          MessageAttributes: {},
          MessageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          Signature: expect.any(String),
          SignatureVersion: '1',
          SigningCertUrl: expect.any(String),
          Subject: 'S',
          Timestamp: expect.stringMatching(/Z$/),
          TopicArn,
          Type: 'Notification',
          UnsubscribeUrl: expect.any(String),
        },
      },
    ],
  });
});

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
test('a failing function is tried again at once, after seconds, and then every 20 seconds', async () => {
  failures = 18;
  await publish();
  await cloud.clock.advanceTo(begun + 600_000);
  const times = invoked.map(({ atSeconds }) => atSeconds);
  expect(times.slice(0, 6)).toEqual([0, 0, 0, 0, 1, 2]);
  expect(times).toHaveLength(19);
  const pauses = times.slice(1).map((time, index) => time - times[index]!);
  expect(pauses.slice(-4).every((pause) => pause === 20)).toBe(true);
});

test('a fault delivers twice', async () => {
  cloud.faults.add({ service: 'sns', operation: 'Deliver', duplicate: 1, times: 1 });
  await publish();
  await cloud.clock.advanceTo(begun + 1000);
  expect(invoked).toHaveLength(2);
  expect(invoked[0]!.payload).toEqual(invoked[1]!.payload);
});

test.each([
  [{ 'a^b': { DataType: 'String', StringValue: 'x' } }, "Invalid non-alphanumeric character '#x5E'"],
  [{ a: { DataType: 'String', StringValue: '' } }, "The message attribute 'a' must contain non-empty"],
  [
    { a: { DataType: 'Number', BinaryValue: Buffer.from('1') } },
    "The message attribute 'a' with type 'Number' must use field 'String'.",
  ],
  [{ a: { DataType: 'Text', StringValue: 'x' } }, 'has an invalid message attribute type'],
])('refuses the message attributes %j', async (MessageAttributes, message) => {
  const { TopicArn } = await call<{ TopicArn: string }>('CreateTopic', { Name: 't' });
  // recorded from AWS: test_sns.snapshot.json, test_empty_or_wrong_message_attributes
  await expect(call('Publish', { TopicArn, Message: 'm', MessageAttributes })).rejects.toMatchObject({
    code: 'ParameterValueInvalid',
    message: expect.stringContaining(message),
  });
});

test.each([
  ['{"a":{"b":["c"]}}', 'Filter policy scope MessageAttributes does not support nested filter policy'],
  ['{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}', 'can not have more than 5 keys'],
  [JSON.stringify({ a: Array.from({ length: 151 }, (_, i) => `${i}`) }), 'Filter policy is too complex'],
])('refuses the filter policy %s', async (FilterPolicy, message) => {
  await expect(publish({ FilterPolicy })).rejects.toThrow(message);
});
