/** Where the time of a run went, by the histories of its executions, on the cloud's clock. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import type { RunItem } from '../../lambdas/shared/catalog-items.ts';
import type { Connection } from '../client/connect.ts';
import type { Figure } from './report.ts';

/** Seconds. */
export interface RunTimes {
  readonly training: Figure<number>;
  readonly scoring: Figure<number>;
  /** Start of hosting, and the bake: from the request to the endpoint to the last look at it. */
  readonly serving?: Figure<number>;
  /** All the rest of both executions: what Driftless itself takes. */
  readonly platform: Figure<number>;
}

export async function runTimes(connection: Connection, run: RunItem): Promise<RunTimes> {
  const training = await readHistory(connection, run.executionArn);
  const train = spent(training, 'Train', 'Train');
  const score = spent(training, 'Score the holdout', 'Score the holdout');
  const rolloutArn =
    run.modelVersion === undefined ? undefined : await findRollout(connection, run.modelVersion);
  const rollout = rolloutArn ? await readHistory(connection, rolloutArn) : undefined;
  const hosting = rollout
    ? spent(rollout, 'Create the endpoint', 'Read the live configuration back') ||
      spent(rollout, 'Shift to the new fleet', 'Read the live configuration back')
    : 0;
  const total = whole(training) + (rollout ? whole(rollout) : 0);
  return {
    training: { value: train, source: `${run.executionArn}#Train` },
    scoring: { value: score, source: `${run.executionArn}#Score the holdout` },
    ...(rolloutArn && { serving: { value: hosting, source: rolloutArn } }),
    platform: {
      value: total - train - score - hosting,
      source: [run.executionArn, rolloutArn].filter(Boolean).join(' '),
    },
  };
}

async function readHistory({ stepFunctions }: Connection, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({
        executionArn,
        nextToken,
        maxResults: 1000,
        includeExecutionData: false,
      }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}

/** The rollout of a model version: its input names it. The newest, if it was asked for again. */
async function findRollout(
  { stepFunctions, names }: Connection,
  modelVersion: number,
): Promise<string | undefined> {
  const stateMachineArn = names.arn('states', `stateMachine:${names.stateMachine('rollout')}`);
  const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
  for (const { executionArn } of executions) {
    const { input = '{}' } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if ((JSON.parse(input) as { modelVersion?: number }).modelVersion === modelVersion) return executionArn;
  }
  return undefined;
}

const at = (event: HistoryEvent | undefined) => event?.timestamp?.getTime();

/** From the first entry of one state to the last exit of the same, or to the entry of another; 0 if it was not entered. */
function spent(events: readonly HistoryEvent[], from: string, to: string): number {
  const start = at(events.find((event) => event.stateEnteredEventDetails?.name === from));
  const end =
    from === to
      ? at(events.findLast((event) => event.stateExitedEventDetails?.name === to))
      : at(events.findLast((event) => event.stateEnteredEventDetails?.name === to));
  return start === undefined || end === undefined ? 0 : (end - start) / 1000;
}

function whole(events: readonly HistoryEvent[]): number {
  return ((at(events.at(-1)) ?? 0) - (at(events[0]) ?? 0)) / 1000;
}
