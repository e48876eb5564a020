/** Amazon ECR: repositories as `cdk bootstrap` makes them. There is no Docker here, so images cannot be pushed. */
import type * as ECR from '@aws-sdk/client-ecr';
import type { Cloud } from '../core/cloud.ts';
import type { Collection } from '../core/collection.ts';
import { AwsError, NotImplementedByLocalCloud } from '../core/errors.ts';
import type { Operation, Service } from '../core/service.ts';

interface RepositoryRecord {
  readonly name: string;
  readonly createdMs: number;
  readonly tags: readonly ECR.Tag[];
  readonly tagMutability: ECR.ImageTagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: ECR.EncryptionConfiguration;
  /** Policy document, JSON. */
  readonly policy?: string;
  /** Lifecycle policy document, JSON; kept only, since there are no images. */
  readonly lifecyclePolicy?: string;
}

type Named = { readonly repositoryName?: string | undefined };

const REPOSITORY_NAME = /^(?=.{2,256}$)[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/;

/** Makes the ECR service. */
export function createEcrService(cloud: Cloud): Service {
  const repositories = cloud.collection<RepositoryRecord>('ecr', 'repositories');
  const arnOf = (name: string) => `arn:aws:ecr:${cloud.region}:${cloud.account}:repository/${name}`;
  return {
    name: 'ecr',
    operations: guarded(cloud, {
      ...repositoryOperations(cloud, repositories, arnOf),
      ...settingOperations(cloud, repositories, arnOf),
    }),
    authorize(
      operation: string,
      input: Named & { resourceArn?: string; tags?: object[]; repositoryNames?: string[] },
    ) {
      const action = `ecr:${operation}`;
      if (input.resourceArn !== undefined) return [{ action, resource: input.resourceArn }];
      const names =
        input.repositoryNames ?? (input.repositoryName === undefined ? [] : [input.repositoryName]);
      if (names.length === 0) return [{ action, resource: '*' }];
      return names.flatMap((name) => {
        const policy = repositories.get(name)?.policy;
        const request = {
          resource: arnOf(name),
          ...(policy === undefined ? {} : { resourcePolicy: policy }),
        };
        const isTagged = operation === 'CreateRepository' && (input.tags?.length ?? 0) > 0;
        return [{ action, ...request }, ...(isTagged ? [{ action: 'ecr:TagResource', ...request }] : [])];
      });
    },
  };
}

/** Members that would change what an operation does, and that it does not have here. */
const REFUSED = ['imageTagMutabilityExclusionFilters', 'maxResults', 'nextToken'];

/** The operations, with the members refused that they would drop; the own registry may be named. */
function guarded(
  cloud: Cloud,
  operations: Readonly<Record<string, Operation>>,
): Readonly<Record<string, Operation>> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, run]): [string, Operation] => [
      name,
      (input: Readonly<Record<string, unknown>>, call) => {
        const refused = REFUSED.find((member) => input[member] !== undefined);
        if (refused) throw new NotImplementedByLocalCloud(`ecr ${name} with ${refused}`);
        if (input.registryId !== undefined && input.registryId !== cloud.account) {
          throw new NotImplementedByLocalCloud(`ecr ${name} in the registry of another account`);
        }
        return run(input, call);
      },
    ]),
  );
}

function repositoryOperations(
  cloud: Cloud,
  repositories: Collection<RepositoryRecord>,
  arnOf: (name: string) => string,
): Readonly<Record<string, Operation>> {
  const describe = (record: RepositoryRecord): ECR.Repository => ({
    repositoryArn: arnOf(record.name),
    registryId: cloud.account,
    repositoryName: record.name,
    repositoryUri: `${cloud.account}.dkr.ecr.${cloud.region}.amazonaws.com/${record.name}`,
    createdAt: new Date(record.createdMs),
    imageTagMutability: record.tagMutability,
    imageScanningConfiguration: { scanOnPush: record.scanOnPush },
    encryptionConfiguration: record.encryption,
  });
  return {
    CreateRepository(input: ECR.CreateRepositoryCommandInput, call) {
      const name = input.repositoryName ?? '';
      if (!REPOSITORY_NAME.test(name)) {
        throw new AwsError(
          'InvalidParameterException',
          `Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${REPOSITORY_NAME.source}''`,
        );
      }
      if (repositories.has(name)) {
        throw new AwsError(
          'RepositoryAlreadyExistsException',
          `The repository with name '${name}' already exists in the registry with id '${cloud.account}'`,
        );
      }
      const record: RepositoryRecord = {
        name,
        createdMs: call.now.getTime(),
        tags: input.tags ?? [],
        tagMutability: input.imageTagMutability ?? 'MUTABLE',
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
        encryption: onlyAes256(input.encryptionConfiguration),
      };
      repositories.put(name, record);
      return { repository: describe(record) };
    },
    DescribeRepositories: ({ repositoryNames }: ECR.DescribeRepositoriesCommandInput) => ({
      repositories: (repositoryNames ?? repositories.keys().sort()).map((name) =>
        describe(repositoryOf(cloud, repositories, name)),
      ),
    }),
    DeleteRepository({ repositoryName }: ECR.DeleteRepositoryCommandInput) {
      const record = repositoryOf(cloud, repositories, repositoryName);
      repositories.delete(record.name);
      return { repository: describe(record) };
    },
  };
}

