/** Elastic Container Registry: repositories and their settings. */
import {
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { expect } from 'vitest';
import { serviceCases } from '../operation-case.ts';

const API = 'https://docs.aws.amazon.com/AmazonECR/latest/APIReference';
/** ECR's words, quoted by people who met them. */
const NO_REPOSITORY_SOURCE = 'https://github.com/turbot/steampipe-plugin-aws/issues/1938';
const NO_POLICY_SOURCE = 'https://github.com/snyk/driftctl/issues/1549';
const NO_LIFECYCLE_SOURCE = 'https://github.com/cloudquery/cloudquery/pull/14730';
const REGISTRY = '000000000000';
const policyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
});
const lifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});

async function make(client: ECRClient, repositoryName: string) {
  const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName }));
  return repository?.repositoryArn ?? '';
}

const arnOf = (name: string) => `arn:aws:ecr:us-east-1:${REGISTRY}:repository/${name}`;

/** What every operation on a repository says when there is none. */
const refusal = {
  name: 'RepositoryNotFoundException',
  message: `The repository with name 'none' does not exist in the registry with id '${REGISTRY}'`,
  status: 400,
};
const notFound = { refusal, refusalSource: NO_REPOSITORY_SOURCE };

const hasNo = (name: string, what: string, repository: string, refusalSource: string) => ({
  refusal: {
    name,
    message: `${what} does not exist for the repository with name '${repository}' in the registry with id '${REGISTRY}'`,
    status: 400,
  },
  refusalSource,
});

