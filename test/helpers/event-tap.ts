/** A queue that keeps what a bus delivers, so that a test can deliver it once more. */
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

const NAME = 'test-event-tap';

export interface EventTap {
  /** What has come since the last call, as JSON text. */
  take(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Listens for events that match a pattern. @param EventBusName the account's default bus without one */
export async function tapEvents(pattern: object, EventBusName?: string): Promise<EventTap> {
  const [sqs, events] = [new SQSClient({}), new EventBridgeClient({})];
  const { RuleArn } = await events.send(
    new PutRuleCommand({ Name: NAME, EventBusName, EventPattern: JSON.stringify(pattern) }),
  );
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: NAME }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const Arn = Attributes!.QueueArn!;
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: Arn,
    Condition: { ArnEquals: { 'aws:SourceArn': RuleArn } },
  };
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl,
      Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) },
    }),
  );
  await events.send(new PutTargetsCommand({ Rule: NAME, EventBusName, Targets: [{ Id: 'tap', Arn }] }));
  return {
    async take() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body }) => Body!);
    },
    async remove() {
      await events.send(new RemoveTargetsCommand({ Rule: NAME, EventBusName, Ids: ['tap'] }));
      await events.send(new DeleteRuleCommand({ Name: NAME, EventBusName }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
