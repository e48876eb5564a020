/** SageMaker: the model registry. */
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import {
  arnOf,
  IMAGE,
  PATTERN_SOURCE,
  patternRefusal,
  rangeRefusal,
  SAGEMAKER_API,
  SAGEMAKER_FOLDERS,
  SENTENCE_SOURCE,
  sagemakerClient,
} from './sagemaker-material.ts';
import { DENIED_PAGE, deniedJson, roleWithoutPolicies } from './without-policies.ts';

const GROUP = 'model-package-group';
const VERSION = arnOf('model-package', 'none/1');

/** Sends it as a role that no policy allows anything. */
const asNobody = async (running: RunningCloud, role: string) =>
  new SageMakerClient(await roleWithoutPolicies(running, role));

const denied = (role: string, operation: string, resource: string) => ({
  refusal: deniedJson(role, `sagemaker:${operation}`, resource),
  refusalSource: DENIED_PAGE,
});

const makeGroup = (client: SageMakerClient, ModelPackageGroupName: string) =>
  client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));

/** Makes a group with one version, and returns the version's ARN. */
async function makePackage(client: SageMakerClient, group: string): Promise<string> {
  await makeGroup(client, group);
  const Containers = [{ Image: IMAGE, ModelDataUrl: 's3://models/one.tar.gz' }];
  const request = {
    ModelPackageGroupName: group,
    InferenceSpecification: { Containers, SupportedContentTypes: ['text/csv'] },
  };
  const { ModelPackageArn } = await client.send(new CreateModelPackageCommand(request));
  return ModelPackageArn!;
}

