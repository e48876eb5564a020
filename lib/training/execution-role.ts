/** The role that a project's own code runs under: it sees this project's data and nothing else. */
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';
import { acknowledgeWildcards } from '../shared/nag.ts';

export interface ExecutionRoleProps {
  readonly project: string;
  readonly names: Names;
  readonly bucket: IBucket;
  readonly keyArn: string;
  /** Images of the jobs and of the endpoint, in ECR. */
  readonly imageUris: readonly string[];
  /** Repository of an image that is built at deployment, which no URI tells before. */
  readonly builtRepositoryArn?: string;
  /** Whether jobs run in subnets of the account. @default false */
  readonly inVpc?: boolean;
  /** Whether jobs keep checkpoints in S3. @default false */
  readonly keepsCheckpoints?: boolean;
}

const BECAUSE =
  'Objects are named by runs and digests; log groups, registry log-in and metrics have no narrower resource.';

/**
 * What SageMaker does under the role: pulls the image, writes logs and metrics, reads inputs, writes outputs and
 * captures, and watches the alarms that roll a deployment back.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export function executionRole(
  scope: Construct,
  {
    project,
    names,
    bucket,
    keyArn,
    imageUris,
    builtRepositoryArn,
    inVpc,
    keepsCheckpoints,
  }: ExecutionRoleProps,
): iam.Role {
  const role = new iam.Role(scope, 'ExecutionRole', {
    roleName: names.executionRole(project),
    description: `Runs training, scoring and serving of ${project}`,
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com'),
  });
  const allow = (
    sid: string,
    actions: string[],
    resources: string[],
    conditions?: Record<string, unknown>,
  ) => {
    role.addToPolicy(new iam.PolicyStatement({ sid, actions, resources, conditions }));
    acknowledgeWildcards(role, { actions, resources }, BECAUSE);
  };

  allow(
    'ReadInputs',
    ['s3:GetObject'],
    ['splits/*', 'code/*', 'runs/*/training/*'].map((keys) => bucket.arnForObjects(keys)),
  );
  allow(
    'WriteOutputsAndCaptures',
    ['s3:PutObject'],
    ['runs/*/training/*', 'runs/*/scores/*', 'captures/*'].map((keys) => bucket.arnForObjects(keys)),
  );
  if (keepsCheckpoints) {
    // what a container deletes from its checkpoints is deleted from their copy too
    allow('PruneCheckpoints', ['s3:DeleteObject'], [bucket.arnForObjects('runs/*/training/checkpoints/*')]);
  }
  allow('ListInputs', ['s3:ListBucket'], [bucket.bucketArn]);
  allow('UseTheStagesKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [keyArn]);
  // Volumes and fleets of jobs and endpoints are encrypted by grant.
  allow('EncryptVolumes', ['kms:CreateGrant'], [keyArn], { Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  allow(
    'PullTheImage',
    ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
    [...new Set([...imageUris.map(repositoryArn), ...(builtRepositoryArn ? [builtRepositoryArn] : [])])],
  );
  allow('LogInToTheRegistry', ['ecr:GetAuthorizationToken'], ['*']);
  allow(
    'WriteLogs',
    ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
    [names.arn('logs', 'log-group:/aws/sagemaker/*')],
  );
  allow('PublishMetrics', ['cloudwatch:PutMetricData'], ['*'], {
    StringLike: { 'cloudwatch:namespace': '/aws/sagemaker/*' },
  });
  // Asked by name, but the permission is looked up on all alarms.
  allow('WatchRollbackAlarms', ['cloudwatch:DescribeAlarms'], ['*']);
  if (inVpc) {
    const interfaces = ['Create', 'Delete'].flatMap((verb) =>
      ['NetworkInterface', 'NetworkInterfacePermission'].map((what) => `ec2:${verb}${what}`),
    );
    const looks = ['NetworkInterfaces', 'Vpcs', 'DhcpOptions', 'Subnets', 'SecurityGroups'];
    // Interfaces have no name before they exist, and descriptions no resource.
    allow('JoinTheVpc', [...interfaces, ...looks.map((what) => `ec2:Describe${what}`)], ['*']);
  }
  return role;
}

/** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG` as an ARN. */
function repositoryArn(imageUri: string): string {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(imageUri);
  if (!match)
    throw new Error(
      `not an image in ECR: "${imageUri}"; expected ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`,
    );
  return `arn:aws:ecr:${match[2]}:${match[1]}:repository/${match[3]}`;
}
