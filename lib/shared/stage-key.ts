/** The stage's KMS key, with the permissions that AWS's services need to use it for us. */
import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Names } from '../../lambdas/shared/names.ts';

/** One key per stage: a key costs a dollar a month, and all data of a stage has the same readers. */
export function stageKey(scope: Construct, names: Names, removalPolicy: RemovalPolicy): kms.Key {
  const key = new kms.Key(scope, 'Key', {
    alias: names.keyAlias(),
    description: `Encrypts everything that Driftless keeps in stage ${names.stage}`,
    enableKeyRotation: true,
    removalPolicy,
  });
  // Without this, a log group with the key cannot be created: the service encrypts under its own principal.
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'LogsEncryptLogGroups',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
        },
      },
    }),
  );
  // EventBridge encrypts the bus and writes to encrypted queues and topics; CloudWatch's alarms write to the topic.
  for (const [sid, service] of [
    ['EventBridgeDelivers', 'events.amazonaws.com'],
    ['AlarmsNotify', 'cloudwatch.amazonaws.com'],
  ] as const) {
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        principals: [new iam.ServicePrincipal(service)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }
  // As in the policy of AWS's own key for DynamoDB: who may use the table may use its key, through the table only.
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'CatalogReaders',
      principals: [new iam.AnyPrincipal()],
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:CreateGrant',
        'kms:DescribeKey',
      ],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:CallerAccount': Aws.ACCOUNT_ID,
          'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com`,
        },
      },
    }),
  );
  return key;
}
