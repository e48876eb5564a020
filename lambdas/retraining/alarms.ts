/** Alarms that are on: CloudWatch tells only of transitions, so the controller looks at them itself. */
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { queryItems } from '../shared/catalog.ts';
import {
  type ChampionItem,
  projectPk,
  type RunRequest,
  SK_PREFIX,
  type WindowItem,
} from '../shared/catalog-items.ts';
import { cloudWatch } from '../shared/clients.ts';
import { stage } from '../shared/env.ts';
import { Names, RETRAINING_ALARMS } from '../shared/names.ts';

export interface AlarmOn {
  readonly alarmName: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Names of a project's alarms that ask for a better model. */
export function alarmNames(project: string): string[] {
  const names = new Names(stage(), { account: '', region: '' });
  return RETRAINING_ALARMS.map((alarm) => names.alarm(project, alarm));
}

/** Those of them that are in the state ALARM. */
export async function alarmsOn(project: string): Promise<AlarmOn[]> {
  const { MetricAlarms = [] } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: alarmNames(project), StateValue: 'ALARM' }),
  );
  return MetricAlarms.map(
    ({ AlarmName, StateReason, StateUpdatedTimestamp, StateTransitionedTimestamp }) => ({
      alarmName: AlarmName!,
      reason: StateReason ?? 'it is on',
      since: (StateTransitionedTimestamp ?? StateUpdatedTimestamp)!.toISOString(),
    }),
  );
}

/** The window of the model in production that failed last, when no later one of it was judged well. */
export async function failingWindow(
  project: string,
  champion: ChampionItem | undefined,
): Promise<WindowItem | undefined> {
  if (!champion) return undefined;
  const windows = await queryItems<WindowItem>(projectPk(project), SK_PREFIX.window);
  const own = windows
    .map(({ item }) => item)
    .filter(
      ({ modelVersion, verdict }) =>
        modelVersion === champion.modelVersion && verdict !== 'INSUFFICIENT_DATA',
    )
    .sort((a, b) => a.window.localeCompare(b.window));
  const last = own.at(-1);
  return last?.verdict === 'FAIL' ? last : undefined;
}

/** The name of the request that an alarm's transition makes, whether its event came or it was found later. */
export function alarmRequest({ alarmName, reason, since }: AlarmOn): RunRequest {
  const id = `alarm-${alarmName}-${since}`;
  return { id, kind: 'alarm', reason: `alarm ${alarmName}: ${reason}`, requestedAt: since, alarmName };
}

export interface AlarmFacts {
  readonly on: readonly AlarmOn[];
  readonly champion: ChampionItem | undefined;
  readonly failing: WindowItem | undefined;
  /** Requests that wait, and ids of those that were answered. */
  readonly pending: readonly RunRequest[];
  readonly answered: readonly string[];
}

/**
 * Requests of alarms that are on and that nobody asks for: their event was lost, or it was answered by a run that did
 * not help, and the model in production has failed a window since. Each judgement of a window asks once.
 */
export function requestsOfAlarms(facts: AlarmFacts): RunRequest[] {
  const { on, champion, failing, pending, answered } = facts;
  const requests: RunRequest[] = [];
  for (const alarm of on) {
    if (pending.some(({ alarmName }) => alarmName === alarm.alarmName)) continue;
    const first = alarmRequest(alarm);
    if (!answered.includes(first.id)) {
      requests.push(first);
      continue;
    }
    if (!failing || !champion) continue;
    const { window, judgedAt, modelVersion } = failing;
    const what = (failing.failed ?? []).join(', ');
    const reason =
      `it is on since ${alarm.since}, and window ${window} of model version ${modelVersion} failed` +
      (what === '' ? '' : `: ${what}`);
    const { alarmName } = alarm;
    const id = `alarm-${alarmName}-again-${judgedAt}`;
    const request = { id, kind: 'alarm', reason: `alarm ${alarmName}: ${reason}`, alarmName } as const;
    requests.push({ ...request, requestedAt: judgedAt });
  }
  return requests;
}
