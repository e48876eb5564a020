/** What uploads lean on: verified copies of versions, tags of versions, S3's events and patterns over them, Maps over lists in S3. */
import { createHash } from 'node:crypto';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { OTHER_PARTS } from '../../lib/shared/event-rule.ts';
import type { Account } from '../account.ts';
import type { Assumption } from '../assumption.ts';
import { assume, assumeMatch, refusalOf } from '../assumption.ts';
import { makeBucket, makeQueue } from './made.ts';
import { makeStateMachine, run } from './workflows.ts';

/** The least that S3 takes as a part, but for the last. */
const PART = 5 * 2 ** 20;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

async function makeVersionedBucket(account: Account): Promise<string> {
  const Bucket = await makeBucket(account);
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await account.client(S3Client).send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  return Bucket;
}

export const UPLOADS: readonly Assumption[] = [
  {
    id: 's3-verified-copy',
    statement:
      "A copy of a version that is no longer current has S3's SHA-256 of its bytes and none of its tags, and is refused where the key is taken, also when the source came in parts; a copy in parts has their composite SHA-256.",
    where: ['lambdas/shared/object-versions.ts'],
    creates: ['bucket'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const s3 = account.client(S3Client);
      const Bucket = await makeVersionedBucket(account);
      const bytes = Buffer.alloc(PART + 1, 'first');
      const source = { Bucket, Key: 'incoming/a b.csv' };
      const { VersionId } = await s3.send(new PutObjectCommand({ ...source, Body: bytes }));
      const TagSet = [{ Key: 'driftless:state', Value: 'committed' }];
      await s3.send(new PutObjectTaggingCommand({ ...source, VersionId, Tagging: { TagSet } }));
      await s3.send(new PutObjectCommand({ ...source, Body: 'overwritten' }));
      const CopySource = `${Bucket}/incoming/a%20b.csv?versionId=${VersionId}`;

      const whole = { Bucket, Key: 'objects/whole' };
      const copy = new CopyObjectCommand({
        ...whole,
        CopySource,
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
        TaggingDirective: 'REPLACE',
      });
      const { CopyObjectResult } = await s3.send(copy);
      assume("S3's hash of the copy", CopyObjectResult?.ChecksumSHA256, sha256(bytes).toString('base64'));
      const { TagSet: tags } = await s3.send(new GetObjectTaggingCommand(whole));
      assume('tags of the copy', tags, []);
      assume('a second copy', (await refusalOf('a second copy', s3.send(copy))).name, 'PreconditionFailed');

      // as the command line uploads what is larger than a part: S3's checksum of it is of hashes, that of its copy of bytes
      const inParts = { Bucket, Key: 'incoming/large.csv' };
      const begun = await s3.send(
        new CreateMultipartUploadCommand({ ...inParts, ChecksumAlgorithm: 'SHA256' }),
      );
      const sent = [];
      for (const [index, Body] of [bytes.subarray(0, PART), bytes.subarray(PART)].entries()) {
        const part = { UploadId: begun.UploadId, PartNumber: index + 1 };
        const ChecksumSHA256 = sha256(Body).toString('base64');
        const { ETag } = await s3.send(new UploadPartCommand({ ...inParts, ...part, Body, ChecksumSHA256 }));
        sent.push({ PartNumber: index + 1, ETag, ChecksumSHA256 });
      }
      const large = await s3.send(
        new CompleteMultipartUploadCommand({
          ...inParts,
          UploadId: begun.UploadId,
          MultipartUpload: { Parts: sent },
        }),
      );
      const ofLarge = await s3.send(
        new CopyObjectCommand({
          Bucket,
          Key: 'objects/large',
          CopySource: `${Bucket}/incoming/large.csv?versionId=${large.VersionId}`,
          ChecksumAlgorithm: 'SHA256',
          IfNoneMatch: '*',
          TaggingDirective: 'REPLACE',
        }),
      );
      assume(
        "S3's hash of the copy of what came in parts",
        ofLarge.CopyObjectResult?.ChecksumSHA256,
        sha256(bytes).toString('base64'),
      );

      const target = { Bucket, Key: 'objects/parts' };
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({
          ...target,
          ChecksumAlgorithm: 'SHA256',
          ChecksumType: 'COMPOSITE',
        }),
      );
      const Parts = [];
      for (const [index, CopySourceRange] of [`bytes=0-${PART - 1}`, `bytes=${PART}-${PART}`].entries()) {
        const part = { ...target, UploadId, PartNumber: index + 1, CopySource, CopySourceRange };
        const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(part));
        const { ETag, ChecksumSHA256 } = CopyPartResult!;
        Parts.push({ PartNumber: index + 1, ETag, ChecksumSHA256 });
      }
      const done = await s3.send(
        new CompleteMultipartUploadCommand({
          ...target,
          UploadId,
          MultipartUpload: { Parts },
          IfNoneMatch: '*',
        }),
      );
      const hashes = [bytes.subarray(0, PART), bytes.subarray(PART)].map(sha256);
      const composite = `${sha256(Buffer.concat(hashes)).toString('base64')}-2`;
      assume("S3's hash of the copy in parts", done.ChecksumSHA256, composite);
    },
  },
  {
    id: 's3-times-in-order',
    statement:
      "What was put before a marker, in parts too, is listed with a time that is not after the marker's, and what is put later, in another second, with a later one.",
    where: ['lambdas/datasets/upload/freeze-listing.ts', 'console/client/upload/upload-folder.ts'],
    creates: ['bucket'],
    usd: 0,
    minutes: 2,
    async check(account) {
      const s3 = account.client(S3Client);
      const Bucket = await makeVersionedBucket(account);
      const timesOf = async (Prefix: string) => {
        const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
        return Versions.map(({ LastModified }) => LastModified!.getTime());
      };
      const large = { Bucket, Key: 'incoming/day/large.csv' };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(large));
      const sent = await s3.send(new UploadPartCommand({ ...large, UploadId, PartNumber: 1, Body: '1' }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: sent.ETag }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...large, UploadId, MultipartUpload }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'incoming/day/small.csv', Body: '1' }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'incoming/day/_SUCCESS', Body: new Uint8Array() }));
      const [marker = 0] = await timesOf('incoming/day/_SUCCESS');
      const before = [...(await timesOf('incoming/day/large')), ...(await timesOf('incoming/day/small'))];
      assume('times of objects before the marker', before.length, 2);
      assume('those after its time', before.filter((time) => time > marker).length, 0);
      await account.eventually('a later time', async () => {
        const Key = 'incoming/day/late.csv';
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: '1' }));
        const times = await timesOf(Key);
        return Math.max(...times) > marker ? true : undefined;
      });
    },
  },
  {
    id: 's3-object-created-origin',
    statement:
      "S3's event of a new object gives its key as it is, its version, and from which account and address it was put.",
    where: ['lambdas/datasets/upload/object-created-event.ts'],
    creates: ['bucket', 'rule', 'queue'],
    usd: 0,
    minutes: 5,
    async check(account) {
      const s3 = account.client(S3Client);
      const events = account.client(EventBridgeClient);
      const Bucket = await makeVersionedBucket(account);
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
      const queue = await makeQueue(account, { service: 'events.amazonaws.com' });
      const Name = account.prefix;
      const pattern = {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [Bucket] }, object: { key: [{ prefix: 'incoming/' }] } },
      };
      await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
      account.undo(`rule ${Name}`, () => events.send(new DeleteRuleCommand({ Name })));
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'queue', Arn: queue.arn }] }));
      account.undo(`target of ${Name}`, () =>
        events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['queue'] })),
      );
      const Key = 'incoming/rows of März+1.csv';
      // the bucket's new setting and the rule are not everywhere at once
      const put = () => s3.send(new PutObjectCommand({ Bucket, Key, Body: '1' }));
      const versions: (string | undefined)[] = [];
      const { detail } = await account.eventually('the event', async () => {
        versions.push((await put()).VersionId);
        const text = await queue.next('the event').catch(() => undefined);
        return text === undefined ? undefined : (JSON.parse(text) as { detail: Record<string, unknown> });
      });
      const object = detail.object as Record<string, unknown>;
      assume('its key', object.key, Key);
      assume('that its version is one of those put', versions.includes(object['version-id'] as string), true);
      assume('its requester', detail.requester, account.accountId);
      assumeMatch('its address', detail['source-ip-address'], /^[0-9a-f.:]+$/);
    },
  },
  {
    id: 'events-upload-patterns',
    statement:
      'A pattern takes files of incoming/ itself and the markers of its folders, by a wildcard beside fourteen wildcards that must not match, and no part of a folder.',
    where: ['lib/shared/event-rule.ts'],
    creates: [],
    usd: 0,
    minutes: 1,
    async check(account) {
      const events = account.client(EventBridgeClient);
      const notBelow = ['incoming/*/*', ...OTHER_PARTS.map((part) => `${part}/*`)];
      const key = [{ wildcard: 'incoming/*/_SUCCESS' }, { 'anything-but': { wildcard: notBelow } }];
      const taken: [string, boolean][] = [
        ['incoming/rows.csv', true],
        ['incoming/day 1/_SUCCESS', true],
        ['incoming/day 1/part-0.csv', false],
        ['incoming/day 1/deep/part-0.csv', false],
        ...OTHER_PARTS.map((part): [string, boolean] => [`${part}/00`, false]),
      ];
      for (const [name, isTaken] of taken) {
        const { Result } = await events.send(
          new TestEventPatternCommand({
            EventPattern: JSON.stringify({ source: ['aws.s3'], detail: { object: { key } } }),
            Event: JSON.stringify({
              id: '00000000-0000-0000-0000-000000000000',
              account: account.accountId,
              region: account.region,
              time: '2026-11-23T00:00:00Z',
              resources: [],
              source: 'aws.s3',
              'detail-type': 'Object Created',
              detail: { object: { key: name } },
            }),
          }),
        );
        assume(name, Result, isTaken);
      }
    },
  },
  {
    id: 'states-map-over-json-lines',
    statement:
      'A distributed Map reads JSON Lines from a bucket and key that are expressions, gives each line to a child with what the state has assigned, and fails when one child does.',
    where: ['lib/datasets/ingest-workflow.ts'],
    creates: ['bucket', 'role', 'state machine'],
    usd: 0,
    minutes: 5,
    async check(account) {
      const s3 = account.client(S3Client);
      const Bucket = await makeBucket(account);
      const lines = [{ shard: 0 }, { shard: 1 }, { shard: 2 }];
      const Body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      await s3.send(new PutObjectCommand({ Bucket, Key: 'uploads/shards.jsonl', Body }));
      const children = {
        StartAt: 'Is it bad?',
        States: {
          'Is it bad?': {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input.shard.shard = $states.input.plan.bad %}', Next: 'Bad' }],
            Default: 'Good',
          },
          Bad: { Type: 'Fail', Error: 'BadShard' },
          Good: { Type: 'Succeed' },
        },
      };
      const map = {
        Type: 'Map',
        Label: 'Read',
        MaxConcurrency: 40,
        ToleratedFailureCount: 0,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSONL' },
          Arguments: { Bucket: `{% "${Bucket}" & "" %}`, Key: '{% $plan.key %}' },
        },
        ItemSelector: { plan: '{% $plan %}', shard: '{% $states.context.Map.Item.Value %}' },
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...children },
        End: true,
      };
      const machine = await makeStateMachine(
        account,
        {
          Plan: {
            Type: 'Pass',
            Assign: { plan: { key: 'uploads/shards.jsonl', bad: '{% $states.input.bad %}' } },
            Next: 'Shards',
          },
          Shards: map,
        },
        [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
          {
            Effect: 'Allow',
            Action: ['states:StartExecution', 'states:DescribeExecution', 'states:StopExecution'],
            Resource: '*',
          },
        ],
      );
      const good = await run(account, machine, { bad: -1 });
      assume(`status, with ${good.error}: ${good.cause}`, good.status, 'SUCCEEDED');
      assume('children', (JSON.parse(good.output!) as unknown[]).length, lines.length);
      const bad = await run(account, machine, { bad: 1 });
      assume('status with a bad shard', bad.status, 'FAILED');
      assume('its error', bad.error, 'States.ExceedToleratedFailureThreshold');
    },
  },
];
