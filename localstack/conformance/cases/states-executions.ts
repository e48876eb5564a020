/** Step Functions: executions. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';
import {
  apiPage,
  createMachine,
  FAIL,
  RECORDED_API,
  RECORDED_RUNS,
  startNew,
  statesArn,
  statesClient,
  untilEnded,
  WAIT,
} from './states-material.ts';

const NONE = statesArn('execution:none:none');
const NO_EXECUTION = {
  refusal: { name: 'ExecutionDoesNotExist', message: `Execution Does Not Exist: '${NONE}'`, status: 400 },
  refusalSource: RECORDED_API,
};

export const statesExecutionCases = serviceCases({
  service: 'states',
  folders: ['stepfunctions', 'cloudwatch'],
  makeClient: statesClient,
  operations: {
    StartExecution: {
      source: RECORDED_API,
      answers: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'started', WAIT);
        const start = () => client.send(new StartExecutionCommand({ stateMachineArn, name: 'one' }));
        const { executionArn, startDate } = await start();
        expect(executionArn).toBe(statesArn('execution:started:one'));
        // the same name and input while it runs give the same execution
        expect(await start()).toMatchObject({ executionArn, startDate });
      },
      refuses: async ({ client, running }) => {
        const stateMachineArn = await createMachine(running, 'again', WAIT);
        await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input: '1' }));
        return client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input: '2' }));
      },
      refusal: {
        name: 'ExecutionAlreadyExists',
        message: `Execution Already Exists: '${statesArn('execution:again:one')}'`,
        status: 400,
      },
    },
    DescribeExecution: {
      source: apiPage('DescribeExecution'),
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'failing', FAIL);
        await untilEnded(running, executionArn);
        expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
          status: 'FAILED',
          error: 'Boom',
          cause: 'no',
          input: '{}',
          inputDetails: { included: true },
          redriveCount: 0,
          redriveStatus: 'REDRIVABLE',
        });
      },
      refuses: ({ client }) => client.send(new DescribeExecutionCommand({ executionArn: NONE })),
      ...NO_EXECUTION,
    },
    DescribeStateMachineForExecution: {
      source: apiPage('DescribeStateMachineForExecution'),
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'behind');
        const answer = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
        expect(answer).toMatchObject({ name: 'behind', stateMachineArn: statesArn('stateMachine:behind') });
        expect(answer.updateDate).toBeInstanceOf(Date);
      },
      refuses: ({ client }) =>
        client.send(new DescribeStateMachineForExecutionCommand({ executionArn: NONE })),
      ...NO_EXECUTION,
    },
    GetExecutionHistory: {
      source: RECORDED_API,
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'told');
        await untilEnded(running, executionArn);
        const first = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3 }));
        const { nextToken } = first;
        const rest = await client.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
        const events = [...(first.events ?? []), ...(rest.events ?? [])];
        expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
          [1, 0, 'ExecutionStarted'],
          [2, 0, 'PassStateEntered'],
          [3, 2, 'PassStateExited'],
          [4, 3, 'ExecutionSucceeded'],
        ]);
      },
      refuses: ({ client }) =>
        client.send(new GetExecutionHistoryCommand({ executionArn: 'invalid_state_machine_arn' })),
      refusal: {
        name: 'InvalidArn',
        message: "Invalid Arn: 'Invalid ARN prefix: invalid_state_machine_arn'",
        status: 400,
      },
    },
    ListExecutions: {
      source: RECORDED_API,
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'many', WAIT);
        const stateMachineArn = statesArn('stateMachine:many');
        const listed = await client.send(
          new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
        );
        expect(listed.executions).toMatchObject([
          { executionArn, stateMachineArn, name: 'run', status: 'RUNNING', redriveCount: 0 },
        ]);
      },
      refuses: ({ client }) =>
        client.send(
          new ListExecutionsCommand({
            stateMachineArn: statesArn('stateMachine:none'),
            statusFilter: 'succeeded' as 'SUCCEEDED',
          }),
        ),
      refusal: {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
        status: 400,
      },
    },
    StopExecution: {
      source: apiPage('StopExecution'),
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'stopped', WAIT);
        const { stopDate } = await client.send(
          new StopExecutionCommand({ executionArn, error: 'E', cause: 'C' }),
        );
        expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
          status: 'ABORTED',
          error: 'E',
          cause: 'C',
          stopDate,
        });
      },
      refuses: ({ client }) => client.send(new StopExecutionCommand({ executionArn: NONE })),
      ...NO_EXECUTION,
    },
    RedriveExecution: {
      source: `${RECORDED_RUNS}/redrive_execution.json`,
      answers: async ({ client, running }) => {
        const executionArn = await startNew(running, 'redriven', FAIL);
        await untilEnded(running, executionArn);
        const { redriveDate } = await client.send(
          new RedriveExecutionCommand({ executionArn, clientToken: 'A' }),
        );
        expect(redriveDate).toBeInstanceOf(Date);
        await untilEnded(running, executionArn);
        // the token's first answer again, although the execution has failed again
        expect(
          await client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'A' })),
        ).toMatchObject({ redriveDate });
        const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
        expect(events.find(({ type }) => type === 'ExecutionRedriven')).toMatchObject({
          id: 4,
          previousEventId: 3,
          executionRedrivenEventDetails: { redriveCount: 1 },
        });
      },
      refuses: async ({ client, running }) => {
        const executionArn = await startNew(running, 'running', WAIT);
        return client.send(new RedriveExecutionCommand({ executionArn }));
      },
      refusal: {
        name: 'ExecutionNotRedrivable',
        message: `Execution ${statesArn('execution:running:run')} invalid for redrive as: Execution is RUNNING and cannot be redriven`,
        status: 400,
      },
    },
  },
});
