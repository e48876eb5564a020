/** Model package groups. */
import type {
  CreateModelPackageGroupInput,
  CreateModelPackageGroupOutput,
  DeleteModelPackageGroupInput,
  DescribeModelPackageGroupInput,
  DescribeModelPackageGroupOutput,
  ListModelPackageGroupsInput,
  ListModelPackageGroupsOutput,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../core/errors.ts';
import type { Call } from '../../core/service.ts';
import { Constraints, supportOnly, validationError } from '../constraints.ts';
import { ENTITY_NAME, nameFromArn, sagemakerArn } from '../names.ts';
import { listPage } from '../paging.ts';
import type { SageMaker } from '../sagemaker.ts';
import { checkTags, putTags } from '../tags.ts';
import { DESCRIPTION } from './check-package.ts';

export function createModelPackageGroup(
  sagemaker: SageMaker,
  input: CreateModelPackageGroupInput,
  call: Call,
): CreateModelPackageGroupOutput {
  const name = input.ModelPackageGroupName;
  new Constraints()
    .name(name, 'modelPackageGroupName', ENTITY_NAME)
    .length(input.ModelPackageGroupDescription, 'modelPackageGroupDescription', [0, 1024])
    .pattern(input.ModelPackageGroupDescription, 'modelPackageGroupDescription', DESCRIPTION)
    .check();
  checkTags(input.Tags);
  supportOnly('CreateModelPackageGroup', input, [
    ...['ModelPackageGroupName', 'ModelPackageGroupDescription', 'Tags'],
  ]);
  const arn = sagemakerArn(sagemaker.cloud, 'model-package-group', name!);
  if (sagemaker.packageGroups.has(name!)) throw validationError(`Model Package Group already exists: ${arn}`);
  putTags(sagemaker, arn, input.Tags);
  sagemaker.packageGroups.put(name!, {
    ModelPackageGroupName: name,
    ModelPackageGroupArn: arn,
    ModelPackageGroupDescription: input.ModelPackageGroupDescription,
    CreationTime: call.now,
    CreatedBy: { IamIdentity: { Arn: call.principal.arn } },
    ModelPackageGroupStatus: 'Completed',
  });
  return { ModelPackageGroupArn: arn };
}

/** A group by name or ARN. @throws AwsError ValidationException when there is none. */
export function findGroup(
  sagemaker: SageMaker,
  nameOrArn: string | undefined,
): DescribeModelPackageGroupOutput {
  new Constraints().length(nameOrArn, 'modelPackageGroupName', [1, 170]).check();
  const name = nameFromArn(nameOrArn ?? '');
  const group = sagemaker.packageGroups.get(name);
  if (group) return group;
  const arn = sagemakerArn(sagemaker.cloud, 'model-package-group', name);
  throw validationError(`ModelPackageGroup ${arn} does not exist.`);
}

export function describeModelPackageGroup(
  sagemaker: SageMaker,
  input: DescribeModelPackageGroupInput,
): DescribeModelPackageGroupOutput {
  return findGroup(sagemaker, input.ModelPackageGroupName);
}

export function listModelPackageGroups(
  sagemaker: SageMaker,
  input: ListModelPackageGroupsInput,
): ListModelPackageGroupsOutput {
  const option = input.CrossAccountFilterOption;
  new Constraints().oneOf(option, 'crossAccountFilterOption', ['SameAccount', 'CrossAccount']).check();
  // no other account shares anything with this one
  const mine = option === 'CrossAccount' ? [] : sagemaker.packageGroups.values();
  const groups = mine.map(({ CreatedBy: _by, ...summary }) => ({
    name: summary.ModelPackageGroupName!,
    created: summary.CreationTime!,
    summary,
  }));
  const { CrossAccountFilterOption: _option, ...filters } = input;
  const { summaries, ...rest } = listPage(groups, filters, 'Ascending', ['Name', 'CreationTime']);
  return { ModelPackageGroupSummaryList: summaries, ...rest };
}

export function deleteModelPackageGroup(
  sagemaker: SageMaker,
  input: DeleteModelPackageGroupInput,
): Record<string, never> {
  const group = findGroup(sagemaker, input.ModelPackageGroupName);
  const name = group.ModelPackageGroupName!;
  if (sagemaker.packages.values().some((each) => each.ModelPackageGroupName === name)) {
    throw new AwsError(
      'ConflictException',
      `Model Package Group ${group.ModelPackageGroupArn} cannot be deleted because it contains model packages.`,
    );
  }
  sagemaker.packageGroups.delete(name);
  sagemaker.packageVersions.delete(name);
  sagemaker.tags.delete(group.ModelPackageGroupArn!);
  return {};
}
