/** Things that several checks make, with their undoing. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../account.ts';
import type { Recordable } from '../recording.ts';

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: object;
}

/** @returns the name of a new bucket, which is emptied and deleted at the end */
export async function makeBucket(
  account: Account,
  settings: Partial<CreateBucketCommandInput> = {},
): Promise<string> {
  const s3 = account.client(S3Client);
  const Bucket = `${account.prefix}-${account.accountId}`;
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(account.region !== 'us-east-1' && {
        CreateBucketConfiguration: { LocationConstraint: account.region as 'eu-west-1' },
      }),
      ...settings,
    }),
  );
  account.undo(`bucket ${Bucket}`, async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key!, VersionId }));
    if (Objects.length > 0) {
      await s3.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects }, BypassGovernanceRetention: true }),
      );
    }
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });
  return Bucket;
}

/** @returns the ARN of a new role that may do this and that these services, or the account, may assume */
export async function makeRole(
  account: Account,
  statements: readonly PolicyStatement[],
  principal: object = { AWS: `arn:aws:iam::${account.accountId}:root` },
  suffix = '',
): Promise<string> {
  const iam = account.client(IAMClient);
  const RoleName = `${account.prefix}${suffix}`;
  const PolicyName = 'verify';
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const trust = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([trust]) }),
  );
  account.undo(`role ${RoleName}`, () => iam.send(new DeleteRoleCommand({ RoleName })));
  if (statements.length > 0) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document(statements) }));
    account.undo(`policy of ${RoleName}`, () =>
      iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })),
    );
  }
  return Role!.Arn!;
}

/** Nothing yet, for a new role that a service does not see or may not assume yet. @throws any other error */
export function unlessRole(error: Error): undefined {
  if (/assume|not authorized|role/i.test(error.message)) return undefined;
  throw error;
}

/** A client that acts as the role: recorded like the account's own. */
export async function sessionClient<Client extends Recordable>(
  account: Account,
  roleArn: string,
  Client: new (config: object) => Client,
): Promise<Client> {
  const sts = account.client(STSClient);
  const { Credentials } = await account.eventually('the role to assume', () =>
    sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'verify' })).catch(unlessRole),
  );
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
  return account.client(Client, { credentials });
}

export interface Queue {
  readonly url: string;
  readonly arn: string;
  /** The body of the next message. @throws Error when none comes within two minutes. */
  next(what: string): Promise<string>;
}

/** A queue that a service may send to, under a key when one is given. */
export async function makeQueue(
  account: Account,
  {
    service,
    keyArn,
    suffix = '',
  }: { readonly service: string; readonly keyArn?: string; readonly suffix?: string },
): Promise<Queue> {
  const sqs = account.client(SQSClient);
  const QueueName = `${account.prefix}${suffix}`;
  const arn = `arn:aws:sqs:${account.region}:${account.accountId}:${QueueName}`;
  const statement = {
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { StringEquals: { 'aws:SourceAccount': account.accountId } },
  };
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName,
      Attributes: {
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        ...(keyArn && { KmsMasterKeyId: keyArn }),
      },
    }),
  );
  account.undo(`queue ${QueueName}`, () => sqs.send(new DeleteQueueCommand({ QueueUrl: url })));
  return {
    url,
    arn,
    next: (what) =>
      account.eventually(what, async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 1 }),
        );
        return Messages[0]?.Body;
      }),
  };
}

/** A key whose policy gives the account all, and these services what EventBridge, CloudWatch and Logs need. */
export async function makeKey(account: Account, statements: readonly PolicyStatement[]): Promise<string> {
  const kms = account.client(KMSClient);
  const root = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account.accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({
      Description: account.prefix,
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [root, ...statements.map((each) => ({ ...each, Resource: '*' }))],
      }),
    }),
  );
  const KeyId = KeyMetadata!.Arn!;
  account.undo(`key ${KeyId}`, () =>
    kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
  );
  return KeyId;
}
