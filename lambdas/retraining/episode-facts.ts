/** Looks up what became of the runs that answer open episodes. */
import type { RolloutState } from '../deployment/rollout-state.ts';
import { getItem } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type Episode,
  type ModelItem,
  projectPk,
  type RunItem,
  SK,
} from '../shared/catalog-items.ts';
import { findDecision } from '../shared/decisions.ts';
import type { EpisodeFacts } from './episodes.ts';

/** In the order of the episodes. Reads nothing for those that no run answers yet. */
export function episodeFacts(
  project: string,
  episodes: readonly Episode[],
  champion: ChampionItem | undefined,
): Promise<EpisodeFacts[]> {
  return Promise.all(
    episodes.map(async ({ run: name }): Promise<EpisodeFacts> => {
      if (name === undefined) return {};
      const run = (await getItem<RunItem>(projectPk(project), SK.run(name)))?.item;
      if (!run) return {};
      const turnedDown =
        run.modelVersion === undefined ? undefined : await turnedDownBy(project, run.modelVersion);
      return { run, ...(champion && { champion }), ...(turnedDown && { turnedDown }) };
    }),
  );
}

async function turnedDownBy(project: string, modelVersion: number): Promise<EpisodeFacts['turnedDown']> {
  const pk = projectPk(project);
  const approval = (await getItem<ModelItem>(pk, SK.model(modelVersion)))?.item.approval;
  if (approval?.status === 'Rejected') {
    return { outcome: 'rejected', reason: `rejected by ${approval.by}: ${approval.reason}` };
  }
  const rollout = (await getItem<RolloutState>(pk, SK.rollout))?.item;
  const attempt = rollout?.attempts?.[modelVersion];
  // in progress, or about to begin
  if (attempt === undefined || rollout?.modelVersion === modelVersion) return undefined;
  const subject = `model version ${modelVersion}`;
  const occasion = String(attempt);
  const failed = await findDecision({ project, kind: 'rollout', subject, rule: 'read-back', occasion });
  if (failed?.judgement.verdict !== 'FAIL') return undefined;
  return { outcome: 'rolled-back', reason: failed.judgement.reason };
}
