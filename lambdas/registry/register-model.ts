/** Registers a run's model with its evidence, and approves it where the policy says so or asks a person. */
import { CreateModelPackageCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { Baseline, Evaluation } from '../evaluation/contract.ts';
import { requireLock } from '../retraining/controller-store.ts';
import { createItem, getItem } from '../shared/catalog.ts';
import { type ChampionItem, type ModelItem, projectPk, SK } from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { now } from '../shared/clock.ts';
import { recordDecision } from '../shared/decisions.ts';
import { NonRetryableError } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { baselineKey, evaluationKey, modelCardKey } from '../shared/keys.ts';
import { putJson, requireJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { Judgement } from '../shared/verdict.ts';
import type { RegisterModelInput, RegisterModelResult } from '../training/contract.ts';
import { readRun, updateRun } from '../training/run-store.ts';
import { describePackage } from './approval-store.ts';
import { askForApproval } from './ask-for-approval.ts';
import { championChange } from './champion-check.ts';
import { modelCard } from './model-card.ts';
import { modelPackage } from './model-package.ts';
import { oneLine } from './plain-text.ts';

const DAY_MS = 86_400_000;
/** Long enough for a holiday, short enough that the champion compared with is likely to be the same. */
const APPROVAL_DAYS = 14;

/**
 * The model's version. The run's record remembers it, so a repeated step finds it; between creating and remembering,
 * the request's client token gives the same version again. Approval comes last: it starts the rollout, which reads
 * what is recorded here.
 * @throws NonRetryableError (code `ChampionChanged`) when the comparison no longer counts, (code `LockLost`) when
 * another run has taken the project's lock over.
 */
export async function registerModel(
  settings: ProjectSettings,
  input: RegisterModelInput,
): Promise<RegisterModelResult> {
  const { run } = input;
  const { project } = settings;
  const result = await register(settings, input);
  const { modelVersion, modelPackageArn } = result;
  const model = await recordModel(settings, input, result);
  const judgement = approval(settings, input);
  await recordDecision({
    project,
    kind: 'approval',
    subject: `model version ${modelVersion}`,
    by: 'register-model',
    judgement,
  });
  await publish('ModelRegistered', {
    project,
    run: run.run,
    modelVersion,
    modelPackageArn,
    approval: settings.approval,
  });
  // a version that a person has approved or rejected meanwhile is left as it is
  const { ModelApprovalStatus: status } = await describePackage(modelPackageArn);
  if (status !== 'PendingManualApproval') return result;
  if (judgement.verdict === 'PASS') await approve(modelPackageArn, judgement.reason);
  else await askForApproval(settings, input, model);
  return result;
}

async function register(settings: ProjectSettings, input: RegisterModelInput): Promise<RegisterModelResult> {
  const { run } = input;
  const known = await readRun(run.project, run.run);
  if (known?.modelPackageArn && known.modelVersion !== undefined) {
    return { modelPackageArn: known.modelPackageArn, modelVersion: known.modelVersion };
  }
  const { dataBucket } = settings;
  const evaluation = await requireJson<Evaluation>(dataBucket, evaluationKey(run.run));
  const baseline = await requireJson<Baseline>(dataBucket, baselineKey(run.run));
  await requireLock(run.project, run.run);
  await checkChampion(settings.project, evaluation, known?.startedAt ?? evaluation.evaluatedAt);
  const card = modelCard(settings, input, { evaluation, baseline });
  // before the version that points at it
  await putJson(dataBucket, modelCardKey(run.run), card);
  const { ModelPackageArn: modelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand(modelPackage(settings, input, { evaluation, baseline, card })),
  );
  const modelVersion = Number(modelPackageArn!.slice(modelPackageArn!.lastIndexOf('/') + 1));
  await updateRun(run, (item) => ({ ...item, modelPackageArn: modelPackageArn!, modelVersion }));
  return { modelPackageArn: modelPackageArn!, modelVersion };
}

async function checkChampion(project: string, evaluation: Evaluation, runStartedAt: string): Promise<void> {
  const champion = (await getItem<ChampionItem>(projectPk(project), SK.champion))?.item;
  const change = championChange({ evaluation, champion, runStartedAt });
  if (change === undefined) return;
  throw new NonRetryableError(change, {
    code: 'ChampionChanged',
    details: { compared: evaluation.champion?.modelVersion, champion: champion?.modelVersion },
  });
}

/** The version's record as it was first written: a repeated step asks with the same deadline. */
async function recordModel(
  { project, approvalExpiresAfterDays = APPROVAL_DAYS }: ProjectSettings,
  { run, dataset }: RegisterModelInput,
  { modelVersion, modelPackageArn }: RegisterModelResult,
): Promise<ModelItem> {
  const at = now();
  const item: ModelItem = {
    modelVersion,
    modelPackageArn,
    run: run.run,
    datasetVersion: dataset.version,
    registeredAt: at.toISOString(),
    approval: {
      status: 'Pending',
      by: 'register-model',
      reason: 'registered; not decided yet',
      at: at.toISOString(),
      until: new Date(at.getTime() + approvalExpiresAfterDays * DAY_MS).toISOString(),
    },
  };
  const pk = projectPk(project);
  const sk = SK.model(modelVersion);
  if (await createItem(pk, sk, item)) return item;
  return (await getItem<ModelItem>(pk, sk))?.item ?? item;
}

/** By policy or left to a person. The gates have passed, else the workflow would not be here; it is asked again all the same. */
function approval({ approval: policy }: ProjectSettings, { evaluation }: RegisterModelInput): Judgement {
  const rule = 'approval-policy';
  const inputs = { policy, evaluation: evaluation.evaluationKey };
  if (!evaluation.passed) {
    const reason = `not approved by policy, because a gate did not pass: ${evaluation.reason}`;
    return { rule, verdict: 'FAIL', reason, inputs };
  }
  return policy === 'automatic'
    ? { rule, verdict: 'PASS', reason: `approved by policy, all gates passed: ${evaluation.reason}`, inputs }
    : { rule, verdict: 'NOT_APPLICABLE', reason: 'the policy leaves the approval to a person', inputs };
}

async function approve(modelPackageArn: string, reason: string): Promise<void> {
  await sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: oneLine(reason),
    }),
  );
}
