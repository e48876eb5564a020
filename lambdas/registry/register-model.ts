/** Registers a run's model with its evidence and approves it where the policy says so. */
import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { Evaluation } from '../evaluation/contract.ts';
import { createItem } from '../shared/catalog.ts';
import { type ModelItem, projectPk, SK } from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { nowIso } from '../shared/clock.ts';
import { recordDecision } from '../shared/decisions.ts';
import { publish } from '../shared/events.ts';
import { evaluationKey } from '../shared/keys.ts';
import { requireJson } from '../shared/objects.ts';
import type { ProjectSettings } from '../shared/settings.ts';
import type { Judgement } from '../shared/verdict.ts';
import type { RegisterModelInput, RegisterModelResult } from '../training/contract.ts';
import { readRun, updateRun } from '../training/run-store.ts';
import { modelPackage } from './model-package.ts';

/** SageMaker's limit for an ApprovalDescription. */
const LONGEST_DESCRIPTION = 1024;

/**
 * The model's version. The run's record remembers it, so a repeated step finds it; between creating and remembering,
 * the request's client token gives the same version again. Approval comes last: it starts the rollout, which reads
 * what is recorded here.
 */
export async function registerModel(
  settings: ProjectSettings,
  input: RegisterModelInput,
): Promise<RegisterModelResult> {
  const { run, dataset } = input;
  const { project } = settings;
  const result = await register(settings, input);
  const { modelVersion, modelPackageArn } = result;
  const item: ModelItem = {
    modelVersion,
    modelPackageArn,
    run: run.run,
    datasetVersion: dataset.version,
    registeredAt: nowIso(),
  };
  await createItem(projectPk(project), SK.model(modelVersion), item);
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
  if (judgement.verdict === 'PASS') await approve(modelPackageArn, judgement.reason);
  return result;
}

async function register(settings: ProjectSettings, input: RegisterModelInput): Promise<RegisterModelResult> {
  const { run } = input;
  const known = await readRun(run.project, run.run);
  if (known?.modelPackageArn && known.modelVersion !== undefined) {
    return { modelPackageArn: known.modelPackageArn, modelVersion: known.modelVersion };
  }
  const evaluation = await requireJson<Evaluation>(settings.dataBucket, evaluationKey(run.run));
  const { ModelPackageArn: modelPackageArn } = await sagemaker.send(
    new CreateModelPackageCommand(modelPackage(settings, input, evaluation)),
  );
  const modelVersion = Number(modelPackageArn!.slice(modelPackageArn!.lastIndexOf('/') + 1));
  await updateRun(run, (item) => ({ ...item, modelPackageArn: modelPackageArn!, modelVersion }));
  return { modelPackageArn: modelPackageArn!, modelVersion };
}

/** By policy or left to a person; the gates have passed, else the workflow would not be here. */
function approval({ approval: policy }: ProjectSettings, { evaluation }: RegisterModelInput): Judgement {
  const rule = 'approval-policy';
  const inputs = { policy, evaluation: evaluation.evaluationKey };
  return policy === 'automatic'
    ? { rule, verdict: 'PASS', reason: `approved by policy, all gates passed: ${evaluation.reason}`, inputs }
    : { rule, verdict: 'NOT_APPLICABLE', reason: 'the policy leaves the approval to a person', inputs };
}

/** A version that a person has approved or rejected meanwhile is left as it is. */
async function approve(modelPackageArn: string, reason: string): Promise<void> {
  const { ModelApprovalStatus } = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }),
  );
  if (ModelApprovalStatus !== 'PendingManualApproval') return;
  await sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: reason.slice(0, LONGEST_DESCRIPTION),
    }),
  );
}
