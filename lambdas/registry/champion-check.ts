/** Whether the champion is still the one that the run compared with. Pure. */
import type { Evaluation } from '../evaluation/contract.ts';
import type { ChampionItem } from '../shared/catalog-items.ts';

export interface ChampionQuestion {
  readonly evaluation: Pick<Evaluation, 'champion' | 'run'>;
  /** Who is in production now. */
  readonly champion: ChampionItem | undefined;
  /** ISO 8601. */
  readonly runStartedAt: string;
}

/**
 * Why the comparison no longer counts, or undefined. A champion that could not be scored is not named in the evaluation;
 * it has changed when it was promoted after the run began. A run's own model in production changes nothing: a person
 * approved it before this step was repeated.
 * @see docs/decisions/0021-champion-is-checked-again.md
 */
export function championChange({ evaluation, champion, runStartedAt }: ChampionQuestion): string | undefined {
  if (!champion || champion.run === evaluation.run) return undefined;
  const compared = evaluation.champion?.modelVersion;
  if (compared === undefined && champion.promotedAt <= runStartedAt) return undefined;
  if (compared === champion.modelVersion) return undefined;
  const before = compared === undefined ? 'no champion' : `model version ${compared}`;
  return `the run compared its model with ${before}, but model version ${champion.modelVersion} is in production since ${champion.promotedAt}; start the run again, which takes over what was trained unless the project turned reuse off`;
}
