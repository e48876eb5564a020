/** Answers requests for runs: collects them, puts them before the guards, starts at most one run. */
import { getItem } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type HeadItem,
  type ProjectItem,
  projectPk,
  type RunRequest,
  SK,
  type VersionItem,
  type WindowItem,
} from '../shared/catalog-items.ts';
import { canonicalJson } from '../shared/digest.ts';
import { RetryableError } from '../shared/errors.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import { type AlarmOn, failingWindow, requestsOfAlarms } from './alarms.ts';
import { assessAll } from './assess-all.ts';
import { advance } from './controller.ts';
import type { ControllerState } from './controller-state.ts';
import { readState, writeState } from './controller-store.ts';
import { episodeFacts } from './episode-facts.ts';
import { settleEpisodes } from './episodes.ts';
import { sendOutbox } from './outbox.ts';
import { collect } from './requests.ts';

const ATTEMPTS = 5;

export interface RetrainingPorts {
  readonly stateMachineArn: string;
  /** Labelled rows that the champion's version does not hold. */
  readonly countNewLabels: (settings: ProjectSettings, champion: ChampionItem | undefined) => Promise<number>;
  /** Alarms of the project that are on. */
  readonly alarmsOn: (project: string) => Promise<readonly AlarmOn[]>;
  readonly now: () => Date;
}

export interface Decided {
  /** The run that was started, if one was. */
  readonly started?: string;
}

/** What the catalog says of a project beside the controller's own item. */
export interface Surroundings {
  readonly champion: ChampionItem | undefined;
  readonly head: VersionItem | undefined;
  /** The window of the champion that was judged last, when it failed. */
  readonly failing: WindowItem | undefined;
}

/**
 * Looks at everything that a project's controller has before it, with what has just been asked. What is offered twice,
 * late or out of order changes nothing; a handler that dies between two writes has its work finished by the next one.
 * @throws RetryableError when others kept winning the item.
 */
export async function decideRetraining(
  project: ProjectItem,
  offered: RunRequest | undefined,
  ports: RetrainingPorts,
): Promise<Decided> {
  const name = project.project;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await sendOutbox(name, ports.stateMachineArn);
    const { state, revision } = await readState(name);
    // written by another between the two: it comes first
    if (state.outbox) continue;
    const next = await nextState(project, state, offered, ports);
    if (canonicalJson(next) === canonicalJson(state)) return {};
    if (!(await writeState(name, next, revision))) continue;
    await sendOutbox(name, ports.stateMachineArn);
    const run = next.outbox?.input?.run;
    return run === undefined ? {} : { started: run };
  }
  throw new RetryableError(`the controller of "${name}" is contended`, { code: 'Contended' });
}

async function nextState(
  project: ProjectItem,
  state: ControllerState,
  offered: RunRequest | undefined,
  ports: RetrainingPorts,
): Promise<ControllerState> {
  const name = project.project;
  const around = await surroundings(name);
  const { champion, failing } = around;
  const episodes = state.episodes ?? [];
  const settled = settleEpisodes(state, await episodeFacts(name, episodes, champion));
  const settledState: ControllerState = { ...state, losses: settled.losses };
  const { pending, answered } = state;
  const again = requestsOfAlarms({
    on: champion ? await ports.alarmsOn(name) : [],
    champion,
    failing,
    pending: offered ? [...pending, offered] : pending,
    answered,
  });
  const { live, superseded } = collect(state, offered ? [offered, ...again] : again);
  const considered = { project: name, superseded, settled };
  if (live.length === 0) return advance(state, { ...considered, assessments: [] }, undefined, ports.now());
  const { assessments, facts } = await assessAll(project, settledState, live, around, ports);
  return advance(state, { ...considered, assessments }, facts, ports.now());
}

async function surroundings(project: string): Promise<Surroundings> {
  const pk = projectPk(project);
  const champion = (await getItem<ChampionItem>(pk, SK.champion))?.item;
  const headVersion = (await getItem<HeadItem>(pk, SK.head))?.item.version;
  const head =
    headVersion === undefined ? undefined : (await getItem<VersionItem>(pk, SK.version(headVersion)))?.item;
  return { champion, head, failing: await failingWindow(project, champion) };
}
