import { describe, expect, test } from 'vitest';
import { createBench, functionAnswer, invokeWork, only } from '../testing.ts';

const DIRECT = 'arn:aws:lambda:us-east-1:000000000000:function:work';
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function tokenTask(more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: {
      QueueUrl: 'http://127.0.0.1/000000000000/q',
      MessageBody: { token: '{% $states.context.Task.Token %}' },
    },
    ...more,
  };
}

/** A bench whose queue keeps the token of the last message. */
function tokenBench() {
  const sent: { token?: string } = {};
  const bench = createBench({
    'sqs.SendMessage': ({ MessageBody }: { MessageBody: string }) => {
      sent.token = (JSON.parse(MessageBody) as { token: string }).token;
      return { MessageId: 'm' };
    },
  });
  return { bench, sent };
}

describe('lambda:invoke', () => {
  test('calls as the role and gives the answer with its metadata', async () => {
    const bench = createBench({ 'lambda.Invoke': () => functionAnswer({ ok: true }) });
    const run = await bench.run(only(invokeWork({ Output: undefined })), { a: 1 });
    expect(run.result).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { ok: true },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
    const call = bench.cloud.calls.find(({ service }) => service === 'lambda');
    expect(call?.principal).toMatchObject({
      kind: 'role',
      roleArn: 'arn:aws:iam::000000000000:role/workflow',
    });
    const { Payload, FunctionName } = (call?.input ?? {}) as { Payload: Uint8Array; FunctionName: string };
    expect([FunctionName, Buffer.from(Payload).toString()]).toEqual(['work', '{"a":1}']);
  });

  test('history names each step with its predecessor', async () => {
    const bench = createBench({ 'lambda.Invoke': () => functionAnswer(1) });
    const run = await bench.run(only(invokeWork({ TimeoutSeconds: 5 })));
    expect(run.events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'TaskStateEntered'],
      [3, 2, 'TaskScheduled'],
      [4, 3, 'TaskStarted'],
      [5, 4, 'TaskSucceeded'],
      [6, 5, 'TaskStateExited'],
      [7, 6, 'ExecutionSucceeded'],
    ]);
    expect(run.events[2]?.taskScheduledEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke',
      region: 'us-east-1',
      parameters: '{"FunctionName":"work","Payload":{}}',
      timeoutInSeconds: 5,
    });
  });

  test('a function by its ARN takes the input and gives the answer itself', async () => {
    const bench = createBench({ 'lambda.Invoke': () => functionAnswer([1, 2]) });
    const run = await bench.run(only({ Type: 'Task', Resource: DIRECT }), { a: 1 });
    expect(run.result).toEqual([1, 2]);
    expect(run.events.map(({ type }) => type).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ]);
  });
});

describe('time limits', () => {
  test.each([[1], ['{% 0.5 + 0.5 %}']])(
    'TimeoutSeconds %s ends a function that takes longer',
    async (TimeoutSeconds) => {
      const bench = createBench({
        'lambda.Invoke': async () => {
          await delay(2_500);
          return functionAnswer('late');
        },
      });
      const run = await bench.run({
        StartAt: 'Work',
        States: {
          Work: invokeWork({
            TimeoutSeconds,
            Next: 'Done',
            Catch: [
              { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
              { ErrorEquals: ['States.Timeout'], Next: 'Done' },
            ],
          }),
          Wrong: { Type: 'Fail' },
          Done: { Type: 'Succeed' },
        },
      });
      expect(run.result).toEqual({ Error: 'States.Timeout' });
      expect(run.events.map(({ type }) => type)).toContain('TaskTimedOut');
      expect(Number(run.stopDate) - Number(run.startDate)).toBeLessThan(2_400);
    },
  );

  test('a callback that never comes times out on the clock of the cloud', async () => {
    const { bench } = tokenBench();
    const run = await bench.run(only(tokenTask({ TimeoutSeconds: 3_000 })));
    expect(run).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  test('heartbeats keep a callback alive until they stop', async () => {
    const { bench, sent } = tokenBench();
    const { clock } = bench.cloud;
    const arn = await bench.start(await bench.create(only(tokenTask({ HeartbeatSeconds: 60 }))));
    for (let beat = 0; beat < 3; beat += 1) {
      await clock.advanceTo(clock.now() + 50_000);
      await bench.call('SendTaskHeartbeat', { taskToken: sent.token });
    }
    expect((await bench.describe(arn)).status).toBe('RUNNING');
    await clock.advanceTo(clock.now() + 61_000);
    expect(await bench.describe(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('callbacks', () => {
  async function waiting(more: object = {}) {
    const { bench, sent } = tokenBench();
    const arn = await bench.start(await bench.create(only(tokenTask(more))));
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    return { bench, arn, taskToken: String(sent.token) };
  }

  test('SendTaskSuccess gives the result', async () => {
    const { bench, arn, taskToken } = await waiting();
    await bench.call('SendTaskSuccess', { taskToken, output: '{"n":1}' });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    expect(await bench.describe(arn)).toMatchObject({ status: 'SUCCEEDED', output: '{"n":1}' });
    expect((await bench.history(arn)).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('SendTaskFailure fails the task with its error', async () => {
    const { bench, arn, taskToken } = await waiting();
    await bench.call('SendTaskFailure', { taskToken, error: 'Rejected', cause: 'by hand' });
    await bench.cloud.clock.advanceTo(bench.cloud.clock.now());
    expect(await bench.describe(arn)).toMatchObject({
      status: 'FAILED',
      error: 'Rejected',
      cause: 'by hand',
    });
  });

  test('a token is worth nothing after its task, and another never was', async () => {
    const { bench, arn, taskToken } = await waiting();
    await bench.call('StopExecution', { executionArn: arn });
    await expect(bench.call('SendTaskSuccess', { taskToken, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    await expect(bench.call('SendTaskSuccess', { taskToken: 'x', output: '1' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
  });

  test('an output that is no JSON is refused and the task goes on waiting', async () => {
    const { bench, arn, taskToken } = await waiting();
    await expect(bench.call('SendTaskSuccess', { taskToken, output: '{' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    });
    expect((await bench.describe(arn)).status).toBe('RUNNING');
    await bench.call('StopExecution', { executionArn: arn });
  });

  test('a function that fails before it calls back fails the task', async () => {
    const bench = createBench({ 'lambda.Invoke': () => functionAnswer({ errorType: 'Boom' }, 'Unhandled') });
    const run = await bench.run(
      only(invokeWork({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' })),
    );
    expect(run).toMatchObject({ status: 'FAILED', error: 'Boom' });
    expect(run.events.map(({ type }) => type)).toContain('TaskSubmitFailed');
  });
});
