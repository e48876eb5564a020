/** What the cases of SNS are played on. */
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { AwsRefusal } from '../operation-case.ts';

export const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000';
export const NO_TOPIC_ARN = `${TOPIC_ARN}:nobodys-topic`;
/** A subscription that no case makes. */
export const NO_SUBSCRIPTION_ARN = `${NO_TOPIC_ARN}:11111111-2222-3333-4444-555555555555`;

/** AWS's reference of an operation. */
export const snsPage = (operation: string) =>
  `https://docs.aws.amazon.com/sns/latest/api/API_${operation}.html`;

/** Answers of AWS as another emulator's project recorded them on a real account, to compare itself with. */
export const RECORDED_SNS =
  'https://github.com/localstack/localstack/tree/master/tests/aws/services/sns (test_sns.snapshot.json, test_sns_filter_policy.snapshot.json)';

/** As recorded (test_create_topic_with_attributes). */
export const NO_TOPIC: AwsRefusal = {
  name: 'NotFoundException',
  message: 'Topic does not exist',
  status: 404,
};

/** As recorded (test_create_subscriptions_with_attributes). */
export const NO_SUBSCRIPTION: AwsRefusal = {
  name: 'NotFoundException',
  message: 'Subscription does not exist',
  status: 404,
};

/** The refusal of a parameter. */
export const invalidSns = (reason: string): AwsRefusal => ({
  name: 'InvalidParameterException',
  message: `Invalid parameter: ${reason}`,
  status: 400,
});

/** SNS's sentence for the role `roleWithoutPolicies` made. */
export const deniedSns = (role: string, action: string, resource: string): AwsRefusal => ({
  name: 'AuthorizationErrorException',
  message: `User: arn:aws:sts::000000000000:assumed-role/${role}/test-session is not authorized to perform: SNS:${action} on resource: ${resource} because no identity-based policy allows the SNS:${action} action`,
  status: 403,
});

/** Makes a topic and gives its ARN. */
export async function makeTopic(client: SNSClient, Name: string): Promise<string> {
  return (await client.send(new CreateTopicCommand({ Name }))).TopicArn!;
}

/** Makes a topic with a subscription of a queue, which need not exist. */
export async function subscribeQueue(
  client: SNSClient,
  name: string,
  Attributes: Record<string, string> = {},
) {
  const TopicArn = await makeTopic(client, name);
  const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const { SubscriptionArn } = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }),
  );
  return { TopicArn, Endpoint, SubscriptionArn: SubscriptionArn! };
}
