/** Ends a rollout: reads the endpoint back, records the champion, tells the bus, lets the next one begin. */
import { getItem, putItem } from '../shared/catalog.ts';
import {
  type ChampionItem,
  type ModelItem,
  projectPk,
  SK,
  type VersionItem,
} from '../shared/catalog-items.ts';
import { nowIso } from '../shared/clock.ts';
import { recordDecision } from '../shared/decisions.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import type { FinishRolloutInput, FinishRolloutResult, RolloutInput, RolloutPlan } from './contract.ts';
import { judgeRollout } from './judge-rollout.ts';
import { readEndpoint } from './live-endpoint.ts';
import { onFinished } from './rollout-state.ts';
import { readChampion, transit } from './rollout-store.ts';

/** Every part is harmless twice. @param endpointName for a rollout that failed before it had a plan. */
export async function finishRollout(
  input: FinishRolloutInput,
  endpointName: string,
  stateMachineArn: string,
): Promise<FinishRolloutResult> {
  const { rollout, plan } = input;
  const { project, modelVersion, attempt } = rollout;
  const judgement = judgeRollout(input, plan && (await readEndpoint(plan.endpointName)));
  const promoted = judgement.verdict === 'PASS';
  if (promoted && plan) await recordChampion(rollout, plan);
  await recordDecision({
    project,
    kind: 'rollout',
    subject: `model version ${modelVersion}`,
    by: 'finish-rollout',
    judgement,
    occasion: String(attempt),
  });
  const { reason } = judgement;
  if (promoted && plan) {
    const { endpointConfigName } = plan;
    await publish('ModelPromoted', { project, modelVersion, endpointName, endpointConfigName });
  } else {
    await publish('RolloutFailed', { project, modelVersion, endpointName, reason });
  }
  await transit(project, stateMachineArn, (state, facts) => onFinished(state, rollout, facts));
  return { promoted, reason };
}

async function recordChampion(rollout: RolloutInput, plan: RolloutPlan): Promise<void> {
  const { project, modelVersion, modelPackageArn } = rollout;
  const pk = projectPk(project);
  const before = await readChampion(project);
  if (before?.endpointConfigName === plan.endpointConfigName) return;
  const model = (await getItem<ModelItem>(pk, SK.model(modelVersion)))?.item;
  const version = model && (await getItem<VersionItem>(pk, SK.version(model.datasetVersion)))?.item;
  if (!model || !version) {
    throw new NonRetryableError(`the catalog has lost model version ${modelVersion} or its dataset version`, {
      code: 'ModelUnknown',
    });
  }
  const champion: ChampionItem = {
    modelVersion,
    modelPackageArn,
    modelName: plan.modelName,
    run: model.run,
    datasetVersion: model.datasetVersion,
    datasetDigest: version.digest,
    endpointName: plan.endpointName,
    endpointConfigName: plan.endpointConfigName,
    promotedAt: nowIso(),
  };
  await putItem(pk, SK.champion, champion);
}
