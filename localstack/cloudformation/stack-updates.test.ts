import type { StackResource } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createHarness } from './testing/stack-harness.ts';

const queue = (properties: object = {}, extra: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...extra,
});

describe('updating a stack', () => {
  test('changes a resource in place and removes what the template no longer has', async () => {
    const harness = createHarness();
    await harness.deploy('up', {
      Resources: { A: queue({ QueueName: 'a', VisibilityTimeout: 10 }), B: queue({ QueueName: 'b' }) },
    });
    const stack = await harness.deploy('up', {
      Resources: { A: queue({ QueueName: 'a', VisibilityTimeout: '20' }) },
    });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect([...harness.queues]).toEqual([['http://sqs/a', { VisibilityTimeout: '20' }]]);
    expect((await harness.events('up')).slice(8)).toEqual([
      'up UPDATE_IN_PROGRESS',
      'A UPDATE_IN_PROGRESS',
      'A UPDATE_COMPLETE',
      'up UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'B DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'up UPDATE_COMPLETE',
    ]);
  });

  test('replaces by making the new resource before the old one goes, and moves its users over', async () => {
    const harness = createHarness();
    const template = (name: string) => ({
      Resources: {
        Dead: queue({ QueueName: name }),
        Work: queue({
          QueueName: 'work',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } },
        }),
      },
    });
    await harness.deploy('re', template('old'));
    await harness.deploy('re', template('new'));
    expect([...harness.queues.keys()].sort()).toEqual(['http://sqs/new', 'http://sqs/work']);
    expect(harness.queues.get('http://sqs/work')?.RedrivePolicy).toContain(':new');
    const order = harness.cloud.calls.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
    expect(order.findIndex((call) => call.startsWith('DeleteQueue'))).toBeGreaterThan(
      order.findIndex((call) => call.startsWith('SetQueueAttributes')),
    );
  });

  test('keeps the old resource under UpdateReplacePolicy Retain', async () => {
    const harness = createHarness();
    const template = (name: string) => ({
      Resources: { Q: queue({ QueueName: name }, { UpdateReplacePolicy: 'Retain' }) },
    });
    await harness.deploy('keep', template('old'));
    await harness.deploy('keep', template('new'));
    expect([...harness.queues.keys()].sort()).toEqual(['http://sqs/new', 'http://sqs/old']);
    expect(await harness.events('keep')).toContain('Q DELETE_SKIPPED');
  });

  test('restores the old properties when it fails, and deletes only what it had made', async () => {
    const harness = createHarness();
    await harness.deploy('back', {
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }), Old: queue({ QueueName: 'old' }) },
      Outputs: { O: { Value: 'before' } },
    });
    harness.failures.set('CreateQueue bad', 'no');
    const stack = await harness.deploy('back', {
      Resources: {
        A: queue({ QueueName: 'a', DelaySeconds: 2 }),
        Old: queue({ QueueName: 'replaced' }),
        New: queue({ QueueName: 'new' }),
        Bad: queue({ QueueName: 'bad' }, { DependsOn: ['A', 'Old', 'New'] }),
      },
      Outputs: { O: { Value: 'after' } },
    });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.Outputs?.[0]?.OutputValue).toBe('before');
    expect([...harness.queues].sort()).toEqual([
      ['http://sqs/a', { DelaySeconds: '1' }],
      ['http://sqs/old', {}],
    ]);
    const { StackResources } = await harness.run<{ StackResources: StackResource[] }>(
      'DescribeStackResources',
      {
        StackName: 'back',
      },
    );
    expect(
      StackResources.map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    ).toEqual([
      ['A', 'http://sqs/a'],
      ['Old', 'http://sqs/old'],
    ]);
  });

  test('waits in UPDATE_FAILED with rollback disabled, and RollbackStack goes back from there', async () => {
    const harness = createHarness();
    await harness.deploy('paused', { Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }) } });
    harness.failures.set('CreateQueue bad', 'no');
    const template = {
      Resources: {
        A: queue({ QueueName: 'a', DelaySeconds: 2 }),
        Bad: queue({ QueueName: 'bad' }, { DependsOn: 'A' }),
      },
    };
    const paused = await harness.deploy('paused', template, { DisableRollback: true });
    expect(paused.StackStatus).toBe('UPDATE_FAILED');
    expect(harness.queues.get('http://sqs/a')).toEqual({ DelaySeconds: '2' });
    await harness.run('RollbackStack', { StackName: 'paused' });
    expect((await harness.settled('paused')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(harness.queues.get('http://sqs/a')).toEqual({ DelaySeconds: '1' });
  });

  test('deletes what a failed operation has made although it is retained, when RollbackStack asks for it', async () => {
    const harness = createHarness();
    harness.failures.set('CreateQueue bad', 'no');
    const paused = async (StackName: string) => {
      const kept = queue({ QueueName: StackName }, { DeletionPolicy: 'Retain' });
      const bad = queue({ QueueName: 'bad' }, { DependsOn: 'Kept' });
      const template = { Resources: { Kept: kept, Bad: bad } };
      return harness.deploy(StackName, template, { DisableRollback: true });
    };
    expect((await paused('stays')).StackStatus).toBe('CREATE_FAILED');
    expect((await paused('goes')).StackStatus).toBe('CREATE_FAILED');
    await harness.run('RollbackStack', { StackName: 'stays' });
    await harness.run('RollbackStack', { StackName: 'goes', RetainExceptOnCreate: true });
    expect((await harness.settled('stays')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await harness.settled('goes')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect([...harness.queues.keys()]).toEqual(['http://sqs/stays']);
  });

  test('is refused for a member of the request that would be dropped', async () => {
    const order = { StackName: 'a', TemplateBody: '{}', RetainExceptOnCreate: true };
    await expect(createHarness().run('UpdateStack', order)).rejects.toThrow(
      'not implemented by the local cloud: cloudformation UpdateStack with RetainExceptOnCreate',
    );
  });

  test('is refused when alarms would be watched for a time after it', async () => {
    const order = (MonitoringTimeInMinutes: number) => ({
      StackName: 'watched',
      TemplateBody: JSON.stringify({ Resources: { A: queue({ QueueName: 'a' }) } }),
      RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes },
    });
    const harness = createHarness();
    await expect(harness.run('CreateStack', order(5))).rejects.toThrow(
      'not implemented by the local cloud: CloudFormation option RollbackConfiguration.MonitoringTimeInMinutes',
    );
    await harness.run('CreateStack', order(0));
    expect((await harness.settled('watched')).StackStatus).toBe('CREATE_COMPLETE');
  });

  test('ends in UPDATE_ROLLBACK_FAILED when the way back fails, and can be continued', async () => {
    const harness = createHarness();
    await harness.deploy('stuck', { Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }) } });
    harness.failures.set('SetQueueAttributes', 'not now');
    const stack = await harness.deploy('stuck', {
      Resources: { A: queue({ QueueName: 'a', DelaySeconds: 2 }) },
    });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
    harness.failures.clear();
    await harness.run('ContinueUpdateRollback', { StackName: 'stuck' });
    expect((await harness.settled('stuck')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('says when there is nothing to do', async () => {
    const harness = createHarness();
    const template = { Resources: { A: queue() } };
    await harness.deploy('same', template);
    await expect(harness.deploy('same', template)).rejects.toThrow('No updates are to be performed.');
  });
});