/** @throws NotImplementedByLocalCloud for keys of KMS, with which nothing would be encrypted here */
function onlyAes256({
  encryptionType = 'AES256',
  kmsKey,
}: Partial<ECR.EncryptionConfiguration> = {}): ECR.EncryptionConfiguration {
  if (encryptionType === 'AES256' && kmsKey === undefined) return { encryptionType };
  const member = kmsKey === undefined ? `encryptionType ${encryptionType}` : 'kmsKey';
  throw new NotImplementedByLocalCloud(`ecr CreateRepository with encryptionConfiguration.${member}`);
}

function settingOperations(
  cloud: Cloud,
  repositories: Collection<RepositoryRecord>,
  arnOf: (name: string) => string,
): Readonly<Record<string, Operation>> {
  const find = (name: string | undefined) => repositoryOf(cloud, repositories, name);
  const byArn = (arn = '') => {
    if (!arn.startsWith(arnOf(''))) {
      throw new AwsError(
        'InvalidParameterException',
        "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'",
      );
    }
    return find(arn.slice(arnOf('').length));
  };
  const names = (record: RepositoryRecord) => ({ registryId: cloud.account, repositoryName: record.name });
  const change = (record: RepositoryRecord, settings: Partial<RepositoryRecord>) => {
    repositories.put(record.name, { ...record, ...settings });
    return names(record);
  };
  return {
    SetRepositoryPolicy({ repositoryName, policyText = '' }: ECR.SetRepositoryPolicyCommandInput) {
      return {
        ...change(find(repositoryName), {
          policy: checkJson(policyText, 'PolicyText', 'Invalid repository policy provided'),
        }),
        policyText,
      };
    },
    GetRepositoryPolicy({ repositoryName }: Named) {
      const record = find(repositoryName);
      if (record.policy === undefined)
        throw absent(cloud, 'RepositoryPolicyNotFoundException', 'Repository policy', record);
      return { ...names(record), policyText: record.policy };
    },
    DeleteRepositoryPolicy({ repositoryName }: Named) {
      const { policy, ...record } = find(repositoryName);
      if (policy === undefined)
        throw absent(cloud, 'RepositoryPolicyNotFoundException', 'Repository policy', record);
      return { ...change(record, {}), policyText: policy };
    },
    PutLifecyclePolicy({ repositoryName, lifecyclePolicyText = '' }: ECR.PutLifecyclePolicyCommandInput) {
      const lifecyclePolicy = checkJson(
        lifecyclePolicyText,
        'LifecyclePolicyText',
        'Lifecycle policy validation failure: Could not map policyString into LifecyclePolicy.',
      );
      return { ...change(find(repositoryName), { lifecyclePolicy }), lifecyclePolicyText };
    },
    GetLifecyclePolicy({ repositoryName }: Named) {
      const record = find(repositoryName);
      if (record.lifecyclePolicy === undefined) {
        throw absent(cloud, 'LifecyclePolicyNotFoundException', 'Lifecycle policy', record);
      }
      return { ...names(record), lifecyclePolicyText: record.lifecyclePolicy };
    },
    DeleteLifecyclePolicy({ repositoryName }: Named) {
      const { lifecyclePolicy, ...record } = find(repositoryName);
      if (lifecyclePolicy === undefined)
        throw absent(cloud, 'LifecyclePolicyNotFoundException', 'Lifecycle policy', record);
      return { ...change(record, {}), lifecyclePolicyText: lifecyclePolicy };
    },
    PutImageTagMutability({ repositoryName, imageTagMutability }: ECR.PutImageTagMutabilityCommandInput) {
      const tagMutability = imageTagMutability ?? 'MUTABLE';
      return { ...change(find(repositoryName), { tagMutability }), imageTagMutability: tagMutability };
    },
    PutImageScanningConfiguration(input: ECR.PutImageScanningConfigurationCommandInput) {
      const scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
      return {
        ...change(find(input.repositoryName), { scanOnPush }),
        imageScanningConfiguration: { scanOnPush },
      };
    },
    ListTagsForResource: ({ resourceArn }: ECR.ListTagsForResourceCommandInput) => ({
      tags: [...byArn(resourceArn).tags],
    }),
    TagResource({ resourceArn, tags = [] }: ECR.TagResourceCommandInput) {
      const record = byArn(resourceArn);
      const merged = new Map([...record.tags, ...tags].map((tag) => [tag.Key, tag]));
      change(record, { tags: [...merged.values()] });
      return {};
    },
    UntagResource({ resourceArn, tagKeys = [] }: ECR.UntagResourceCommandInput) {
      const record = byArn(resourceArn);
      change(record, { tags: record.tags.filter(({ Key }) => !tagKeys.includes(Key ?? '')) });
      return {};
    },
  };
}

function repositoryOf(
  cloud: Cloud,
  repositories: Collection<RepositoryRecord>,
  name: string | undefined,
): RepositoryRecord {
  const record = repositories.get(name ?? '');
  if (record) return record;
  throw new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${cloud.account}'`,
  );
}

function absent(cloud: Cloud, code: string, what: string, { name }: { readonly name: string }): AwsError {
  return new AwsError(
    code,
    `${what} does not exist for the repository with name '${name}' in the registry with id '${cloud.account}'`,
  );
}

function checkJson(document: string, member: string, sentence: string): string {
  try {
    JSON.parse(document);
    return document;
  } catch (cause) {
    throw new AwsError(
      'InvalidParameterException',
      `Invalid parameter at '${member}' failed to satisfy constraint: '${sentence}'`,
      { cause },
    );
  }
}
