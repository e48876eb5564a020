/** Reads and writes the controller's item; every write is conditional on the revision that was read. */
import { getItem, replaceItem } from '../shared/catalog.ts';
import { projectPk, SK } from '../shared/catalog-items.ts';
import { NonRetryableError, RetryableError } from '../shared/errors.ts';
import { type ControllerState, EMPTY_STATE, withoutLock } from './controller-state.ts';

const ATTEMPTS = 5;

export interface StoredState {
  readonly state: ControllerState;
  readonly revision: number | undefined;
}

export async function readState(project: string): Promise<StoredState> {
  const found = await getItem<ControllerState>(projectPk(project), SK.controller);
  return { state: { ...EMPTY_STATE, ...found?.item }, revision: found?.revision };
}

/** @returns whether this write won. */
export function writeState(
  project: string,
  state: ControllerState,
  revision: number | undefined,
): Promise<boolean> {
  return replaceItem(projectPk(project), SK.controller, state, revision);
}

/**
 * Applies a change until it wins; a change that gives back the same object writes nothing.
 * @throws RetryableError when others kept winning.
 */
export async function updateState(
  project: string,
  change: (state: ControllerState) => ControllerState,
): Promise<ControllerState> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { state, revision } = await readState(project);
    const changed = change(state);
    if (changed === state || (await writeState(project, changed, revision))) return changed;
  }
  throw new RetryableError(`the controller of "${project}" is contended`, { code: 'Contended' });
}

/**
 * The name of a run is its fencing token: a run that was taken for dead and comes back finds another name in the lock.
 * @throws NonRetryableError (code `LockLost`) when the run does not hold its project's lock.
 */
export async function requireLock(project: string, run: string): Promise<void> {
  const { lock } = (await readState(project)).state;
  if (lock?.run === run) return;
  const holder = lock ? `run ${lock.run} holds it since ${lock.since}` : 'nobody holds it';
  throw new NonRetryableError(
    `run ${run} has lost the lock of project "${project}" (${holder}): its model is not registered`,
    { code: 'LockLost', details: { holder: lock?.run } },
  );
}

/** Frees the lock if the run holds it. `datasetDigest`: what it trained on, when there is a verdict on it. */
export async function releaseLock(
  project: string,
  end: { readonly run: string; readonly finishedAt: string; readonly datasetDigest?: string | undefined },
): Promise<void> {
  const { run, finishedAt, datasetDigest } = end;
  await updateState(project, (state) =>
    withoutLock(state, { run, finishedAt, ...(datasetDigest !== undefined && { datasetDigest }) }),
  );
}
