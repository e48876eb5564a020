/** Roles, state machines and executions for the cases of Step Functions. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { RunningCloud } from '../../testing/start-cloud.ts';

/** Recorded from AWS by LocalStack's tests. */
export const RECORDED_API =
  'https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2/test_sfn_api.snapshot.json';
/** Recorded from AWS by stackd's tests, below this folder. */
export const RECORDED_RUNS =
  'https://github.com/radkawar/stackd/blob/9dc356f5e5cc49d2d334178a09c1398dd1c62617/testdata/aws/stepfunctions';

/** A client of the cloud with default settings. */
export function statesClient({ clientConfig }: RunningCloud): SFNClient {
  return new SFNClient(clientConfig);
}

/** The page of an operation in the API reference. */
export function apiPage(operation: string): string {
  return `https://docs.aws.amazon.com/step-functions/latest/apireference/API_${operation}.html`;
}

/** The ARN of something in the account. */
export function statesArn(rest: string): string {
  return `arn:aws:states:us-east-1:000000000000:${rest}`;
}

export const PASS = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
export const WAIT = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1_000, End: true } } };
export const FAIL = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Boom', Cause: 'no' } } };

/** A machine with one distributed Map, whose child executions run `states`. */
export function mapOf(states: object = PASS): object {
  const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
  const M = { Type: 'Map', Label: 'L', ItemProcessor: { ProcessorConfig, ...states }, End: true };
  return { StartAt: 'M', States: { M } };
}

/** The ARN of a role of its own that Step Functions may assume, and that may do everything. */
export async function createRole({ clientConfig }: RunningCloud, name: string): Promise<string> {
  const iam = new IAMClient(clientConfig);
  const trusted = {
    Effect: 'Allow',
    Principal: { Service: 'states.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trusted] }),
    }),
  );
  const all = { Effect: 'Allow', Action: '*', Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [all] });
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'all', PolicyDocument }));
  return String(Role?.Arn);
}

/** Creates a state machine with a role of its own. @returns its ARN */
export async function createMachine(
  running: RunningCloud,
  name: string,
  definition: object = PASS,
): Promise<string> {
  const roleArn = await createRole(running, name);
  const input = { name, roleArn, definition: JSON.stringify(definition) };
  const { stateMachineArn } = await statesClient(running).send(new CreateStateMachineCommand(input));
  return String(stateMachineArn);
}

/** Starts an execution of a new machine. @returns its ARN */
export async function startNew(
  running: RunningCloud,
  name: string,
  definition: object = PASS,
  input: unknown = {},
): Promise<string> {
  const stateMachineArn = await createMachine(running, name, definition);
  const start = new StartExecutionCommand({ stateMachineArn, name: 'run', input: JSON.stringify(input) });
  return String((await statesClient(running).send(start)).executionArn);
}

/** Waits until the execution has ended, a second at most. */
export async function untilEnded(running: RunningCloud, executionArn: string): Promise<void> {
  const client = statesClient(running);
  for (let tries = 0; tries < 100; tries += 1) {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The ARN of the execution's Map Run. */
export async function mapRunOf(running: RunningCloud, executionArn: string): Promise<string> {
  const client = statesClient(running);
  for (let tries = 0; tries < 100; tries += 1) {
    const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
    if (mapRuns[0]) return String(mapRuns[0].mapRunArn);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${executionArn} has no Map Run`);
}
