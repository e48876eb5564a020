import { CreateEventBusCommand, EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/secret';
let running: RunningCloud;

beforeAll(async () => {
  running = await startCloud({ services: ['events', 'kms'] });
});
afterAll(() => running.stop());

async function makeKey(...statements: object[]): Promise<string> {
  const root = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    Action: 'kms:*',
    Resource: '*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [root, ...statements] });
  const { KeyMetadata } = await new KMSClient(running.clientConfig).send(new CreateKeyCommand({ Policy }));
  return KeyMetadata!.Arn!;
}

test('a bus with a key needs a key policy that lets EventBridge use it for this bus', async () => {
  const events = new EventBridgeClient(running.clientConfig);
  const closed = await makeKey();
  await expect(
    events.send(new CreateEventBusCommand({ Name: 'secret', KmsKeyIdentifier: closed })),
  ).rejects.toThrow('kms:DescribeKey');

  const KmsKeyIdentifier = await makeKey({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: ['kms:DescribeKey', 'kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: '*',
    Condition: {
      StringEquals: {
        'aws:SourceAccount': '000000000000',
        'aws:SourceArn': BUS,
        'kms:EncryptionContext:aws:events:event-bus:arn': BUS,
      },
    },
  });
  await events.send(new CreateEventBusCommand({ Name: 'secret', KmsKeyIdentifier }));
  const put = () =>
    events.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: 'secret', Source: 's', DetailType: 'd', Detail: '{}' }],
      }),
    );
  expect(await put()).toMatchObject({ FailedEntryCount: 0 });

  await new KMSClient(running.clientConfig).send(new DisableKeyCommand({ KeyId: KmsKeyIdentifier }));
  await expect
    .poll(async () => (await put()).Entries?.[0]?.ErrorCode, { timeout: 5000 })
    .toBe('KMS.DisabledException');
});
