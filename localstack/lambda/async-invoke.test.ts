import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLambdaService } from './index.ts';
import { type LambdaHarness, lambdaHarness, ROLE } from './testing.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:outcomes';
const FAILS = 'exports.handler = async (e) => { throw new Error("no " + e.id) }';
const SECOND = 1000;

let lambda: LambdaHarness;
let begun: number;
beforeEach(async () => {
  lambda = await lambdaHarness();
  lambda.cloud.respond('sqs', 'SendMessage', () => ({}));
  begun = lambda.cloud.clock.now();
});
afterEach(() => lambda.stop());

const passSeconds = (seconds: number) => lambda.cloud.clock.advanceTo(begun + seconds * SECOND);
const queueEvent = (name: string, event: unknown) => lambda.invoke(name, event, { InvocationType: 'Event' });
const sent = () =>
  lambda.cloud.calls
    .filter(({ operation }) => operation === 'SendMessage')
    .map(({ input, principal }): Record<string, unknown> => ({ ...input, principal }));
const attempts = (name: string) =>
  lambda.logLines(`/aws/lambda/${name}`).filter((line) => line.startsWith('START')).length;

describe('asynchronous invocation', () => {
  it('is accepted at once and runs beside the call', async () => {
    await lambda.create('later', 'exports.handler = async () => { console.log("ran") }');
    expect(await queueEvent('later', {})).toMatchObject({ status: 202 });
    await passSeconds(0);
    expect(lambda.logLines('/aws/lambda/later').some((line) => line.endsWith('ran'))).toBe(true);
  });

  it("retries after one and two minutes of the cloud's clock and a little, with the same request id, then gives up", async () => {
    await lambda.create('failing', FAILS);
    await queueEvent('failing', { id: 1 });
    await passSeconds(0);
    expect(attempts('failing')).toBe(1);
    await passSeconds(59);
    expect(attempts('failing')).toBe(1);
    await passSeconds(67);
    expect(attempts('failing')).toBe(2);
    await passSeconds(179);
    expect(attempts('failing')).toBe(2);
    await passSeconds(3600);
    expect(attempts('failing')).toBe(3);
    const starts = lambda.logLines('/aws/lambda/failing').filter((line) => line.startsWith('START'));
    expect(new Set(starts).size).toBe(1);
  });

  it('retries as often as configured', async () => {
    await lambda.create('once', FAILS);
    await lambda.run('PutFunctionEventInvokeConfig', { FunctionName: 'once', MaximumRetryAttempts: 0 });
    await queueEvent('once', { id: 1 });
    await passSeconds(3600);
    expect(attempts('once')).toBe(1);
  });

  it('tells the destination of failures in the shape of AWS, as the role of the function', async () => {
    await lambda.create('told', FAILS);
    await lambda.run('PutFunctionEventInvokeConfig', {
      FunctionName: 'told',
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    await queueEvent('told', { id: 7 });
    await passSeconds(3600);
    expect(sent()).toHaveLength(1);
    expect(sent()[0]).toMatchObject({
      QueueUrl: 'http://127.0.0.1:4566/000000000000/outcomes',
      principal: { kind: 'role', roleArn: ROLE },
    });
    expect(JSON.parse(sent()[0]!.MessageBody as never)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/Z$/),
      requestContext: {
        requestId: expect.any(String),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:told:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
      },
      requestPayload: { id: 7 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no 7', trace: expect.any(Array) },
    });
  });

  it.each([
    ['sns', 'arn:aws:sns:us-east-1:000000000000:t', 'Publish'],
    ['events', 'arn:aws:events:us-east-1:000000000000:event-bus/b', 'PutEvents'],
    ['lambda', 'arn:aws:lambda:us-east-1:000000000000:function:next', 'Invoke'],
  ])('tells a destination of success in %s', async (service, arn, operation) => {
    if (service !== 'lambda') lambda.cloud.respond(service, operation, () => ({}));
    else await lambda.create('next', 'exports.handler = async (e) => { console.log(e.responsePayload.ok) }');
    await lambda.create('fine', 'exports.handler = async () => ({ ok: 1 })');
    await lambda.run('PutFunctionEventInvokeConfig', {
      FunctionName: 'fine',
      DestinationConfig: { OnSuccess: { Destination: arn } },
    });
    await queueEvent('fine', { id: 1 });
    await passSeconds(1);
    const calls = lambda.cloud.calls.filter(
      (call) => call.service === service && call.operation === operation,
    );
    expect(calls).toHaveLength(1);
    expect(JSON.stringify(calls[0]!.input)).toContain(
      service === 'events' ? 'Lambda Function Invocation Result - Success' : '',
    );
    if (service === 'lambda') expect(attempts('next')).toBe(1);
  });

  it('sends the event itself to the dead-letter queue', async () => {
    await lambda.create('dead', FAILS, { DeadLetterConfig: { TargetArn: QUEUE } });
    await queueEvent('dead', { id: 3 });
    await passSeconds(3600);
    expect(sent()[0]).toMatchObject({
      MessageBody: '{"id":3}',
      MessageAttributes: {
        RequestID: { DataType: 'String', StringValue: expect.any(String) },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: 'no 3' },
      },
    });
  });

  it('waits while throttled without using up retries, until the event is too old', async () => {
    await lambda.create('held', 'exports.handler = async () => 1', {
      DeadLetterConfig: { TargetArn: QUEUE },
    });
    await lambda.run('PutFunctionConcurrency', { FunctionName: 'held', ReservedConcurrentExecutions: 0 });
    await lambda.run('PutFunctionEventInvokeConfig', {
      FunctionName: 'held',
      MaximumEventAgeInSeconds: 600,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    await queueEvent('held', { id: 1 });
    await passSeconds(3600);
    expect(attempts('held')).toBe(0);
    const record = JSON.parse(sent()[1]!.MessageBody as never);
    expect(record.requestContext).toMatchObject({ condition: 'EventAgeExceeded', approximateInvokeCount: 0 });
    expect(record).not.toHaveProperty('responsePayload');
  });

  it('gives up when the next retry would come too late, and tells what the last attempt said', async () => {
    await lambda.create('aged', FAILS);
    await lambda.run('PutFunctionEventInvokeConfig', {
      FunctionName: 'aged',
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    await queueEvent('aged', { id: 1 });
    await passSeconds(1);
    // recorded from AWS: localstack/localstack, test_lambda_destinations.snapshot.json, test_maxeventage
    expect(JSON.parse(sent()[0]!.MessageBody as never)).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'no 1' },
    });
  });

  it('runs twice when a fault duplicates the event', async () => {
    lambda.cloud.faults.add({ service: 'lambda', operation: 'Deliver', duplicate: 1, times: 1 });
    await lambda.create('twice', 'exports.handler = async () => 1');
    await queueEvent('twice', {});
    await passSeconds(60);
    expect(attempts('twice')).toBe(2);
    lambda.cloud.faults.clear();
  });

  it('survives a restart of the cloud', async () => {
    await lambda.create('durable', FAILS);
    await queueEvent('durable', { id: 1 });
    await passSeconds(1);
    await lambda.stop();
    const again = createLambdaService(lambda.cloud);
    lambda.cloud.register(again);
    await again.start?.();
    await passSeconds(3600);
    expect(attempts('durable')).toBe(3);
    await again.stop?.();
  });
});
