/** What the cases of CloudFormation have in common. */
import {
  CloudFormationClient,
  CreateStackCommand,
  type CreateStackCommandInput,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { RunningCloud } from '../../testing/start-cloud.ts';

const POLL_MS = 10;

/** AWS's own answers, recorded by tests that ran against it. */
export const RECORDED =
  'https://github.com/localstack/localstack/blob/master/tests/aws/services/cloudformation/api';
export const API = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference';

export const folders = ['ssm', 'kms', 'sqs', 'sns', 'cloudformation'];
export const makeClient = ({ clientConfig }: RunningCloud) => new CloudFormationClient(clientConfig);

/** A template with one queue of this name, and its URL as an output. */
export function queueTemplate(QueueName: string, properties: object = {}, extra: object = {}): string {
  const Queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName, ...properties } };
  return JSON.stringify({ Resources: { Queue }, Outputs: { Url: { Value: { Ref: 'Queue' } } }, ...extra });
}

/** A template with a queue that can never be made. */
export const brokenTemplate = (QueueName: string) =>
  queueTemplate(QueueName, { VisibilityTimeout: 999_999_999 });

/** The stack once no operation on it is running. */
export async function settled(client: CloudFormationClient, StackName: string): Promise<Stack> {
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    const [stack] = Stacks ?? [];
    if (stack && !/(?<!REVIEW)_IN_PROGRESS$/.test(stack.StackStatus ?? '')) return stack;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Creates a stack of one queue of the stack's name, to its end. */
export async function createQueueStack(
  client: CloudFormationClient,
  StackName: string,
  options: Partial<CreateStackCommandInput> = {},
): Promise<Stack> {
  const order = { StackName, TemplateBody: queueTemplate(StackName), ...options };
  const { StackId = '' } = await client.send(new CreateStackCommand(order));
  return settled(client, StackId);
}

const refusal = (message: string) => ({ name: 'ValidationError', message, status: 400 });

/** `Stack [none] does not exist`: of operations that change a stack or look into its history. */
export const noStack = {
  refusal: refusal('Stack [none] does not exist'),
  refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
};

/** `Stack with id none does not exist`: of operations that describe. */
export const noStackWithId = {
  refusal: refusal('Stack with id none does not exist'),
  refusalSource: `${RECORDED}/test_stacks.snapshot.json`,
};
