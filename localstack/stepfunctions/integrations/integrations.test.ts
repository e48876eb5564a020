import { describe, expect, test } from 'vitest';
import { AwsError } from '../../core/errors.ts';
import { createBench, only } from '../testing.ts';

const CREATED = new Date('2024-01-02T03:04:05.678Z');

describe('other optimized integrations', () => {
  test('events:putEvents takes objects as Detail, names the execution, and fails for a failed entry', async () => {
    let failed = 0;
    const bench = createBench({
      'events.PutEvents': () => ({ FailedEntryCount: failed, Entries: [{ EventId: 'e' }] }),
    });
    const state = only({
      Type: 'Task',
      Resource: 'arn:aws:states:::events:putEvents',
      Arguments: { Entries: [{ Source: 's', DetailType: 't', Detail: { a: '{% $states.input.a %}' } }] },
    });
    const run = await bench.run(state, { a: 1 });
    const call = bench.cloud.calls.find(({ operation }) => operation === 'PutEvents');
    expect(call?.input).toEqual({
      Entries: [
        {
          Source: 's',
          DetailType: 't',
          Detail: '{"a":1}',
          Resources: [run.executionArn, run.stateMachineArn],
        },
      ],
    });
    expect(run.result).toMatchObject({ FailedEntryCount: 0, SdkHttpMetadata: { HttpStatusCode: 200 } });
    failed = 1;
    expect(await bench.run(state, { a: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'EventBridge.FailedEntry',
    });
  });

  test('dynamodb errors have their own name', async () => {
    const bench = createBench({
      'dynamodb.PutItem': () => {
        throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed');
      },
    });
    const Arguments = { TableName: 't', Item: { pk: { S: 'a' } } };
    const optimized = only({ Type: 'Task', Resource: 'arn:aws:states:::dynamodb:putItem', Arguments });
    expect((await bench.run(optimized)).error).toBe('DynamoDB.ConditionalCheckFailedException');
    const sdk = only({ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem', Arguments });
    expect((await bench.run(sdk)).error).toBe('DynamoDb.ConditionalCheckFailedException');
  });

  test('states:startExecution.sync:2 gives the output parsed, and .sync as text', async () => {
    const bench = createBench();
    const child = await bench.create(
      only({ Type: 'Wait', Seconds: 50, Output: { done: '{% $states.input.n %}' } }),
    );
    const parent = (suffix: string) =>
      only({
        Type: 'Task',
        Resource: `arn:aws:states:::states:startExecution${suffix}`,
        Arguments: { StateMachineArn: child, Input: { n: 1 } },
      });
    const parsed = await bench.run(parent('.sync:2'));
    expect(parsed.result).toMatchObject({
      Status: 'SUCCEEDED',
      Input: { n: 1 },
      Output: { done: 1 },
      StartDate: expect.any(Number),
    });
    expect((await bench.run(parent('.sync'))).result).toMatchObject({ Output: '{"done":1}' });
    expect((await bench.run(parent(''))).result).toMatchObject({
      ExecutionArn: expect.stringContaining('execution'),
    });
  });

  test('a nested execution that fails is States.TaskFailed, and is stopped with its parent', async () => {
    const bench = createBench();
    const failing = await bench.create({ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom' } } });
    const parent = (StateMachineArn: string) =>
      only({
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn, Name: 'child' },
      });
    const run = await bench.run(parent(failing));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(String(run.cause))).toMatchObject({ Status: 'FAILED', Error: 'Boom' });

    const waiting = await bench.create(only({ Type: 'Wait', Seconds: 9_999 }));
    const arn = await bench.start(await bench.create(parent(waiting)));
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    await bench.call('StopExecution', { executionArn: arn });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    const child = `${waiting.replace('stateMachine', 'execution')}:child`;
    expect((await bench.describe(child)).status).toBe('ABORTED');
  });
});

describe('aws-sdk integrations', () => {
  test('give fields in Pascal case, times as text and bytes as text', async () => {
    const bench = createBench({
      'sagemaker.DescribeEndpoint': () => ({ EndpointName: 'e', CreationTime: CREATED }),
      's3.GetObject': async () => ({
        Body: (async function* () {
          yield 'a';
          yield Buffer.from('b');
        })(),
        ContentLength: 2,
      }),
    });
    const describeEndpoint = only({
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:sagemaker:describeEndpoint',
      Arguments: { EndpointName: 'e' },
    });
    expect((await bench.run(describeEndpoint)).result).toEqual({
      EndpointName: 'e',
      CreationTime: '2024-01-02T03:04:05.678Z',
    });
    const getObject = only({
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
      Arguments: { Bucket: 'b', Key: 'k' },
    });
    expect((await bench.run(getObject)).result).toEqual({ Body: 'ab', ContentLength: 2 });
  });

  test('take fields in Pascal case whatever the service calls them', async () => {
    const bench = createBench();
    const child = await bench.create(only({ Type: 'Pass' }));
    const run = await bench.run(
      only({
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sfn:startExecution',
        Arguments: { StateMachineArn: child, Name: 'x' },
      }),
    );
    expect(run.result).toEqual({ ExecutionArn: expect.any(String), StartDate: expect.any(String) });
    const again = await bench.run(
      only({
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sfn:startExecution',
        Arguments: { StateMachineArn: child, Name: 'x', Input: '[]' },
      }),
    );
    expect(again).toMatchObject({ error: 'Sfn.ExecutionAlreadyExistsException' });
  });

  test('errors without a shape are the generic exception', async () => {
    const bench = createBench({
      'sagemaker.DescribeEndpoint': () => {
        throw new AwsError('ValidationException', 'Could not find endpoint "e".');
      },
    });
    const run = await bench.run(
      only({
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:sagemaker:describeEndpoint',
        Arguments: { EndpointName: 'e' },
      }),
    );
    expect(run.error).toBe('SageMaker.SageMakerException');
    expect(run.cause).toMatch(
      /^Could not find endpoint "e"\. \(Service: SageMaker, Status Code: 400, Request ID: /,
    );
  });
});
