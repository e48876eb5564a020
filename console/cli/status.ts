import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import type { Command } from 'commander';
import { PROJECT_ALARMS } from '../../lambdas/shared/names.ts';
import { getChampion, getController, getHead, getRollout, listRuns, listWindows } from '../client/catalog.ts';
import type { Connection } from '../client/connect.ts';
import { print, shortDigest, shortTime } from './output.ts';
import { connectFor, optionsOf, subcommand } from './shared.ts';

const REFRESH_MS = 2000;

export function addStatus(program: Command): void {
  subcommand(program, 'status', 'where the project stands')
    .option('--watch', 'refresh until interrupted')
    .action(async (_options, command: Command) => {
      const { watch, json } = optionsOf<{ watch?: boolean }>(command);
      const connection = await connectFor(command);
      do {
        const status = await readStatus(connection);
        if (watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
        print(status, json, render);
        if (watch) await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
      } while (watch);
    });
}

type Status = Awaited<ReturnType<typeof readStatus>>;

async function readStatus(connection: Connection) {
  const { names, project, stage } = connection;
  const [head, champion, controller, rollout, runs, windows, endpoint, alarms] = await Promise.all([
    getHead(connection),
    getChampion(connection),
    getController(connection),
    getRollout(connection),
    listRuns(connection),
    listWindows(connection),
    endpointStatus(connection),
    connection.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: PROJECT_ALARMS.map((alarm) => names.alarm(project, alarm)) }),
    ),
  ]);
  return {
    stage,
    project,
    bucket: connection.bucket,
    head,
    champion,
    endpoint,
    controller,
    rollout,
    lastRun: runs[0],
    lastWindow: windows.sort((a, b) => b.judgedAt.localeCompare(a.judgedAt))[0],
    alarms: Object.fromEntries(
      (alarms.MetricAlarms ?? []).map((alarm) => [alarm.AlarmName!, alarm.StateValue!]),
    ),
  };
}

async function endpointStatus({ sagemaker, names, project }: Connection): Promise<string | undefined> {
  try {
    const answer = await sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: names.endpoint(project) }),
    );
    return answer.EndpointStatus;
  } catch (error) {
    // SageMaker answers with a validation error for what does not exist.
    if (error instanceof Error && error.message.startsWith('Could not find endpoint')) return undefined;
    throw error;
  }
}

function render(status: Status): string {
  const { head, champion, controller, lastRun, lastWindow, rollout } = status;
  const pending = controller?.pending ?? [];
  const loud = Object.entries(status.alarms).filter(([, state]) => state === 'ALARM');
  const lines: [string, string][] = [
    ['bucket', status.bucket],
    [
      'dataset',
      head
        ? `version ${head.version} (${shortDigest(head.digest)})`
        : 'none yet; upload one: driftless upload FILE',
    ],
    [
      'run',
      lastRun
        ? `${lastRun.status}: ${lastRun.run}, ${shortTime(lastRun.startedAt)}, ${lastRun.request.reason}`
        : 'none yet',
    ],
    ['waiting', pending.length > 0 ? pending.map((request) => request.reason).join('; ') : 'nothing'],
    [
      'model',
      champion ? `version ${champion.modelVersion}, since ${shortTime(champion.promotedAt)}` : 'none yet',
    ],
    [
      'rollout',
      rollout?.executionArn
        ? `model version ${rollout.modelVersion} since ${shortTime(rollout.since)}`
        : 'none in progress',
    ],
    ['endpoint', status.endpoint ?? 'none yet'],
    [
      'last window',
      lastWindow ? `${lastWindow.verdict}: ${lastWindow.window}, ${lastWindow.rows} rows` : 'none judged yet',
    ],
    ['alarms', loud.length > 0 ? loud.map(([name]) => name).join(', ') : 'all quiet'],
  ];
  return [
    `${status.project}, stage ${status.stage}`,
    ...lines.map(([name, text]) => `  ${name.padEnd(12)} ${text}`),
  ].join('\n');
}
