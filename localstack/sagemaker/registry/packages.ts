/** Model packages: the versions of a group. */
import { createHash } from 'node:crypto';
import type {
  CreateModelPackageInput,
  CreateModelPackageOutput,
  DeleteModelPackageInput,
  DescribeModelPackageInput,
  DescribeModelPackageOutput,
  InferenceSpecification,
  ListModelPackagesInput,
  ListModelPackagesOutput,
} from '@aws-sdk/client-sagemaker';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, validationError } from '../constraints.ts';
import { emitWithIsoTimes } from '../events.ts';
import { sagemakerArn } from '../names.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { APPROVALS, checkCreatePackage } from './check-package.ts';
import { findGroup } from './groups.ts';

export function createModelPackage(
  sagemaker: SageMaker,
  input: CreateModelPackageInput,
  call: Call,
): CreateModelPackageOutput {
  checkCreatePackage(input);
  const group = findGroup(sagemaker, input.ModelPackageGroupName).ModelPackageGroupName!;
  const request = input.ClientToken === undefined ? undefined : `${group}/${input.ClientToken}`;
  const before = request === undefined ? undefined : sagemaker.packageTokens.get(request);
  if (before !== undefined && sagemaker.packages.has(before)) return { ModelPackageArn: before };
  const version = (sagemaker.packageVersions.get(group) ?? 0) + 1;
  sagemaker.packageVersions.put(group, version);
  const arn = sagemakerArn(sagemaker.cloud, 'model-package', `${group}/${version}`);
  const { Tags: _tags, ClientToken: _token, ModelPackageGroupName: _name, ...rest } = input;
  const made: DescribeModelPackageOutput = {
    ...rest,
    ModelPackageName: group,
    ModelPackageGroupName: group,
    ModelPackageVersion: version,
    ModelPackageArn: arn,
    InferenceSpecification: withDigests(input.InferenceSpecification),
    ModelPackageStatus: 'Completed',
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: input.CertifyForMarketplace ?? false,
    ModelApprovalStatus: input.ModelApprovalStatus ?? 'PendingManualApproval',
    CreationTime: call.now,
    CreatedBy: { IamIdentity: { Arn: call.principal.arn } },
  };
  if (request !== undefined) sagemaker.packageTokens.put(request, arn);
  savePackage(sagemaker, made);
  return { ModelPackageArn: arn };
}

/** Stores a package and tells the bus. */
export function savePackage(
  sagemaker: SageMaker,
  saved: DescribeModelPackageOutput,
  updatedFields?: readonly string[],
): void {
  const arn = saved.ModelPackageArn!;
  sagemaker.packages.put(arn, saved);
  const { ModelPackageName: _name, CreatedBy: _by, LastModifiedBy: _modifiedBy, ...detail } = saved;
  const changed = updatedFields ? { UpdatedModelPackageFields: updatedFields } : {};
  emitWithIsoTimes(sagemaker, 'Model Package State Change', arn, { ...detail, ...changed });
}

/** The service resolves each image to a digest; no registry being here, it is made from the image's name. */
function withDigests(specification: InferenceSpecification | undefined): InferenceSpecification | undefined {
  if (!specification?.Containers) return specification;
  const Containers = specification.Containers.map((container) => ({
    ImageDigest: imageDigest(container.Image ?? ''),
    ...container,
  }));
  return { ...specification, Containers };
}

/** A stable stand-in for the digest of an image. */
export function imageDigest(image: string): string {
  return `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

/** @throws AwsError ValidationException when there is none. */
export function findPackage(sagemaker: SageMaker, arn: string | undefined): DescribeModelPackageOutput {
  new Constraints().length(arn, 'modelPackageName', [1, 176]).check();
  const key = arn?.startsWith('arn:') ? arn : sagemakerArn(sagemaker.cloud, 'model-package', arn ?? '');
  const found = sagemaker.packages.get(key);
  if (!found) throw validationError(`ModelPackage ${key} does not exist.`);
  return found;
}

export function describeModelPackage(
  sagemaker: SageMaker,
  input: DescribeModelPackageInput,
): DescribeModelPackageOutput {
  const { IncludedData = 'AllData' } = input;
  if (IncludedData !== 'AllData') {
    throw new NotImplementedByLocalCloud(`sagemaker DescribeModelPackage with IncludedData ${IncludedData}`);
  }
  return findPackage(sagemaker, input.ModelPackageName);
}

export function listModelPackages(
  sagemaker: SageMaker,
  input: ListModelPackagesInput,
): ListModelPackagesOutput {
  const constraints = new Constraints().oneOf(input.ModelApprovalStatus, 'modelApprovalStatus', APPROVALS);
  constraints.oneOf(input.ModelPackageType, 'modelPackageType', ['Versioned', 'Unversioned', 'Both']).check();
  const group = input.ModelPackageGroupName;
  const wanted = group === undefined ? undefined : findGroup(sagemaker, group).ModelPackageGroupName;
  // all packages here are versions of a group, and only they are listed for one
  const isListed = wanted !== undefined || (input.ModelPackageType ?? 'Unversioned') !== 'Unversioned';
  const packages = (isListed ? sagemaker.packages.values() : [])
    .filter((each) => wanted === undefined || each.ModelPackageGroupName === wanted)
    .filter(
      (each) =>
        input.ModelApprovalStatus === undefined || each.ModelApprovalStatus === input.ModelApprovalStatus,
    )
    .map((each) => ({
      name: each.ModelPackageGroupName!,
      status: each.ModelPackageStatus!,
      created: each.CreationTime!,
      summary: {
        ModelPackageGroupName: each.ModelPackageGroupName,
        ModelPackageVersion: each.ModelPackageVersion,
        ModelPackageArn: each.ModelPackageArn,
        ModelPackageDescription: each.ModelPackageDescription,
        CreationTime: each.CreationTime,
        ModelPackageStatus: each.ModelPackageStatus,
        ModelApprovalStatus: each.ModelApprovalStatus,
        ...(each.ModelLifeCycle ? { ModelLifeCycle: each.ModelLifeCycle } : {}),
      },
    }));
  const { summaries, ...rest } = listPage(packages, input, 'Ascending', ['Name', 'CreationTime']);
  return { ModelPackageSummaryList: summaries, ...rest };
}

export function deleteModelPackage(
  sagemaker: SageMaker,
  input: DeleteModelPackageInput,
): Record<string, never> {
  const found = findPackage(sagemaker, input.ModelPackageName);
  savePackage(sagemaker, { ...found, ModelPackageStatus: 'Deleting' });
  sagemaker.packages.delete(found.ModelPackageArn!);
  sagemaker.tags.delete(found.ModelPackageArn!);
  return {};
}
