/** The catalog's record of a run. */
import { createItem, getItem, replaceItem } from '../shared/catalog.ts';
import { projectPk, type RunItem, SK } from '../shared/catalog-items.ts';
import { RetryableError } from '../shared/errors.ts';
import type { TrainingRunInput } from './contract.ts';

const ATTEMPTS = 5;

/** The record, or undefined. */
export async function readRun(project: string, run: string): Promise<RunItem | undefined> {
  return (await getItem<RunItem>(projectPk(project), SK.run(run)))?.item;
}

/** Records a run that begins; the record of a repeated call stays as it is. */
export async function createRun(project: string, item: RunItem): Promise<void> {
  await createItem(projectPk(project), SK.run(item.run), item);
}

/**
 * Changes the record under its revision; a change that gives back the same object writes nothing; a run without one (it failed before it was recorded) gets one first.
 * @throws RetryableError when others kept winning.
 */
export async function updateRun(
  input: TrainingRunInput,
  change: (item: RunItem) => RunItem,
  blank?: RunItem,
): Promise<RunItem> {
  const pk = projectPk(input.project);
  const sk = SK.run(input.run);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const found = await getItem<RunItem>(pk, sk);
    const before = found?.item ?? blank;
    if (!before) throw new RetryableError(`run ${input.run} is not recorded`, { code: 'RunUnknown' });
    const after = change(before);
    if (found && after === before) return after;
    if (await replaceItem(pk, sk, after, found?.revision)) return after;
  }
  throw new RetryableError(`the record of run ${input.run} is contended`, { code: 'Contended' });
}
