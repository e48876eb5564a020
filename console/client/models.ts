/** One model version: its approval, its card, and a person's verdict on it. */
import {
  DescribeModelPackageCommand,
  type DescribeModelPackageOutput,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { ModelItem } from '../../lambdas/shared/catalog-items.ts';
import { modelCardKey } from '../../lambdas/shared/keys.ts';
import { readText } from './actions.ts';
import { getChampion, listModels } from './catalog.ts';
import { type Connection, UsageError } from './connect.ts';

/**
 * The model version that a person means.
 * @param text a number, or `champion`, or `last`.
 * @throws UsageError when there is no such version.
 */
export async function findModel(connection: Connection, text: string): Promise<ModelItem> {
  const models = await listModels(connection);
  const number = await numberOf(connection, text, models);
  const found = models.find(({ modelVersion }) => modelVersion === number);
  if (found) return found;
  const versions = models.map(({ modelVersion }) => modelVersion).slice(0, 10);
  throw new UsageError(
    `model: got ${text}; allowed: ${versions.length > 0 ? `last, champion, ${versions.join(', ')}` : `none: "${connection.project}" has no model yet`}; see them with: driftless models`,
  );
}

async function numberOf(
  connection: Connection,
  text: string,
  models: readonly ModelItem[],
): Promise<number | undefined> {
  if (text === 'last') return models[0]?.modelVersion;
  if (text === 'champion') {
    const champion = await getChampion(connection);
    if (champion) return champion.modelVersion;
    throw new UsageError('model: got "champion", but no model is in production yet');
  }
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`model: got "${text}"; allowed: a version from 1, champion, or last`);
}

export interface Approval {
  readonly status: 'PendingManualApproval' | 'Approved' | 'Rejected';
  /** Who and why, in the words of the registry. */
  readonly description?: string;
  /** Who approved or rejected it; absent for versions from before the catalog recorded it. */
  readonly by?: string;
  /** Who changed anything of it last, as far as the registry says. */
  readonly changedBy?: string;
  readonly at?: string;
}

/** What the registry says of a version's approval. */
export async function readApproval(
  { sagemaker }: Connection,
  { modelPackageArn, approval: recorded }: ModelItem,
): Promise<Approval> {
  const approval = approvalOf(
    await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn })),
  );
  // the registry tells who changed it last, be it a property; the record who approved or rejected
  return recorded?.status === approval.status ? { ...approval, by: recorded.by, at: recorded.at } : approval;
}

function approvalOf(described: DescribeModelPackageOutput): Approval {
  const { ModelApprovalStatus: status = 'PendingManualApproval', ApprovalDescription: description } =
    described;
  const { LastModifiedBy, LastModifiedTime } = described;
  const changedBy = LastModifiedBy?.IamIdentity?.Arn ?? LastModifiedBy?.UserProfileName;
  return {
    status,
    ...(description !== undefined && { description }),
    ...(changedBy !== undefined && { changedBy }),
    ...(LastModifiedTime && { at: LastModifiedTime.toISOString() }),
  };
}

/** Of ApprovalDescription. */
const LONGEST_DESCRIPTION = 1024;

/**
 * Approves or rejects a version as the caller. What follows (the rollout, the decision with who) follows from
 * SageMaker's own event, as when somebody does it in the console.
 * @returns the approval before.
 * @throws UsageError when there is nothing to change, or the version is in production.
 */
export async function setApproval(
  connection: Connection,
  model: ModelItem,
  status: 'Approved' | 'Rejected',
  reason: string,
): Promise<Approval> {
  const before = await readApproval(connection, model);
  const { modelVersion, modelPackageArn } = model;
  if (before.status === status) {
    throw new UsageError(
      `model ${modelVersion} is ${status.toLowerCase()} already${before.description === undefined ? '' : `: ${before.description}`}`,
    );
  }
  const champion = await getChampion(connection);
  if (status === 'Rejected' && champion?.modelVersion === modelVersion) {
    throw new UsageError(
      `model ${modelVersion} is in production, and a rejection does not take it away; approve another version first: driftless models`,
    );
  }
  const by = ` (${connection.identity})`;
  await connection.sagemaker.send(
    new UpdateModelPackageCommand({
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: status,
      ApprovalDescription: `${reason.slice(0, LONGEST_DESCRIPTION - by.length)}${by}`,
    }),
  );
  return before;
}

/** A model's card as JSON. @throws UsageError when it has none. */
export async function readCard(
  connection: Connection,
  { run, modelVersion }: ModelItem,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(connection, modelCardKey(run)).catch((error) => {
    if (error.name !== 'NoSuchKey') throw error;
    throw new UsageError(
      `model ${modelVersion} has no card: it was registered before cards were written; look at it with: driftless models show ${modelVersion}`,
    );
  });
  return JSON.parse(text);
}
