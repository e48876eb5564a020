/** Brings the catalog's record of an approval in line with the registry's. */
import { DescribeModelPackageCommand, type DescribeModelPackageOutput } from '@aws-sdk/client-sagemaker';
import { getItem, replaceItem } from '../shared/catalog.ts';
import { type ModelApproval, type ModelItem, projectPk, SK } from '../shared/catalog-items.ts';
import { sagemaker } from '../shared/clients.ts';
import { recordDecision } from '../shared/decisions.ts';
import { RetryableError } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';

const ATTEMPTS = 5;

type Answer = ModelApproval & { readonly status: 'Approved' | 'Rejected' };

export type RecordOutcome = 'recorded' | 'known' | 'pending' | 'unknown-version';

/** The version as the registry has it. */
export function describePackage(modelPackageArn: string): Promise<DescribeModelPackageOutput> {
  return sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: modelPackageArn }));
}

/** Who changed it last, as far as SageMaker says. */
function changedBy({ LastModifiedBy: by }: DescribeModelPackageOutput): string {
  return by?.IamIdentity?.Arn ?? by?.UserProfileName ?? by?.UserProfileArn ?? 'unknown';
}

/**
 * Records who approved or rejected a version, why and when: decision, event, and last the version's own record, so that
 * what was cut short is done again. An approval that is recorded already, under whatever time, stays as it is.
 * @throws RetryableError when others kept winning.
 */
export async function recordApproval(
  project: string,
  found: DescribeModelPackageOutput,
): Promise<RecordOutcome> {
  const status = found.ModelApprovalStatus;
  if (status !== 'Approved' && status !== 'Rejected') return 'pending';
  const pk = projectPk(project);
  const modelVersion = found.ModelPackageVersion!;
  const sk = SK.model(modelVersion);
  const approval: Answer = {
    status,
    by: changedBy(found),
    reason: found.ApprovalDescription ?? 'no reason was given',
    at: (found.LastModifiedTime ?? found.CreationTime!).toISOString(),
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const model = await getItem<ModelItem>(pk, sk);
    if (!model) return 'unknown-version';
    if (model.item.approval?.status === status) return 'known';
    await tell(project, modelVersion, approval);
    if (await replaceItem(pk, sk, { ...model.item, approval }, model.revision)) return 'recorded';
  }
  throw new RetryableError(`the record of model version ${modelVersion} is contended`, { code: 'Contended' });
}

async function tell(project: string, modelVersion: number, approval: Answer): Promise<void> {
  const { status, by, reason, at } = approval;
  await recordDecision({
    project,
    kind: 'approval',
    subject: `model version ${modelVersion}`,
    by,
    judgement: {
      rule: 'approval',
      verdict: status === 'Approved' ? 'PASS' : 'FAIL',
      reason: `${status}: ${reason}`,
      inputs: { status, at },
    },
    occasion: `${status} ${at}`,
  });
  await publish('ApprovalRecorded', { project, modelVersion, status, by, reason });
}
