/** Permissions of SNS's operations. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
import type { Cloud } from '../core/cloud.ts';
import type { AccessRequest, Call } from '../core/service.ts';
import { policyToEvaluate, type TopicStore, topicArn } from './store.ts';

interface TopicInput {
  readonly Name?: string;
  readonly TopicArn?: string;
  readonly TargetArn?: string;
  readonly ResourceArn?: string;
  readonly Protocol?: string;
  readonly Endpoint?: string;
  readonly Tags?: readonly object[];
}

/** SNS names all topics of the account as the resource of these. */
const LISTS = ['ListTopics', 'ListSubscriptions'];
/** SNS has no resource type for these. */
const ON_ALL = ['Unsubscribe', 'GetSubscriptionAttributes', 'SetSubscriptionAttributes'];

export function snsAccess(cloud: Cloud, store: TopicStore) {
  function request(
    action: string,
    arn: string,
    call: Call,
    context: Record<string, string> = {},
  ): AccessRequest {
    const topic = store.topics.get(arn);
    // the key is known for calls that CloudWatch makes for alarms of the account, and few others
    const isAlarm =
      call.principal.kind === 'service' && call.principal.service === 'cloudwatch.amazonaws.com';
    return {
      action: `sns:${action}`,
      resource: arn,
      context: { ...context, ...(isAlarm && { 'AWS:SourceOwner': cloud.account }) },
      ...(topic && { resourcePolicy: policyToEvaluate(topic, cloud.account) }),
    };
  }

  return (operation: string, input: TopicInput, call: Call): readonly AccessRequest[] => {
    if (LISTS.includes(operation)) return [{ action: `sns:${operation}`, resource: topicArn(cloud, '*') }];
    if (ON_ALL.includes(operation)) return [{ action: `sns:${operation}`, resource: '*' }];
    // batches have no action of their own
    const action = operation === 'PublishBatch' ? 'Publish' : operation;
    if (operation === 'CreateTopic') {
      const arn = topicArn(cloud, input.Name ?? '');
      const requests = [request(action, arn, call)];
      return input.Tags?.length ? [...requests, request('TagResource', arn, call)] : requests;
    }
    const arn = input.TopicArn ?? input.TargetArn ?? input.ResourceArn ?? '*';
    if (operation !== 'Subscribe') return [request(action, arn, call)];
    return [
      request(action, arn, call, {
        'sns:Protocol': input.Protocol ?? '',
        'sns:Endpoint': input.Endpoint ?? '',
      }),
    ];
  };
}