export const sagemakerRegistryCases = serviceCases({
  service: 'sagemaker',
  folders: SAGEMAKER_FOLDERS,
  makeClient: sagemakerClient,
  operations: {
    CreateModelPackageGroup: {
      source: `${SAGEMAKER_API}/API_CreateModelPackageGroup.html`,
      answers: async ({ client }) => {
        expect((await makeGroup(client, 'made')).ModelPackageGroupArn).toBe(arnOf(GROUP, 'made'));
      },
      refuses: ({ client }) => makeGroup(client, 'a_b'),
      refusal: patternRefusal('modelPackageGroupName', 'a_b'),
      refusalSource: PATTERN_SOURCE,
    },
    DescribeModelPackageGroup: {
      source: `${SAGEMAKER_API}/API_DescribeModelPackageGroup.html`,
      answers: async ({ client }) => {
        await makeGroup(client, 'described');
        const request = { ModelPackageGroupName: arnOf(GROUP, 'described') };
        expect(await client.send(new DescribeModelPackageGroupCommand(request))).toMatchObject({
          ModelPackageGroupName: 'described',
          ModelPackageGroupStatus: 'Completed',
        });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'group-reader')).send(
          new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'none' }),
        ),
      ...denied('group-reader', 'DescribeModelPackageGroup', arnOf(GROUP, 'none')),
    },
    ListModelPackageGroups: {
      source: `${SAGEMAKER_API}/API_ListModelPackageGroups.html`,
      answers: async ({ client }) => {
        await makeGroup(client, 'listed-1');
        await makeGroup(client, 'listed-2');
        const request = { NameContains: 'listed', SortBy: 'Name', SortOrder: 'Descending' } as const;
        const { ModelPackageGroupSummaryList: groups } = await client.send(
          new ListModelPackageGroupsCommand(request),
        );
        expect(groups?.map((each) => each.ModelPackageGroupName)).toEqual(['listed-2', 'listed-1']);
      },
      refuses: ({ client }) => client.send(new ListModelPackageGroupsCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    DeleteModelPackageGroup: {
      source: `${SAGEMAKER_API}/API_DeleteModelPackageGroup.html`,
      answers: async ({ client }) => {
        await makeGroup(client, 'deleted');
        const request = { ModelPackageGroupName: 'deleted' };
        await client.send(new DeleteModelPackageGroupCommand(request));
        const gone = client.send(new DescribeModelPackageGroupCommand(request));
        await expect(gone).rejects.toMatchObject({ message: expect.stringContaining('does not exist') });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'group-deleter')).send(
          new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'none' }),
        ),
      ...denied('group-deleter', 'DeleteModelPackageGroup', arnOf(GROUP, 'none')),
    },
    CreateModelPackage: {
      source: `${SAGEMAKER_API}/API_CreateModelPackage.html`,
      answers: async ({ client }) => {
        expect(await makePackage(client, 'versioned')).toBe(arnOf('model-package', 'versioned/1'));
      },
      refuses: ({ client }) => {
        const S3DataSource = { S3DataType: 'S3Object', S3Uri: 's3://models/more.tar.gz' } as const;
        const Containers = [{ Image: IMAGE, AdditionalS3DataSource: S3DataSource }];
        const InferenceSpecification = { Containers, SupportedContentTypes: ['text/csv'] };
        return client.send(
          new CreateModelPackageCommand({ ModelPackageGroupName: 'more', InferenceSpecification }),
        );
      },
      refusal: {
        name: 'ValidationException',
        message: 'AdditionalS3DataSource is not allowed in InferenceSpecification',
        status: 400,
      },
      refusalSource: 'https://github.com/boto/boto3/issues/4510',
    },
    DescribeModelPackage: {
      source: `${SAGEMAKER_API}/API_DescribeModelPackage.html`,
      answers: async ({ client }) => {
        const ModelPackageName = await makePackage(client, 'shown');
        expect(await client.send(new DescribeModelPackageCommand({ ModelPackageName }))).toMatchObject({
          ModelPackageGroupName: 'shown',
          ModelPackageVersion: 1,
          ModelPackageStatus: 'Completed',
          ModelApprovalStatus: 'PendingManualApproval',
          InferenceSpecification: { Containers: [{ ImageDigest: expect.stringMatching(/^sha256:/) }] },
        });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'reader')).send(
          new DescribeModelPackageCommand({ ModelPackageName: VERSION }),
        ),
      ...denied('reader', 'DescribeModelPackage', VERSION),
    },
    ListModelPackages: {
      source: `${SAGEMAKER_API}/API_ListModelPackages.html`,
      answers: async ({ client }) => {
        const ModelPackageArn = await makePackage(client, 'several');
        const request = { ModelPackageGroupName: 'several' };
        const { ModelPackageSummaryList } = await client.send(new ListModelPackagesCommand(request));
        expect(ModelPackageSummaryList).toMatchObject([{ ModelPackageArn, ModelPackageVersion: 1 }]);
      },
      refuses: ({ client }) => client.send(new ListModelPackagesCommand({ MaxResults: 101 })),
      refusal: rangeRefusal('maxResults', 101, 'less than or equal to 100'),
      refusalSource: SENTENCE_SOURCE,
    },
    UpdateModelPackage: {
      source: `${SAGEMAKER_API}/API_UpdateModelPackage.html`,
      answers: async ({ client }) => {
        const ModelPackageArn = await makePackage(client, 'approved');
        const ModelCard = { ModelCardContent: '{"model_overview":{}}', ModelCardStatus: 'Draft' } as const;
        const request = { ModelPackageArn, ModelApprovalStatus: 'Approved', ModelCard } as const;
        expect(await client.send(new UpdateModelPackageCommand(request))).toMatchObject({ ModelPackageArn });
        const shown = await client.send(
          new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
        );
        expect(shown).toMatchObject({ ModelApprovalStatus: 'Approved', ModelCard });
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'approver')).send(
          new UpdateModelPackageCommand({ ModelPackageArn: VERSION, ModelApprovalStatus: 'Approved' }),
        ),
      ...denied('approver', 'UpdateModelPackage', VERSION),
    },
    DeleteModelPackage: {
      source: `${SAGEMAKER_API}/API_DeleteModelPackage.html`,
      answers: async ({ client }) => {
        const ModelPackageName = await makePackage(client, 'gone');
        await client.send(new DeleteModelPackageCommand({ ModelPackageName }));
        const request = { ModelPackageGroupName: 'gone' };
        const { ModelPackageSummaryList } = await client.send(new ListModelPackagesCommand(request));
        expect(ModelPackageSummaryList).toEqual([]);
      },
      refuses: async ({ running }) =>
        (await asNobody(running, 'deleter')).send(
          new DeleteModelPackageCommand({ ModelPackageName: VERSION }),
        ),
      ...denied('deleter', 'DeleteModelPackage', VERSION),
    },
  },
});
