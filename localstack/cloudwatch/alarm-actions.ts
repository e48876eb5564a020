/** Actions of alarms: topics and functions. */
import type { Cloud } from '../core/cloud.ts';
import { NotImplementedByLocalCloud } from '../core/errors.ts';
import { functionPayload, notificationOf } from './alarm-events.ts';
import type { AlarmRecord, AlarmState } from './alarm-record.ts';

const TOPIC = /^arn:aws:sns:[^:]+:\d+:[^:]+$/;
const FUNCTION = /^arn:aws:lambda:[^:]+:\d+:function:.+$/;
const ALARM_PRINCIPAL = 'cloudwatch.amazonaws.com';
/** Functions allow alarms under a principal of its own. */
const FUNCTION_PRINCIPAL = 'lambda.alarms.cloudwatch.amazonaws.com';

/** @throws NotImplementedByLocalCloud for actions on other services. */
export function validateActions(...lists: (readonly string[] | undefined)[]): void {
  for (const arn of lists.flatMap((list) => list ?? [])) {
    if (!TOPIC.test(arn) && !FUNCTION.test(arn)) throw new NotImplementedByLocalCloud(`alarm action ${arn}`);
  }
}

/** Actions for the state that the alarm is in now. */
export function actionsOf({ settings, state }: AlarmRecord): readonly string[] {
  if (settings.ActionsEnabled === false) return [];
  const lists = {
    ALARM: settings.AlarmActions,
    OK: settings.OKActions,
    INSUFFICIENT_DATA: settings.InsufficientDataActions,
  };
  return lists[state.value] ?? [];
}

/** Runs one action. @throws AwsError when the topic's, key's or function's policy refuses, or it is not there. */
export async function runAction(
  cloud: Cloud,
  arn: string,
  alarm: AlarmRecord,
  before: AlarmState,
): Promise<void> {
  if (TOPIC.test(arn)) {
    await cloud.call(
      'sns',
      'Publish',
      { TopicArn: arn, ...notificationOf(cloud, alarm, before) },
      cloud.servicePrincipal(ALARM_PRINCIPAL, alarm.arn),
    );
    return;
  }
  await cloud.call(
    'lambda',
    'Invoke',
    {
      FunctionName: arn,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(functionPayload(cloud, alarm, before))),
    },
    cloud.servicePrincipal(FUNCTION_PRINCIPAL, alarm.arn),
  );
}
