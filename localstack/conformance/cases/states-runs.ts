/** Step Functions: Map Runs, and callbacks of tasks. */
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  ListMapRunsCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import {
  apiPage,
  mapOf,
  mapRunOf,
  RECORDED_API,
  RECORDED_RUNS,
  startNew,
  statesArn,
  statesClient,
  untilEnded,
  WAIT,
} from './states-material.ts';

const CALLBACKS = `${RECORDED_RUNS}/callback_lifecycle.json`;
const INVALID_TOKEN = { name: 'InvalidToken', message: "Invalid Token: 'Invalid token'", status: 400 };

/** An execution that waits for a callback, and the token that its message carries. */
async function startWaiting(running: RunningCloud, name: string): Promise<{ arn: string; token: string }> {
  const sqs = new SQSClient(running.clientConfig);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const arn = await startNew(running, name, {
    StartAt: 'T',
    States: {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Parameters: { QueueUrl, 'MessageBody.$': '$$.Task.Token' },
        HeartbeatSeconds: 60,
        End: true,
      },
    },
  });
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  return { arn, token: String(Messages?.[0]?.Body) };
}

export const statesRunCases = serviceCases({
  service: 'states',
  folders: ['stepfunctions', 'cloudwatch', 'sqs'],
  makeClient: statesClient,
  operations: {
    DescribeMapRun: {
      source: `${RECORDED_RUNS}/distributed_map.json`,
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'mapped', mapOf(), ['a', 'b']);
        await untilEnded(running, executionArn);
        const mapRunArn = await mapRunOf(running, executionArn);
        const counts = { pending: 0, succeeded: 2, failed: 0, total: 2, resultsWritten: 2 };
        expect(await client.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
          executionArn,
          status: 'SUCCEEDED',
          toleratedFailureCount: 0,
          itemCounts: counts,
          executionCounts: counts,
          redriveCount: 0,
        });
      },
      refuses: ({ client }) => client.send(new DescribeMapRunCommand({ mapRunArn: 'not_a_valid_arn' })),
      refusal: {
        name: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    ListMapRuns: {
      source: `${RECORDED_RUNS}/distributed_map.json`,
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'runs', mapOf(), [1]);
        await untilEnded(running, executionArn);
        const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
        expect(mapRuns).toMatchObject([{ executionArn, stateMachineArn: statesArn('stateMachine:runs/L') }]);
        expect(mapRuns[0]?.mapRunArn).toMatch(/:mapRun:runs\/L:[0-9a-f-]{36}$/);
      },
      refuses: ({ client }) => client.send(new ListMapRunsCommand({ executionArn: 'not_a_valid_arn' })),
      refusal: {
        name: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'",
        status: 400,
      },
      refusalSource: RECORDED_API,
    },
    UpdateMapRun: {
      source: apiPage('UpdateMapRun'),
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'limited', mapOf(WAIT), [1]);
        const mapRunArn = await mapRunOf(running, executionArn);
        await client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 7 }));
        const run = await client.send(new DescribeMapRunCommand({ mapRunArn }));
        expect(run).toMatchObject({ status: 'RUNNING', maxConcurrency: 7 });
      },
      refuses: ({ client }) =>
        client.send(new UpdateMapRunCommand({ mapRunArn: statesArn('mapRun:m/L:x'), maxConcurrency: -1 })),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '-1' at 'maxConcurrency' failed to satisfy constraint: Member must have value greater than or equal to 0",
        status: 400,
      },
    },
    SendTaskSuccess: {
      source: CALLBACKS,
      answers: async ({ client, running }) => {
        const { arn, token } = await startWaiting(running, 'heard');
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"ok":true}' }));
        await untilEnded(running, arn);
        const { output } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
        expect(output).toBe('{"ok":true}');
      },
      refuses: ({ client }) => client.send(new SendTaskSuccessCommand({ taskToken: 'none', output: '{}' })),
      refusal: INVALID_TOKEN,
    },
    SendTaskFailure: {
      source: CALLBACKS,
      answers: async ({ client, running }) => {
        const { arn, token } = await startWaiting(running, 'refuted');
        await client.send(new SendTaskFailureCommand({ taskToken: token, error: 'E', cause: 'C' }));
        await untilEnded(running, arn);
        const ended = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
        expect(ended).toMatchObject({ status: 'FAILED', error: 'E', cause: 'C' });
      },
      refuses: ({ client }) => client.send(new SendTaskFailureCommand({ taskToken: 'none' })),
      refusal: INVALID_TOKEN,
    },
    SendTaskHeartbeat: {
      source: CALLBACKS,
      answers: async ({ client, running }) => {
        const { arn, token } = await startWaiting(running, 'alive');
        const { clock } = running.cloud;
        for (const _beat of [1, 2]) {
          await clock.advanceTo(clock.now() + 45_000);
          await client.send(new SendTaskHeartbeatCommand({ taskToken: token }));
        }
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arn }));
        expect(status).toBe('RUNNING');
      },
      refuses: ({ client }) => client.send(new SendTaskHeartbeatCommand({ taskToken: 'none' })),
      refusal: INVALID_TOKEN,
    },
  },
});
