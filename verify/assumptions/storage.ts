/** S3 and DynamoDB: conditional writes, locks, lists under a prefix, keys that the table's policy lends. */
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Assumption } from '../assumption.ts';
import { assume, refusalOf } from '../assumption.ts';
import { makeBucket, makeRole, sessionClient } from './made.ts';

export const STORAGE: readonly Assumption[] = [
  {
    id: 's3-conditional-writes',
    statement:
      'A second PutObject with If-None-Match "*" is refused as PreconditionFailed (412), and so is a copy whose source has changed.',
    where: ['lambdas/shared/objects.ts'],
    creates: ['bucket'],
    usd: 0,
    minutes: 1,
    async check(account) {
      const s3 = account.client(S3Client);
      const Bucket = await makeBucket(account);
      const put = () => s3.send(new PutObjectCommand({ Bucket, Key: 'one', Body: '1', IfNoneMatch: '*' }));
      await put();
      const second = await refusalOf('a second write', put());
      assume('code of the second write', second.name, 'PreconditionFailed');
      const copy = new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `${Bucket}/one`,
        CopySourceIfMatch: '"00000000000000000000000000000000"',
      });
      assume('code of the copy', (await refusalOf('the copy', s3.send(copy))).name, 'PreconditionFailed');
    },
  },
  {
    id: 's3-object-lock-conditional-write',
    statement:
      'A bucket with a default retention (governance) takes objects written with If-None-Match, and locks them.',
    where: ['lambdas/governance/record-audit.ts', 'lib/governance/governance.ts'],
    creates: ['bucket with Object Lock'],
    usd: 0,
    minutes: 1,
    async check(account) {
      const s3 = account.client(S3Client);
      const Bucket = await makeBucket(account, { ObjectLockEnabledForBucket: true });
      await s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: {
            ObjectLockEnabled: 'Enabled',
            Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
          },
        }),
      );
      const Key = 'audit.json';
      const { VersionId } = await s3.send(
        new PutObjectCommand({ Bucket, Key, Body: '{}', IfNoneMatch: '*' }),
      );
      const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket, Key }));
      assume('mode of the retention', Retention?.Mode, 'GOVERNANCE');
      const erase = s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      assume('deleting the locked version', (await refusalOf('deleting it', erase)).name, 'AccessDenied');
    },
  },
  {
    id: 's3-list-prefix',
    statement:
      'A role with s3:ListBucket under a condition on s3:prefix lists below the prefix; an absent key is 404 where it may list the whole bucket and 403 elsewhere.',
    where: ['lambdas/shared/objects.ts'],
    creates: ['bucket', 'role'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const Bucket = await makeBucket(account);
      const role = await makeRole(account, [
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: `arn:aws:s3:::${Bucket}`,
          Condition: { StringLike: { 's3:prefix': 'open/*' } },
        },
        { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
      ]);
      const s3 = await sessionClient(account, role, S3Client);
      const list = (Prefix: string) => s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      // a new role counts after some seconds
      await account.eventually('the role', () =>
        list('open/').then(
          () => true,
          () => undefined,
        ),
      );
      assume(
        'listing elsewhere',
        (await refusalOf('listing elsewhere', list('closed/'))).name,
        'AccessDenied',
      );
      const head = await refusalOf(
        'an absent key',
        s3.send(new HeadObjectCommand({ Bucket, Key: 'open/none' })),
      );
      assume('status of an absent key without the right to list', head.status, 403);
    },
  },
  {
    id: 'dynamodb-conditional-check',
    statement:
      'A failed condition is ConditionalCheckFailedException and brings the item when ReturnValuesOnConditionCheckFailure asks for it.',
    where: ['lambdas/shared/catalog.ts'],
    creates: ['table'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const dynamodb = account.client(DynamoDBClient);
      const TableName = account.prefix;
      await dynamodb.send(
        new CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      );
      account.undo(`table ${TableName}`, () => dynamodb.send(new DeleteTableCommand({ TableName })));
      await account.eventually('the table', async () => {
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
        return Table?.TableStatus === 'ACTIVE' || undefined;
      });
      const put = (value: string) =>
        dynamodb.send(
          new PutItemCommand({
            TableName,
            Item: { pk: { S: 'lock' }, holder: { S: value } },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
      await put('first');
      const error = await put('second').then(
        () => undefined,
        (refusal: unknown) => refusal,
      );
      assume('its class', error instanceof ConditionalCheckFailedException, true);
      const { Item, message } = error as ConditionalCheckFailedException;
      assume('the item in it', Item, { pk: { S: 'lock' }, holder: { S: 'first' } });
      assume('its sentence', message, 'The conditional request failed');
    },
  },
];
