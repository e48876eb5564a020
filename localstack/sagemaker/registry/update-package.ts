/** UpdateModelPackage: approval and metadata of a version. */
import type {
  DescribeModelPackageOutput,
  UpdateModelPackageInput,
  UpdateModelPackageOutput,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { validationError } from '../constraints.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkUpdatePackage } from './check-package.ts';
import { findPackage, savePackage } from './packages.ts';

/** Changes approval, metadata, card and life cycle of a version. */
export function updateModelPackage(
  sagemaker: SageMaker,
  input: UpdateModelPackageInput,
  call: Call,
): UpdateModelPackageOutput {
  checkUpdatePackage(input);
  const before = findPackage(sagemaker, input.ModelPackageArn);
  const wanted = input.ModelApprovalStatus;
  if (wanted === 'PendingManualApproval' && before.ModelApprovalStatus !== 'PendingManualApproval') {
    throw validationError(
      `Cannot change the approval status of ${before.ModelPackageArn} from ${before.ModelApprovalStatus} to ${wanted}.`,
    );
  }
  const { ModelPackageArn: _arn, CustomerMetadataPropertiesToRemove: removed, ...change } = input;
  const properties = { ...before.CustomerMetadataProperties, ...input.CustomerMetadataProperties };
  for (const key of removed ?? []) delete properties[key];
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after: DescribeModelPackageOutput = {
    ...before,
    ...given,
    ...(input.ModelCard ? { ModelCard: { ...before.ModelCard, ...input.ModelCard } } : {}),
    CustomerMetadataProperties: Object.keys(properties).length > 0 ? properties : undefined,
    LastModifiedTime: call.now,
    LastModifiedBy: { IamIdentity: { Arn: call.principal.arn } },
  };
  savePackage(sagemaker, after, Object.keys(given));
  return { ModelPackageArn: before.ModelPackageArn };
}
