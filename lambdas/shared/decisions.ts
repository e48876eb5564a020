/** The record of why: the verdict of every gate, guard, upload, approval, rollout step and monitor. */
import { createItem, getItem } from './catalog.ts';
import { type DecisionItem, projectPk, SK } from './catalog-items.ts';
import { nowIso } from './clock.ts';
import { digestOf } from './digest.ts';
import { logger } from './logger.ts';
import type { Judgement } from './verdict.ts';

export interface Decision {
  readonly project: string;
  readonly kind: DecisionItem['kind'];
  /** The run, upload, model version or window that was decided on. */
  readonly subject: string;
  /** Who decided: a handler's name, or a principal's ARN. */
  readonly by: string;
  readonly judgement: Judgement;
  /**
   * Tells apart several decisions of one rule on one subject, for example the id of the event that asked again.
   * Never the time: a retry has to arrive at the same id.
   * @default - one decision of each rule on each subject
   */
  readonly occasion?: string;
}

/**
 * Records a decision once: its id is the digest of what was decided on which occasion, and the first record stays.
 * @returns the id.
 */
export async function recordDecision(decision: Decision): Promise<string> {
  const { project, kind, subject, by, judgement, occasion } = decision;
  const id = decisionId({ project, kind, subject, rule: judgement.rule, occasion });
  const pk = projectPk(project);
  // The list is ordered by time, so the time is in its key; this item pins the first attempt's time for the retries.
  const at = await pinTime(pk, id);
  const item: DecisionItem = { id, at, project, kind, subject, by, judgement };
  if (await createItem(pk, SK.decision(at, id), item)) {
    logger.info('decision', { kind, subject, rule: judgement.rule, verdict: judgement.verdict });
  }
  return id;
}

/** The decision of a rule on a subject, when it was recorded. */
export async function findDecision(
  question: Pick<Decision, 'project' | 'kind' | 'subject' | 'occasion'> & { readonly rule: string },
): Promise<DecisionItem | undefined> {
  const id = decisionId(question);
  const pk = projectPk(question.project);
  const pinned = await getItem<{ at: string }>(pk, SK.decisionId(id));
  return pinned && (await getItem<DecisionItem>(pk, SK.decision(pinned.item.at, id)))?.item;
}

function decisionId({ project, kind, subject, rule, occasion }: Parameters<typeof findDecision>[0]): string {
  return digestOf([project, kind, subject, rule, occasion ?? '']).slice(0, 32);
}

async function pinTime(pk: string, id: string): Promise<string> {
  const at = nowIso();
  if (await createItem(pk, SK.decisionId(id), { at })) return at;
  const pinned = await getItem<{ at: string }>(pk, SK.decisionId(id));
  return pinned?.item.at ?? at;
}
