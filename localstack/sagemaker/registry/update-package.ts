/** UpdateModelPackage: approval and metadata of a version. */
import type {
  DescribeModelPackageOutput,
  UpdateModelPackageInput,
  UpdateModelPackageOutput,
} from '@aws-sdk/client-sagemaker';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkMetadata, findPackage, savePackage } from './packages.ts';

const SUPPORTED = [
  ...['ModelPackageArn', 'ModelApprovalStatus', 'ApprovalDescription', 'CustomerMetadataProperties'],
  ...['CustomerMetadataPropertiesToRemove', 'SourceUri', 'ModelLifeCycle', 'ModelCard', 'ClientToken'],
];

export function updateModelPackage(
  sagemaker: SageMaker,
  input: UpdateModelPackageInput,
  call: Call,
): UpdateModelPackageOutput {
  const constraints = new Constraints();
  constraints.oneOf(input.ModelApprovalStatus, 'modelApprovalStatus', [
    'Approved',
    'Rejected',
    'PendingManualApproval',
  ]);
  constraints.length(input.ApprovalDescription, 'approvalDescription', [0, 1024]);
  checkMetadata(constraints, input.CustomerMetadataProperties);
  constraints.check();
  supportOnly('UpdateModelPackage', input, SUPPORTED);
  const before = findPackage(sagemaker, input.ModelPackageArn);
  const wanted = input.ModelApprovalStatus;
  if (wanted === 'PendingManualApproval' && before.ModelApprovalStatus !== 'PendingManualApproval') {
    throw validationError(
      `Cannot change the approval status of ${before.ModelPackageArn} from ${before.ModelApprovalStatus} to ${wanted}.`,
    );
  }
  const {
    ModelPackageArn: _arn,
    CustomerMetadataPropertiesToRemove: removed,
    ClientToken: _token,
    ...change
  } = input;
  const properties = { ...before.CustomerMetadataProperties, ...input.CustomerMetadataProperties };
  for (const key of removed ?? []) delete properties[key];
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const after: DescribeModelPackageOutput = {
    ...before,
    ...given,
    CustomerMetadataProperties: Object.keys(properties).length > 0 ? properties : undefined,
    LastModifiedTime: call.now,
    LastModifiedBy: { IamIdentity: { Arn: call.principal.arn } },
  };
  savePackage(sagemaker, after, Object.keys(given));
  return { ModelPackageArn: before.ModelPackageArn };
}
