/** Rejects versions that nobody has approved in time, and catches up with approvals whose event was lost. */
import { UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { queryItems } from '../shared/catalog.ts';
import { type ModelApproval, type ModelItem, projectPk, SK_PREFIX } from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { isAwsError } from '../shared/errors.ts';
import { describePackage, recordApproval } from './approval-store.ts';

export interface ExpiryResult {
  readonly expired: number;
  readonly caughtUp: number;
}

/** The event of somebody else's approval arrives in seconds; a younger one is left to it. */
const GRACE_MS = 15 * 60_000;

/** Whether the time for an answer is over. */
export function isExpired(approval: ModelApproval | undefined, now: Date): boolean {
  return (
    approval?.status === 'Pending' && approval.until !== undefined && approval.until <= now.toISOString()
  );
}

/**
 * One project's pending versions. A rejection is recorded here too: when its event arrives it is known. Cut short in
 * between, the event or the next sweep records it.
 */
export async function expireApprovals(project: string, now: Date): Promise<ExpiryResult> {
  let expired = 0;
  let caughtUp = 0;
  const models = await queryItems<ModelItem>(projectPk(project), SK_PREFIX.model);
  for (const { item } of models.filter(({ item }) => item.approval?.status === 'Pending')) {
    const found = await describeUnlessGone(item.modelPackageArn);
    if (!found) continue;
    if (found.ModelApprovalStatus !== 'PendingManualApproval') {
      const age = now.getTime() - (found.LastModifiedTime?.getTime() ?? 0);
      if (age > GRACE_MS && (await recordApproval(project, found)) === 'recorded') caughtUp += 1;
    } else if (isExpired(item.approval, now)) {
      await sagemaker.send(
        new UpdateModelPackageCommand({
          ModelPackageArn: item.modelPackageArn,
          ModelApprovalStatus: 'Rejected',
          ApprovalDescription: `expired: nobody approved version ${item.modelVersion} before ${item.approval!.until}; approve it to roll it out all the same`,
        }),
      );
      await recordApproval(project, await describePackage(item.modelPackageArn));
      expired += 1;
    }
  }
  return { expired, caughtUp };
}

/** Undefined for a version that somebody has deleted from the registry. */
async function describeUnlessGone(modelPackageArn: string) {
  try {
    return await describePackage(modelPackageArn);
  } catch (error) {
    // the sentence is all that tells it from other invalid requests
    const isGone =
      isAwsError(error, 'ValidationException') && /does not exist|Could not find/.test(`${error}`);
    if (isGone) return undefined;
    throw error;
  }
}
