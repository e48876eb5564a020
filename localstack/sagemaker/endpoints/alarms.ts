/** The alarms that a deployment watches, read as the execution role. */
import type { DescribeAlarmsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';
import type { Principal } from '../../core/principal.ts';
import type { SageMaker } from '../sagemaker.ts';

/**
 * Names of the watched alarms that are in ALARM.
 * @throws AwsError when the role may not describe them, Error when one does not exist.
 */
export async function alarmsInAlarm(
  sagemaker: SageMaker,
  config: DeploymentConfig | undefined,
  role: Principal,
): Promise<string[]> {
  const names = (config?.AutoRollbackConfiguration?.Alarms ?? []).map((each) => each.AlarmName ?? '');
  if (names.length === 0) return [];
  const input = { AlarmNames: names, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
  const answer = await sagemaker.cloud.call<DescribeAlarmsCommandOutput>(
    'monitoring',
    'DescribeAlarms',
    input,
    role,
  );
  const alarms = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
  const missing = names.filter((name) => !alarms.some((each) => each.AlarmName === name));
  if (missing.length > 0) throw new Error(`The following alarms do not exist: ${missing.join(', ')}.`);
  return alarms.filter((each) => each.StateValue === 'ALARM').map((each) => each.AlarmName ?? '');
}
