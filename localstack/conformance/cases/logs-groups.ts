/** CloudWatch Logs: groups, their retention, keys and tags. */
import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  ListTagsForResourceCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import type { RunningCloud } from '../../testing/start-cloud.ts';
import { serviceCases } from '../operation-case.ts';
import { badParameter, logsPage, makeGroup, NO_GROUP, recordedLogs } from './logs-sources.ts';

const NOWHERE = 'arn:aws:logs:us-east-1:000000000000:log-group:none';

/** ARN of a key that CloudWatch Logs may use. */
async function makeKey({ clientConfig }: RunningCloud): Promise<string> {
  const allow = (Principal: object, Action: string) => ({
    Effect: 'Allow',
    Principal,
    Action,
    Resource: '*',
  });
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      allow({ AWS: 'arn:aws:iam::000000000000:root' }, 'kms:*'),
      allow({ Service: 'logs.us-east-1.amazonaws.com' }, 'kms:*'),
    ],
  });
  const { KeyMetadata } = await new KMSClient(clientConfig).send(new CreateKeyCommand({ Policy }));
  return KeyMetadata!.Arn!;
}
async function describeGroup(client: CloudWatchLogsClient, logGroupNamePrefix: string) {
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return logGroups?.[0];
}

export const logsGroupsCases = serviceCases({
  service: 'logs',
  folders: ['logs', 'kms'],
  makeClient: ({ clientConfig }) => new CloudWatchLogsClient(clientConfig),
  operations: {
    CreateLogGroup: {
      source: logsPage('CreateLogGroup'),
      answers: async ({ client }) => {
        const arn = await makeGroup(client, 'made');
        // as recorded for a new group
        expect(await describeGroup(client, 'made')).toEqual({
          arn: `${arn}:*`,
          creationTime: expect.any(Number),
          deletionProtectionEnabled: false,
          logGroupArn: arn,
          logGroupClass: 'STANDARD',
          logGroupName: 'made',
          metricFilterCount: 0,
          storedBytes: 0,
        });
      },
      refuses: async ({ client }) => {
        await makeGroup(client, 'twice');
        await makeGroup(client, 'twice');
      },
      refusal: {
        name: 'ResourceAlreadyExistsException',
        message: 'The specified log group already exists',
        status: 400,
      },
      refusalSource: recordedLogs('groups'),
    },
    DescribeLogGroups: {
      source: logsPage('DescribeLogGroups'),
      answers: async ({ client }) => {
        const logGroupArn = await makeGroup(client, 'described');
        expect(await describeGroup(client, 'described')).toMatchObject({ logGroupArn });
      },
      refuses: ({ client }) =>
        client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'a', logGroupNamePattern: 'b' })),
      refusal: badParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      ),
      refusalSource: recordedLogs('groups'),
    },
    DeleteLogGroup: {
      source: logsPage('DeleteLogGroup'),
      answers: async ({ client }) => {
        await makeGroup(client, 'deleted');
        await client.send(new DeleteLogGroupCommand({ logGroupName: 'deleted' }));
        expect(await describeGroup(client, 'deleted')).toBeUndefined();
      },
      refuses: ({ client }) => client.send(new DeleteLogGroupCommand({ logGroupName: 'none' })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    PutRetentionPolicy: {
      source: logsPage('PutRetentionPolicy'),
      answers: async ({ client }) => {
        await makeGroup(client, 'retained');
        await client.send(new PutRetentionPolicyCommand({ logGroupName: 'retained', retentionInDays: 7 }));
        expect(await describeGroup(client, 'retained')).toMatchObject({ retentionInDays: 7 });
      },
      refuses: ({ client }) =>
        client.send(new PutRetentionPolicyCommand({ logGroupName: 'none', retentionInDays: 7 })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    DeleteRetentionPolicy: {
      source: logsPage('DeleteRetentionPolicy'),
      answers: async ({ client }) => {
        await makeGroup(client, 'unretained');
        await client.send(new PutRetentionPolicyCommand({ logGroupName: 'unretained', retentionInDays: 7 }));
        await client.send(new DeleteRetentionPolicyCommand({ logGroupName: 'unretained' }));
        expect(await describeGroup(client, 'unretained')).not.toHaveProperty('retentionInDays');
      },
      refuses: ({ client }) => client.send(new DeleteRetentionPolicyCommand({ logGroupName: 'none' })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    AssociateKmsKey: {
      source: logsPage('AssociateKmsKey'),
      answers: async ({ client, running }) => {
        await makeGroup(client, 'encrypted');
        const kmsKeyId = await makeKey(running);
        await client.send(new AssociateKmsKeyCommand({ logGroupName: 'encrypted', kmsKeyId }));
        expect(await describeGroup(client, 'encrypted')).toMatchObject({ kmsKeyId });
      },
      refuses: ({ client }) =>
        client.send(new AssociateKmsKeyCommand({ logGroupName: 'none', kmsKeyId: 'any' })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    DisassociateKmsKey: {
      source: logsPage('DisassociateKmsKey'),
      answers: async ({ client, running }) => {
        const kmsKeyId = await makeKey(running);
        await client.send(new CreateLogGroupCommand({ logGroupName: 'decrypted', kmsKeyId }));
        await client.send(new DisassociateKmsKeyCommand({ logGroupName: 'decrypted' }));
        expect(await describeGroup(client, 'decrypted')).not.toHaveProperty('kmsKeyId');
      },
      refuses: ({ client }) => client.send(new DisassociateKmsKeyCommand({ logGroupName: 'none' })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    TagResource: {
      source: logsPage('TagResource'),
      answers: async ({ client }) => {
        const resourceArn = await makeGroup(client, 'tagged');
        await client.send(new TagResourceCommand({ resourceArn, tags: { env: 'testing' } }));
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(tags).toEqual({ env: 'testing' });
      },
      refuses: ({ client }) =>
        client.send(new TagResourceCommand({ resourceArn: NOWHERE, tags: { env: 'testing' } })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    UntagResource: {
      source: logsPage('UntagResource'),
      answers: async ({ client }) => {
        const resourceArn = await makeGroup(client, 'untagged');
        await client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }));
        await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
        const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(tags).toEqual({ b: '2' });
      },
      refuses: ({ client }) =>
        client.send(new UntagResourceCommand({ resourceArn: NOWHERE, tagKeys: ['a'] })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
    ListTagsForResource: {
      source: logsPage('ListTagsForResource'),
      answers: async ({ client }) => {
        const tags = { env: 'testing' };
        await client.send(new CreateLogGroupCommand({ logGroupName: 'with-tags', tags }));
        const resourceArn = NOWHERE.replace('none', 'with-tags');
        const answer = await client.send(new ListTagsForResourceCommand({ resourceArn }));
        expect(answer.tags).toEqual(tags);
      },
      refuses: ({ client }) => client.send(new ListTagsForResourceCommand({ resourceArn: NOWHERE })),
      refusal: NO_GROUP,
      refusalSource: recordedLogs('events'),
    },
  },
});