export const ecrCases = serviceCases({
  service: 'ecr',
  folders: ['ecr'],
  makeClient: ({ clientConfig }) => new ECRClient(clientConfig),
  operations: {
    CreateRepository: {
      source: `${API}/API_CreateRepository.html`,
      answers: async ({ client }) => {
        const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName: 'made' }));
        expect(repository).toMatchObject({
          repositoryArn: arnOf('made'),
          registryId: REGISTRY,
          repositoryUri: `${REGISTRY}.dkr.ecr.us-east-1.amazonaws.com/made`,
          imageTagMutability: 'MUTABLE',
          imageScanningConfiguration: { scanOnPush: false },
          encryptionConfiguration: { encryptionType: 'AES256' },
        });
      },
      refuses: async ({ client }) => {
        await make(client, 'twice');
        return make(client, 'twice');
      },
      refusal: {
        name: 'RepositoryAlreadyExistsException',
        message: `The repository with name 'twice' already exists in the registry with id '${REGISTRY}'`,
        status: 400,
      },
      refusalSource: 'https://github.com/CircleCI-Public/aws-ecr-orb/issues/22',
    },
    DescribeRepositories: {
      source: `${API}/API_DescribeRepositories.html`,
      answers: async ({ client }) => {
        await make(client, 'described');
        const order = new DescribeRepositoriesCommand({ repositoryNames: ['described'] });
        const { repositories } = await client.send(order);
        expect(repositories?.map(({ repositoryArn }) => repositoryArn)).toEqual([arnOf('described')]);
      },
      refuses: ({ client }) => client.send(new DescribeRepositoriesCommand({ repositoryNames: ['none'] })),
      ...notFound,
    },
    DeleteRepository: {
      source: `${API}/API_DeleteRepository.html`,
      answers: async ({ client }) => {
        await make(client, 'deleted');
        const order = new DeleteRepositoryCommand({ repositoryName: 'deleted' });
        expect((await client.send(order)).repository?.repositoryName).toBe('deleted');
      },
      refuses: ({ client }) => client.send(new DeleteRepositoryCommand({ repositoryName: 'none' })),
      ...notFound,
    },
    SetRepositoryPolicy: {
      source: `${API}/API_SetRepositoryPolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'policy');
        const order = new SetRepositoryPolicyCommand({ repositoryName: 'policy', policyText });
        expect(await client.send(order)).toMatchObject({ policyText, repositoryName: 'policy' });
      },
      refuses: ({ client }) =>
        client.send(new SetRepositoryPolicyCommand({ repositoryName: 'policy', policyText: 'none' })),
      refusal: {
        name: 'InvalidParameterException',
        message:
          "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
        status: 400,
      },
      refusalSource: 'https://github.com/terraform-aws-modules/terraform-aws-ecr/issues/19',
    },
    GetRepositoryPolicy: {
      source: `${API}/API_GetRepositoryPolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'read-policy');
        const repository = { repositoryName: 'read-policy' };
        await client.send(new SetRepositoryPolicyCommand({ ...repository, policyText }));
        expect((await client.send(new GetRepositoryPolicyCommand(repository))).policyText).toBe(policyText);
      },
      refuses: async ({ client }) => {
        await make(client, 'no-policy');
        return client.send(new GetRepositoryPolicyCommand({ repositoryName: 'no-policy' }));
      },
      ...hasNo('RepositoryPolicyNotFoundException', 'Repository policy', 'no-policy', NO_POLICY_SOURCE),
    },
    DeleteRepositoryPolicy: {
      source: `${API}/API_DeleteRepositoryPolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'drop-policy');
        const repository = { repositoryName: 'drop-policy' };
        await client.send(new SetRepositoryPolicyCommand({ ...repository, policyText }));
        const { policyText: dropped } = await client.send(new DeleteRepositoryPolicyCommand(repository));
        expect(dropped).toBe(policyText);
      },
      refuses: async ({ client }) => {
        await make(client, 'never-policy');
        return client.send(new DeleteRepositoryPolicyCommand({ repositoryName: 'never-policy' }));
      },
      ...hasNo('RepositoryPolicyNotFoundException', 'Repository policy', 'never-policy', NO_POLICY_SOURCE),
    },
    PutLifecyclePolicy: {
      source: `${API}/API_PutLifecyclePolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'lifecycle');
        const order = new PutLifecyclePolicyCommand({ repositoryName: 'lifecycle', lifecyclePolicyText });
        expect(await client.send(order)).toMatchObject({ lifecyclePolicyText, registryId: REGISTRY });
      },
      refuses: ({ client }) =>
        client.send(new PutLifecyclePolicyCommand({ repositoryName: 'none', lifecyclePolicyText })),
      ...notFound,
    },
    GetLifecyclePolicy: {
      source: `${API}/API_GetLifecyclePolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'read-lifecycle');
        const repository = { repositoryName: 'read-lifecycle' };
        await client.send(new PutLifecyclePolicyCommand({ ...repository, lifecyclePolicyText }));
        const found = await client.send(new GetLifecyclePolicyCommand(repository));
        expect(found.lifecyclePolicyText).toBe(lifecyclePolicyText);
      },
      refuses: async ({ client }) => {
        await make(client, 'no-lifecycle');
        return client.send(new GetLifecyclePolicyCommand({ repositoryName: 'no-lifecycle' }));
      },
      ...hasNo('LifecyclePolicyNotFoundException', 'Lifecycle policy', 'no-lifecycle', NO_LIFECYCLE_SOURCE),
    },
    DeleteLifecyclePolicy: {
      source: `${API}/API_DeleteLifecyclePolicy.html`,
      answers: async ({ client }) => {
        await make(client, 'drop-lifecycle');
        const repository = { repositoryName: 'drop-lifecycle' };
        await client.send(new PutLifecyclePolicyCommand({ ...repository, lifecyclePolicyText }));
        const dropped = await client.send(new DeleteLifecyclePolicyCommand(repository));
        expect(dropped.lifecyclePolicyText).toBe(lifecyclePolicyText);
      },
      refuses: async ({ client }) => {
        await make(client, 'never-lifecycle');
        return client.send(new DeleteLifecyclePolicyCommand({ repositoryName: 'never-lifecycle' }));
      },
      ...hasNo(
        'LifecyclePolicyNotFoundException',
        'Lifecycle policy',
        'never-lifecycle',
        NO_LIFECYCLE_SOURCE,
      ),
    },
    PutImageTagMutability: {
      source: `${API}/API_PutImageTagMutability.html`,
      answers: async ({ client }) => {
        await make(client, 'mutability');
        const order = { repositoryName: 'mutability', imageTagMutability: 'IMMUTABLE' } as const;
        expect(await client.send(new PutImageTagMutabilityCommand(order))).toMatchObject(order);
      },
      refuses: ({ client }) =>
        client.send(
          new PutImageTagMutabilityCommand({ repositoryName: 'none', imageTagMutability: 'MUTABLE' }),
        ),
      ...notFound,
    },
    PutImageScanningConfiguration: {
      source: `${API}/API_PutImageScanningConfiguration.html`,
      answers: async ({ client }) => {
        await make(client, 'scanning');
        const order = { repositoryName: 'scanning', imageScanningConfiguration: { scanOnPush: true } };
        expect(await client.send(new PutImageScanningConfigurationCommand(order))).toMatchObject(order);
      },
      refuses: ({ client }) =>
        client.send(
          new PutImageScanningConfigurationCommand({
            repositoryName: 'none',
            imageScanningConfiguration: { scanOnPush: true },
          }),
        ),
      ...notFound,
    },
    TagResource: {
      source: `${API}/API_TagResource.html`,
      answers: async ({ client }) => {
        const resourceArn = await make(client, 'tag');
        await client.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'k', Value: 'v' }] }));
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(tags).toEqual([{ Key: 'k', Value: 'v' }]);
      },
      refuses: ({ client }) =>
        client.send(new TagResourceCommand({ resourceArn: arnOf('none'), tags: [{ Key: 'k', Value: 'v' }] })),
      ...notFound,
    },
    UntagResource: {
      source: `${API}/API_UntagResource.html`,
      answers: async ({ client }) => {
        const resourceArn = await make(client, 'untag');
        await client.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'k', Value: 'v' }] }));
        await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['k'] }));
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(tags).toEqual([]);
      },
      refuses: ({ client }) =>
        client.send(new UntagResourceCommand({ resourceArn: arnOf('none'), tagKeys: ['k'] })),
      ...notFound,
    },
    ListTagsForResource: {
      source: `${API}/API_ListTagsForResource.html`,
      answers: async ({ client }) => {
        const resourceArn = await make(client, 'list-tags');
        expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([]);
      },
      refuses: ({ client }) => client.send(new ListTagsForResourceCommand({ resourceArn: arnOf('none') })),
      ...notFound,
    },
  },
});
