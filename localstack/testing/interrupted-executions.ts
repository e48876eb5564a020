/** Executions for a cloud that is about to be killed: each is in another kind of state when that happens. */
import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, vi } from 'vitest';

/** ARNs of executions by what they are in. */
export interface InterruptedExecutions {
  /** A task, a branch of a Parallel, an iteration of a Map, a task that waits for `child`. */
  readonly inside: Readonly<Record<'task' | 'parallel' | 'map' | 'parent', string>>;
  /** A Wait between states, which `parent` started. */
  readonly child: string;
}

const wait = (Seconds: number, name = 'Wait') => ({
  StartAt: name,
  States: { [name]: { Type: 'Wait', Seconds, End: true } },
});
const only = (state: object) => ({ StartAt: 'Only', States: { Only: { ...state, End: true } } });

/**
 * Starts them, and returns once each is where it is to be.
 * @param childSeconds how long `child` waits; everything else is not ended by time
 */
export async function startInterrupted(
  iam: IAMClient,
  sfn: SFNClient,
  queueUrl: string,
  childSeconds: number,
): Promise<InterruptedExecutions> {
  const roleArn = await makeRole(iam);
  const machine = async (name: string, definition: object) => {
    const create = new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn });
    return (await sfn.send(create)).stateMachineArn!;
  };
  const childMachine = await machine('child', wait(childSeconds));
  const definitions = {
    // waits for an answer which nobody gives
    task: only({
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: queueUrl, MessageBody: { 'Token.$': '$$.Task.Token' } },
    }),
    parallel: only({ Type: 'Parallel', Branches: [wait(3600), wait(3600, 'Other')] }),
    map: only({ Type: 'Map', ItemsPath: '$.items', ItemProcessor: wait(3600) }),
    parent: only({
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync',
      Parameters: { StateMachineArn: childMachine },
    }),
  };
  const started = await Promise.all(
    Object.entries(definitions).map(async ([name, definition]) => {
      const stateMachineArn = await machine(name, definition);
      const start = new StartExecutionCommand({ stateMachineArn, input: '{"items":[1,2]}' });
      return [name, (await sfn.send(start)).executionArn!] as const;
    }),
  );
  const inside = Object.fromEntries(started) as Record<keyof typeof definitions, string>;
  const eventsOf = async (executionArn: string) =>
    (await sfn.send(new GetExecutionHistoryCommand({ executionArn }))).events?.map(({ type }) => type);
  const places = {
    task: 'TaskSubmitted',
    parent: 'TaskSubmitted',
    parallel: 'WaitStateEntered',
    map: 'WaitStateEntered',
  };
  for (const [name, event] of Object.entries(places)) {
    await vi.waitFor(async () =>
      expect(await eventsOf(inside[name as keyof typeof inside])).toContain(event),
    );
  }
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: childMachine }));
  return { inside, child: executions![0]!.executionArn! };
}

async function makeRole(iam: IAMClient): Promise<string> {
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { Service: 'states.amazonaws.com' },
    Action: 'sts:AssumeRole',
  });
  const RoleName = 'interrupted';
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const Action = [
    'sqs:SendMessage',
    'states:StartExecution',
    'states:DescribeExecution',
    'states:StopExecution',
    'events:PutTargets',
    'events:PutRule',
    'events:DescribeRule',
  ];
  const PolicyDocument = document({ Effect: 'Allow', Action, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  return Role!.Arn!;
}
