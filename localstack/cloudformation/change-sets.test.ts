import type { DescribeChangeSetCommandOutput, Stack } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createHarness, type Harness } from './testing/stack-harness.ts';

const queue = (properties: object = {}) => ({ Type: 'AWS::SQS::Queue', Properties: properties });

async function changeSet(harness: Harness, template: object, options: object = {}) {
  await harness.run('CreateChangeSet', {
    StackName: 'app',
    ChangeSetName: 'cs',
    ChangeSetType: 'UPDATE',
    TemplateBody: JSON.stringify(template),
    ...options,
  });
  return harness.run<DescribeChangeSetCommandOutput>('DescribeChangeSet', {
    StackName: 'app',
    ChangeSetName: 'cs',
  });
}

describe('a change set', () => {
  test('of type CREATE puts the stack in review, lists additions, and creates it when executed', async () => {
    const harness = createHarness();
    const template = { Resources: { Q: queue({ QueueName: 'q' }) } };
    const described = await changeSet(harness, template, { ChangeSetType: 'CREATE' });
    expect(described.Status).toBe('CREATE_COMPLETE');
    expect(
      described.Changes?.map(({ ResourceChange }) => [
        ResourceChange?.Action,
        ResourceChange?.LogicalResourceId,
      ]),
    ).toEqual([['Add', 'Q']]);
    expect((await harness.settled('app')).StackStatus).toBe('REVIEW_IN_PROGRESS');
    await harness.run('ExecuteChangeSet', { StackName: 'app', ChangeSetName: 'cs' });
    expect((await harness.settled('app')).StackStatus).toBe('CREATE_COMPLETE');
    expect(harness.queues.size).toBe(1);
  });

  test('without changes fails with the words that the CDK CLI looks for', async () => {
    const harness = createHarness();
    const template = { Resources: { Q: queue({ QueueName: 'q' }) } };
    await harness.deploy('app', template);
    const described = await changeSet(harness, template);
    expect(described.Status).toBe('FAILED');
    expect(described.StatusReason).toMatch(/^The submitted information didn't contain changes\./);
    await expect(harness.run('ExecuteChangeSet', { StackName: 'app', ChangeSetName: 'cs' })).rejects.toThrow(
      'cannot be executed',
    );
  });

  test('tells what is modified, replaced and removed, and what follows from that', async () => {
    const harness = createHarness();
    await harness.deploy('app', {
      Resources: {
        Plain: queue({ QueueName: 'plain', DelaySeconds: 1 }),
        Renamed: queue({ QueueName: 'old' }),
        User: queue({
          QueueName: 'user',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Renamed', 'Arn'] } },
        }),
        Gone: queue({ QueueName: 'gone' }),
      },
    });
    const described = await changeSet(harness, {
      Resources: {
        Plain: queue({ QueueName: 'plain', DelaySeconds: 2 }),
        Renamed: queue({ QueueName: 'new' }),
        User: queue({
          QueueName: 'user',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Renamed', 'Arn'] } },
        }),
      },
    });
    const changes = described.Changes?.map(({ ResourceChange: change }) => [
      change?.LogicalResourceId,
      change?.Action,
      change?.Replacement,
      change?.Details?.map(
        ({ Target, Evaluation, CausingEntity }) => `${Target?.Name} ${Evaluation} ${CausingEntity ?? ''}`,
      ),
    ]);
    expect(changes).toEqual([
      ['Plain', 'Modify', 'False', ['DelaySeconds Static ']],
      ['Renamed', 'Modify', 'True', ['QueueName Static ']],
      ['User', 'Modify', 'False', ['RedrivePolicy Dynamic Renamed.Arn']],
      ['Gone', 'Remove', undefined, []],
    ]);
  });

  test('that only changes tags is a change, and its tags reach the resources', async () => {
    const harness = createHarness();
    const template = { Resources: { Q: queue({ QueueName: 'q' }) } };
    await harness.deploy('app', template);
    const described = await changeSet(harness, template, { Tags: [{ Key: 'team', Value: 'ml' }] });
    expect(described.Status).toBe('CREATE_COMPLETE');
    await harness.run('ExecuteChangeSet', { StackName: 'app', ChangeSetName: 'cs' });
    await harness.settled('app');
    expect(harness.cloud.calls.find(({ operation }) => operation === 'TagQueue')?.input).toEqual({
      QueueUrl: 'http://sqs/q',
      Tags: { team: 'ml' },
    });
  });

  test('that is deleted leaves a stack in review, which can be deleted too', async () => {
    const harness = createHarness();
    await changeSet(harness, { Resources: { Q: queue() } }, { ChangeSetType: 'CREATE' });
    await harness.run('DeleteChangeSet', { StackName: 'app', ChangeSetName: 'cs' });
    await harness.run('DeleteChangeSet', { StackName: 'app', ChangeSetName: 'cs' });
    await expect(
      harness.run('DescribeChangeSet', { StackName: 'app', ChangeSetName: 'cs' }),
    ).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
    });
    await harness.run('DeleteStack', { StackName: 'app' });
    await harness.cloud.clock.sleep(5, 'deletion');
    const { Stacks } = await harness.run<{ Stacks: Stack[] }>('DescribeStacks', {});
    expect(Stacks).toEqual([]);
  });

  test('that imports resources is refused by name', async () => {
    const harness = createHarness();
    const order = { StackName: 'import', ChangeSetName: 'c', ChangeSetType: 'IMPORT', TemplateBody: '{}' };
    await expect(harness.run('CreateChangeSet', order)).rejects.toThrow(
      'not implemented by the local cloud: CreateChangeSet with resource import',
    );
  });

  test('naming a type that this cloud lacks is refused and makes no stack', async () => {
    const harness = createHarness();
    const template = { Resources: { X: { Type: 'AWS::EC2::VPC' } } };
    await expect(changeSet(harness, template, { ChangeSetType: 'CREATE' })).rejects.toThrow(
      'AWS::EC2::VPC (X)',
    );
    await expect(harness.run('DescribeStacks', { StackName: 'app' })).rejects.toThrow('does not exist');
  });

  test('without the needed capability is refused', async () => {
    const harness = createHarness();
    const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r', AssumeRolePolicyDocument: {} } };
    await expect(
      changeSet(harness, { Resources: { Role: role } }, { ChangeSetType: 'CREATE' }),
    ).rejects.toThrow('Requires capabilities : [CAPABILITY_NAMED_IAM]');
  });
});
