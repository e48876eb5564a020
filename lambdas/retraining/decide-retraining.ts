/** Answers requests for runs: collects them, puts them before the guards, starts at most one run. */
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { getItem, queryItems } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type HeadItem,
  type LabelsItem,
  type ProjectItem,
  projectPk,
  type RunRequest,
  SK,
  SK_PREFIX,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { stepFunctions } from '../shared/clients.ts';
import { recordDecision } from '../shared/decisions.ts';
import { isAwsError, RetryableError } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { logger } from '../shared/logger.ts';
import { loadSettings } from '../shared/project-settings.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { Judgement } from '../shared/verdict.ts';
import { type Assessment, assess } from './assess.ts';
import { advance, type Collected, collect, oneRunOf, type RunFacts } from './controller.ts';
import type { ControllerState } from './controller-state.ts';
import { readState, updateState, writeState } from './controller-store.ts';
import { storeWanted, type Wanted, wantedBy } from './wanted.ts';

const ATTEMPTS = 5;
const BY = 'decide-retraining';

export interface RetrainingPorts {
  readonly stateMachineArn: string;
  /** Labelled rows that the champion's version does not hold. */
  readonly countNewLabels: (settings: ProjectSettings, champion: ChampionItem | undefined) => Promise<number>;
  readonly now: () => Date;
}

/**
 * Looks at everything that a project's controller has before it, with what has just been asked.
 * @returns the run that was started, if one was.
 * @throws RetryableError when others kept winning the item.
 */
export async function decideRetraining(
  project: ProjectItem,
  offered: RunRequest | undefined,
  ports: RetrainingPorts,
): Promise<{ readonly started?: string }> {
  const name = project.project;
  await sendOutbox(name, ports);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { state, revision } = await readState(name);
    const collected = collect(state, offered);
    if (collected.live.length === 0) return {};
    const { assessments, facts } = await assessAll(project, state, collected.live, ports);
    const { state: next, deferred } = advance(
      state,
      { assessments, superseded: collected.superseded },
      facts,
      ports.now(),
    );
    if (!(await writeState(name, next, revision))) continue;
    await record(name, assessments, collected.superseded);
    for (const { request, failed } of deferred) {
      const { rule: guard, reason } = failed!;
      await publish('RunDeferred', { project: name, request: request.id, guard, reason });
    }
    await sendOutbox(name, ports);
    return next.outbox ? { started: next.outbox.input.run } : {};
  }
  throw new RetryableError(`the controller of "${name}" is contended`, { code: 'Contended' });
}

async function assessAll(
  project: ProjectItem,
  state: ControllerState,
  requests: readonly RunRequest[],
  ports: RetrainingPorts,
): Promise<{ assessments: readonly Assessment[]; facts: RunFacts | undefined }> {
  const pk = projectPk(project.project);
  const settings = await loadSettings(project.dataBucket, project.settingsDigest);
  const champion = (await getItem<ChampionItem>(pk, SK.champion))?.item;
  const headVersion = (await getItem<HeadItem>(pk, SK.head))?.item.version;
  const head =
    headVersion === undefined ? undefined : (await getItem<VersionItem>(pk, SK.version(headVersion)))?.item;
  const { trainingDigest, settingsDigest, codeDigest } = project;
  let counted: Promise<number> | undefined;
  const assessed: Assessment[] = [];
  const wanted = new Map<string, Wanted>();
  for (const request of requests) {
    const wish = await wantedBy(request, project, settings, head);
    wanted.set(request.id, wish);
    assessed.push(
      await assess({
        request,
        state,
        settings: settings.retraining,
        head,
        mistakes: wish.mistakes,
        champion,
        trainingDigest,
        now: ports.now(),
        countNewLabels: () => {
          counted ??= ports.countNewLabels(settings, champion);
          return counted;
        },
      }),
    );
  }
  const assessments = oneRunOf(assessed);
  if (!head) return { assessments, facts: undefined };
  const particular = new Map<
    string,
    Pick<Wanted, 'settingsDigest' | 'trainingDigest'> & { head: VersionItem }
  >();
  for (const { request, outcome } of assessments) {
    const wish = wanted.get(request.id)!;
    if (outcome !== 'start' || !wish.head) continue;
    const { settingsDigest, trainingDigest } = wish;
    // before the run that reads them can start
    if (request.overrides !== undefined) await storeWanted(wish);
    particular.set(request.id, { settingsDigest, trainingDigest, head: wish.head });
  }
  const labels = await queryItems<LabelsItem>(pk, SK_PREFIX.labels);
  const facts = {
    project: project.project,
    settingsDigest,
    codeDigest,
    trainingDigest,
    head,
    hasUnusedLabels: labels.some(({ item }) => !head.labelFiles.includes(item.sha256)),
    hasChampion: champion !== undefined,
    particular,
  };
  return { assessments, facts };
}

/** Verdicts on requests that start a run are recorded with its start, from the outbox. */
async function record(
  project: string,
  assessments: readonly Assessment[],
  superseded: Collected['superseded'],
): Promise<void> {
  for (const { request, judgements, outcome } of assessments) {
    if (outcome !== 'start') await recordAll(project, request.id, judgements);
  }
  for (const { request, by } of superseded) {
    const reason = `${by.reason} came after ${request.reason}: one run answers both`;
    const judgement = {
      rule: 'superseded',
      verdict: 'NOT_APPLICABLE',
      reason,
      inputs: { by: by.id },
    } as const;
    await recordAll(project, request.id, [judgement]);
  }
}

async function recordAll(project: string, subject: string, judgements: readonly Judgement[]): Promise<void> {
  for (const judgement of judgements) {
    // a request that waits is judged again and again: what is kept is each verdict that it ever got
    const decision = {
      project,
      kind: 'guard',
      subject,
      by: BY,
      judgement,
      occasion: judgement.verdict,
    } as const;
    await recordDecision(decision);
  }
}

/** Starts the run that the lock was won for; harmless twice, because the execution is named after the run. */
async function sendOutbox(project: string, ports: RetrainingPorts): Promise<void> {
  const { state } = await readState(project);
  const { outbox } = state;
  if (!outbox) return;
  const { input, judgements } = outbox;
  try {
    await stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: ports.stateMachineArn,
        name: input.run,
        input: JSON.stringify(input),
      }),
    );
  } catch (error) {
    if (!isAwsError(error, 'ExecutionAlreadyExists')) throw error;
    logger.info('run was started before', { run: input.run });
  }
  for (const { request, judgement } of judgements) await recordAll(project, request, [judgement]);
  const { run, request } = input;
  await publish('RunStarted', { project, run, reason: request.reason, request: request.id });
  await updateState(project, (current) => {
    if (current.outbox?.input.run !== run) return current;
    const { outbox: _sent, ...rest } = current;
    return rest;
  });
}
