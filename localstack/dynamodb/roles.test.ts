/** DynamoDB with IAM and KMS: what a role needs of a table and of its key. */
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const TableName = 'catalog';
const TABLE_ARN = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
let running: RunningCloud;
let keyArn: string | undefined;

beforeAll(async () => {
  running = await startCloud({ services: ['dynamodb', 'kms'] });
  const { KeyMetadata } = await new KMSClient(running.clientConfig).send(new CreateKeyCommand({}));
  keyArn = KeyMetadata?.Arn;
  await new DynamoDBClient(running.clientConfig).send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
    }),
  );
});

afterAll(() => running.stop());

async function clientWith(RoleName: string, Statement: object[]): Promise<DynamoDBClient> {
  const iam = new IAMClient(running.clientConfig);
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }));
  return new DynamoDBClient(running.clientConfigAs(Role?.Arn ?? ''));
}

it('needs the action on the table and the use of its key', async () => {
  const read = new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } });
  const table = { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE_ARN };
  const withoutKey = await clientWith('without-key', [table]);
  await expect(withoutKey.send(read)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('kms:Decrypt'),
  });
  const reader = await clientWith('reader', [
    table,
    { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn },
  ]);
  await expect(reader.send(read)).resolves.toBeDefined();
  const write = new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } });
  await expect(reader.send(write)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
