/** Drives the service in tests: a fake cloud, a recording resource service, and stacks awaited to their end. */
import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/errors.ts';
import type { Service } from '../../core/service.ts';
import { type FakeCloud, fakeCloud } from '../../testing/fake-cloud.ts';
import { createCloudFormationService } from '../index.ts';

const POLL_MS = 2;

export interface Harness {
  readonly cloud: FakeCloud;
  /** The queues of the pretended SQS by URL, with their attributes. */
  readonly queues: Map<string, Record<string, string>>;
  /** Names of operations of the pretended services that fail, with the message. */
  readonly failures: Map<string, string>;
  run<Output = Record<string, never>>(operation: string, input?: object): Promise<Output>;
  /** Waits until no operation on the stack is running. */
  settled(stackName: string): Promise<Stack>;
  /** `logical id STATUS` oldest first, resources without a reason. */
  events(stackName: string): Promise<string[]>;
  deploy(stackName: string, template: object, options?: object): Promise<Stack>;
  /** Makes the service anew over the same collections, as a restart does. */
  restart(): Promise<void>;
}

const body = (template: object) => JSON.stringify(template);

/** A harness whose SQS, SSM and Lambda are pretended; other services can be registered on its cloud. */
export function createHarness(): Harness {
  const cloud = fakeCloud();
  let service: Service = createCloudFormationService(cloud);
  const queues = new Map<string, Record<string, string>>();
  const failures = new Map<string, string>();

  const pretend = (name: string, operation: string, answer: (input: never) => unknown) =>
    cloud.respond(name, operation, (input) => {
      const failure =
        failures.get(operation) ??
        failures.get(`${operation} ${(input as { QueueName?: string }).QueueName}`);
      if (failure) throw new AwsError('InvalidParameterValue', failure);
      return answer(input as never);
    });
  const url = (name: string) => `http://sqs/${name}`;
  const missing = () =>
    new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');

  pretend('sqs', 'GetQueueUrl', ({ QueueName }: { QueueName: string }) => {
    if (!queues.has(url(QueueName))) throw missing();
    return { QueueUrl: url(QueueName) };
  });
  pretend(
    'sqs',
    'CreateQueue',
    ({ QueueName, Attributes }: { QueueName: string; Attributes: Record<string, string> }) => {
      queues.set(url(QueueName), { ...Attributes });
      return { QueueUrl: url(QueueName) };
    },
  );
  pretend(
    'sqs',
    'SetQueueAttributes',
    ({ QueueUrl, Attributes }: { QueueUrl: string; Attributes: Record<string, string> }) => {
      queues.set(QueueUrl, { ...queues.get(QueueUrl), ...Attributes });
      return {};
    },
  );
  pretend('sqs', 'DeleteQueue', ({ QueueUrl }: { QueueUrl: string }) => {
    if (!queues.delete(QueueUrl)) throw missing();
    return {};
  });
  pretend('sqs', 'TagQueue', () => ({}));
  pretend('sqs', 'UntagQueue', () => ({}));
  pretend('ssm', 'GetParameters', ({ Names }: { Names: string[] }) => ({
    Parameters: Names.filter((name) => name !== '/absent').map((Name) => ({ Name, Value: '30' })),
  }));
  pretend('ssm', 'GetParameter', ({ Name }: { Name: string }) => ({
    Parameter: { Name, Value: `value of ${Name}` },
  }));

  const harness: Harness = {
    async restart() {
      service = createCloudFormationService(cloud);
      await service.start?.();
    },
    cloud,
    queues,
    failures,
    async run(operation, input = {}) {
      const run = service.operations[operation];
      if (!run) throw new Error(`no operation ${operation}`);
      return (await run(input, cloud.callAs())) as never;
    },
    async settled(stackName) {
      for (;;) {
        const { Stacks } = await harness.run<{ Stacks: Stack[] }>('DescribeStacks', { StackName: stackName });
        const stack = Stacks[0] as Stack;
        const isRunning =
          stack.StackStatus?.endsWith('_IN_PROGRESS') && stack.StackStatus !== 'REVIEW_IN_PROGRESS';
        if (!isRunning) return stack;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async events(stackName) {
      const { StackEvents } = await harness.run<{ StackEvents: StackEvent[] }>('DescribeStackEvents', {
        StackName: stackName,
      });
      return [...StackEvents].reverse().map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`);
    },
    async deploy(stackName, template, options = {}) {
      const { Stacks } = await harness.run<{ Stacks: Stack[] }>('DescribeStacks', {});
      const existing = Stacks.find((stack) => stack.StackName === stackName);
      const operation = existing ? 'UpdateStack' : 'CreateStack';
      const answer = await harness.run<{ StackId: string }>(operation, {
        StackName: stackName,
        TemplateBody: body(template),
        ...options,
      });
      return harness.settled(answer.StackId);
    },
  };
  return harness;
}
