/** In-memory Step Functions: executions by name, as deep as the handlers use them. */
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import type { FakeAws } from './aws-fakes.ts';
import { awsError } from './s3-fake.ts';

export interface FakeExecution {
  readonly input: unknown;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
}

/** A distributed Map's run whose children have ended. */
export interface FakeMapRun {
  readonly executionArn: string;
  readonly mapRunArn: string;
  readonly startDate: Date;
  readonly children: readonly {
    readonly executionArn: string;
    readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED';
    readonly input: unknown;
    readonly error?: string;
    readonly cause?: string;
  }[];
}

export interface FakeStates {
  /** By name, in the order of their start. */
  readonly executions: Map<string, FakeExecution>;
  readonly mapRuns: FakeMapRun[];
  restore(): void;
}

/** Installs the fake; every call passes by `aws.before`. */
export function fakeStates(aws: () => FakeAws): FakeStates {
  const executions = new Map<string, FakeExecution>();
  const mapRuns: FakeMapRun[] = [];
  const states = mockClient(SFNClient);
  states.onAnyCommand().callsFake((input: unknown) => {
    throw new Error(`not faked: Step Functions ${JSON.stringify(input).slice(0, 200)}`);
  });
  states.on(StartExecutionCommand).callsFake(async (input) => {
    await aws().before('StartExecution', input);
    const { name } = input;
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) throw awsError('InvalidName');
    const present = executions.get(name);
    if (present && present.status !== 'RUNNING') throw awsError('ExecutionAlreadyExists');
    if (!present) executions.set(name, { input: JSON.parse(input.input), status: 'RUNNING' });
    return { executionArn: `${input.stateMachineArn.replace('stateMachine', 'execution')}:${name}` };
  });
  states.on(DescribeExecutionCommand).callsFake(async (input) => {
    await aws().before('DescribeExecution', input);
    const child = mapRuns
      .flatMap(({ children }) => children)
      .find(({ executionArn }) => executionArn === input.executionArn);
    if (child) return { ...child, input: JSON.stringify(child.input) };
    const found = executions.get(input.executionArn.split(':').at(-1));
    if (!found) throw awsError('ExecutionDoesNotExist');
    return { status: found.status };
  });
  states.on(ListMapRunsCommand).callsFake(async (input) => {
    await aws().before('ListMapRuns', input);
    return { mapRuns: mapRuns.filter(({ executionArn }) => executionArn === input.executionArn) };
  });
  states.on(ListExecutionsCommand).callsFake(async (input) => {
    await aws().before('ListExecutions', input);
    const { children } = mapRuns.find(({ mapRunArn }) => mapRunArn === input.mapRunArn)!;
    const executions = children.filter(({ status }) => status === input.statusFilter);
    return { executions: executions.slice(0, input.maxResults) };
  });
  return { executions, mapRuns, restore: () => states.restore() };
}
