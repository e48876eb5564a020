/** Reads what the catalog believes of a project and what is. */
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { readEndpoint } from '../deployment/live-endpoint.ts';
import { readRollout } from '../deployment/rollout-store.ts';
import { readState } from '../retraining/controller-store.ts';
import { getItem, queryItems } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type HeadItem,
  type ProjectItem,
  projectPk,
  type RunItem,
  SK,
  SK_PREFIX,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { stepFunctions } from '../shared/clients.ts';
import { isAwsError } from '../shared/errors.ts';
import type { ProjectView } from './differences.ts';

/** What an execution's end means; `absent` when Step Functions does not know it (any more). */
export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'absent';

/** State of an execution. */
export async function readExecution(executionArn: string): Promise<ExecutionState> {
  try {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
    return status === 'SUCCEEDED' ? 'succeeded' : 'failed';
  } catch (error) {
    if (isAwsError(error, 'ExecutionDoesNotExist')) return 'absent';
    throw error;
  }
}

/** Everything that the comparison looks at. @param executionArnOf of a run's execution. */
export async function readProjectView(
  project: ProjectItem,
  executionArnOf: (run: string) => string,
  now: Date,
): Promise<ProjectView> {
  const pk = projectPk(project.project);
  const { state: controller } = await readState(project.project);
  const rollout = await readRollout(project.project);
  const runs = (await queryItems<RunItem>(pk, SK_PREFIX.run)).map(({ item }) => item);
  const champion = (await getItem<ChampionItem>(pk, SK.champion))?.item;
  const headVersion = (await getItem<HeadItem>(pk, SK.head))?.item.version;
  const head =
    headVersion === undefined ? undefined : (await getItem<VersionItem>(pk, SK.version(headVersion)))?.item;

  const unfinished = runs.filter(({ status }) => status === 'InProgress');
  const runStates = new Map<string, ExecutionState>();
  for (const { run, executionArn } of unfinished) runStates.set(run, await readExecution(executionArn));
  if (controller.lock && !runStates.has(controller.lock.run)) {
    runStates.set(controller.lock.run, await readExecution(executionArnOf(controller.lock.run)));
  }
  return {
    project: project.project,
    now,
    controller,
    unfinished,
    runStates,
    rollout,
    rolloutState: rollout.executionArn ? await readExecution(rollout.executionArn) : undefined,
    champion,
    endpoint: champion && (await readEndpoint(champion.endpointName)),
    head,
  };
}
