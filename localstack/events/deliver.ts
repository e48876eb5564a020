/** A matched event on its way to one target: retries, then the dead-letter queue. */
import type { Target } from '@aws-sdk/client-eventbridge';
import { publishMetrics } from '../cloudwatch/publish-metrics.ts';
import type { Cloud } from '../core/cloud.ts';
import type { BusEvent } from './bus-event.ts';
import { transformInput } from './input-transformer.ts';
import { deliverWithRetries, type ExhaustedDelivery } from './retry.ts';
import { EVENTS_PRINCIPAL, queueUrl, sendToTarget } from './send-to-target.ts';
import type { RuleRecord } from './store.ts';

export interface MatchedEvent {
  readonly event: BusEvent;
  readonly rule: RuleRecord;
  readonly target: Target;
  readonly ingestionTime: string;
  readonly forward: (busArn: string, event: BusEvent) => void;
}

/**
 * Delivers, as often and as late as the faults of the cloud want it; never rejects: what cannot be delivered goes to
 * the dead letters or is reported on stderr.
 */
export function deliver(cloud: Cloud, matched: MatchedEvent): Promise<void> {
  const delivery = { service: 'events', target: matched.target.Arn! };
  return cloud.faults.deliver(delivery, () => deliverOnce(cloud, matched));
}

async function deliverOnce(cloud: Cloud, matched: MatchedEvent): Promise<void> {
  const { event, rule, target } = matched;
  const context = { ruleArn: rule.arn, ruleName: rule.name, ingestionTime: matched.ingestionTime };
  const input = transformInput(event, target, context);
  const delivery = { event, ruleArn: rule.arn, target, input, forward: matched.forward };
  countInvocation(cloud, rule, 'Invocations');
  const exhausted = await deliverWithRetries(cloud, `${rule.name} to ${target.Arn}`, target.RetryPolicy, () =>
    sendToTarget(cloud, delivery),
  );
  if (!exhausted) return;
  countInvocation(cloud, rule, 'FailedInvocations');
  await sendToDeadLetters(cloud, matched, exhausted);
}

async function sendToDeadLetters(
  cloud: Cloud,
  { event, rule, target }: MatchedEvent,
  { error, retryAttempts, condition }: ExhaustedDelivery,
): Promise<void> {
  const summary = `rule ${rule.name} could not deliver ${event['detail-type']} to ${target.Arn}: ${error.code}: ${error.message}`;
  const queueArn = target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) {
    console.error(`local cloud: events: ${summary} (no dead-letter queue: the event is lost)`);
    return;
  }
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.Arn!,
    ERROR_CODE: error.code,
    ERROR_MESSAGE: error.message,
    RETRY_ATTEMPTS: String(retryAttempts),
    ...(condition && { EXHAUSTED_RETRY_CONDITION: condition }),
  };
  try {
    await cloud.call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: queueUrl(cloud, queueArn),
        MessageBody: JSON.stringify(event),
        MessageAttributes: stringAttributes(attributes),
      },
      cloud.servicePrincipal(EVENTS_PRINCIPAL, rule.arn),
    );
    countInvocation(cloud, rule, 'InvocationsSentToDlq');
  } catch (failure) {
    countInvocation(cloud, rule, 'InvocationsFailedToBeSentToDlq');
    console.error(
      `local cloud: events: ${summary}; its dead-letter queue refused it: ${(failure as Error).message}`,
    );
  }
}

/** Message attributes of type String; SQS refuses empty ones, so they are left out. */
export function stringAttributes(values: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}

function countInvocation(cloud: Cloud, rule: RuleRecord, metricName: string): void {
  publishMetrics(cloud, 'AWS/Events', [
    {
      MetricName: metricName,
      Dimensions: [{ Name: 'RuleName', Value: rule.name }],
      Value: 1,
      Unit: 'Count',
      Timestamp: cloud.clock.date(),
    },
  ]);
}
