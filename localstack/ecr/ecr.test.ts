import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

let running: RunningCloud;
let client: ECRClient;
const repositoryName = 'cdk-hnb659fds-container-assets-000000000000-us-east-1';

beforeAll(async () => {
  running = await startCloud({ services: ['ecr'] });
  client = new ECRClient(running.clientConfig);
});

afterAll(() => running.stop());

it('keeps a repository as cdk bootstrap makes it', async () => {
  await client.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  await expect(client.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'RepositoryAlreadyExistsException',
  });
  const policyText = '{"Version":"2012-10-17","Statement":[]}';
  await client.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }));
  await client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: '{"rules":[]}' }));
  await client.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'MUTABLE' }));
  const { repositories } = await client.send(
    new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
  );
  expect(repositories).toMatchObject([
    {
      repositoryUri: `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repositoryName}`,
      imageTagMutability: 'MUTABLE',
    },
  ]);
  const resourceArn = repositories?.[0]?.repositoryArn;
  await client.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'a', Value: '1' }] }));
  const tagged = await client.send(new ListTagsForResourceCommand({ resourceArn }));
  expect(tagged.tags).toEqual([{ Key: 'a', Value: '1' }]);
  expect(await client.send(new GetRepositoryPolicyCommand({ repositoryName }))).toMatchObject({ policyText });
  expect(await client.send(new GetLifecyclePolicyCommand({ repositoryName }))).toMatchObject({
    lifecyclePolicyText: '{"rules":[]}',
  });
});

it('has no images and refuses to take any', async () => {
  await expect(client.send(new GetAuthorizationTokenCommand())).rejects.toMatchObject({
    name: 'NotImplementedByLocalCloud',
  });
  await client.send(new DeleteRepositoryCommand({ repositoryName }));
  await expect(client.send(new GetRepositoryPolicyCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'RepositoryNotFoundException',
  });
});

it('refuses keys of KMS by name', async () => {
  for (const more of [{}, { kmsKey: 'alias/none' }]) {
    const request = {
      repositoryName: 'keyed',
      encryptionConfiguration: { encryptionType: 'KMS', ...more },
    } as const;
    await expect(client.send(new CreateRepositoryCommand(request))).rejects.toMatchObject({
      name: 'NotImplementedByLocalCloud',
    });
  }
});
