import type { StackEvent, StackResource } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { createHarness } from './testing/stack-harness.ts';

const queue = (properties: object = {}, extra: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...extra,
});

describe('creating a stack', () => {
  test('makes resources in the order of their references and answers with outputs', async () => {
    const harness = createHarness();
    const stack = await harness.deploy('first', {
      Resources: {
        Work: queue({
          QueueName: 'work',
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        }),
        Dead: queue({ QueueName: 'dead' }),
      },
      Outputs: { Url: { Value: { Ref: 'Work' }, Export: { Name: 'work-url' } } },
    });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(stack.Outputs).toEqual([
      { OutputKey: 'Url', OutputValue: 'http://sqs/work', Description: undefined, ExportName: 'work-url' },
    ]);
    expect(harness.queues.get('http://sqs/work')).toEqual({
      RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":3}',
    });
    expect(await harness.events('first')).toEqual([
      'first CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_COMPLETE',
      'Work CREATE_IN_PROGRESS',
      'Work CREATE_IN_PROGRESS',
      'Work CREATE_COMPLETE',
      'first CREATE_COMPLETE',
    ]);
  });

  test('gives event times that increase strictly', async () => {
    const harness = createHarness();
    await harness.deploy('times', { Resources: { A: queue(), B: queue(), C: queue() } });
    const { StackEvents } = await harness.run<{ StackEvents: StackEvent[] }>('DescribeStackEvents', {
      StackName: 'times',
    });
    const times = StackEvents.map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
    expect(times).toEqual([...new Set(times)].sort((a, b) => b - a));
  });

  test('names a resource <stack>-<logical id>-<random> when the template does not', async () => {
    const harness = createHarness();
    await harness.deploy('naming', { Resources: { Work: queue() } });
    expect([...harness.queues.keys()][0]).toMatch(/^http:\/\/sqs\/naming-Work-[A-Za-z0-9]{12}$/);
  });

  test('rolls back what it has made when a resource fails, and keeps what is retained', async () => {
    const harness = createHarness();
    harness.failures.set('CreateQueue bad', 'no such thing');
    const stack = await harness.deploy('failing', {
      Resources: {
        Good: queue({ QueueName: 'good' }),
        Kept: queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
        Fresh: queue({ QueueName: 'fresh' }, { DeletionPolicy: 'RetainExceptOnCreate' }),
        Bad: queue({ QueueName: 'bad' }, { DependsOn: ['Good', 'Kept', 'Fresh'] }),
      },
    });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect([...harness.queues.keys()]).toEqual(['http://sqs/kept']);
    const events = await harness.events('failing');
    expect(events).toContain('Bad CREATE_FAILED');
    expect(events).toContain('Kept DELETE_SKIPPED');
    expect(events.slice(-1)).toEqual(['failing ROLLBACK_COMPLETE']);
  });

  test('deletes what is retained except on creation, when the creation is rolled back', async () => {
    const harness = createHarness();
    harness.failures.set('CreateQueue bad', 'no');
    const queue = (QueueName: string, extra: object = {}) => ({
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName },
      ...extra,
    });
    const stack = await harness.deploy('kept', {
      Resources: {
        Kept: queue('kept', { DeletionPolicy: 'Retain' }),
        Gone: queue('gone', { DeletionPolicy: 'RetainExceptOnCreate' }),
        Bad: queue('bad', { DependsOn: ['Kept', 'Gone'] }),
      },
    });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect([...harness.queues.keys()]).toEqual(['http://sqs/kept']);
  });

  test('refuses secure strings where AWS does, and secrets of Secrets Manager as a whole', async () => {
    const create = (QueueName: string) =>
      createHarness().deploy('secret', {
        Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName } } },
      });
    await expect(create('{{resolve:ssm-secure:/p:1}}')).rejects.toMatchObject({
      code: 'ValidationError',
      message: 'SSM Secure reference is not supported in: [AWS::SQS::Queue/Properties/QueueName]',
    });
    expect((await create('{{resolve:secretsmanager:s}}')).StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  test('fails for a name that exists instead of taking the resource over', async () => {
    const harness = createHarness();
    await harness.deploy('owner', { Resources: { Q: queue({ QueueName: 'mine' }) } });
    const stack = await harness.deploy('thief', { Resources: { Q: queue({ QueueName: 'mine' }) } });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(harness.queues.has('http://sqs/mine')).toBe(true);
    const { StackEvents } = await harness.run<{ StackEvents: StackEvent[] }>('DescribeStackEvents', {
      StackName: 'thief',
    });
    expect(
      StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason,
    ).toContain('already exists');
  });

  test.each([
    [
      'an unknown type',
      { Resources: { X: { Type: 'AWS::EC2::Instance' } } },
      'resource type AWS::EC2::Instance (X)',
    ],
    [
      'an unknown property',
      { Resources: { Q: queue({ Colour: 'red' }) } },
      'property Colour of AWS::SQS::Queue (Q)',
    ],
    [
      'an unknown nested property',
      {
        Resources: {
          R: {
            Type: 'AWS::Events::Rule',
            Properties: { Targets: [{ Id: 'a', Arn: 'b', EcsParameters: {} }] },
          },
        },
      },
      'property Targets.EcsParameters of AWS::Events::Rule (R)',
    ],
    [
      'an unknown attribute',
      { Resources: { Q: queue() }, Outputs: { O: { Value: { 'Fn::GetAtt': ['Q', 'Nope'] } } } },
      'does not support attribute type Nope',
    ],
    [
      'a circle',
      { Resources: { A: queue({}, { DependsOn: 'B' }), B: queue({}, { DependsOn: 'A' }) } },
      'Circular dependency between resources: [A, B]',
    ],
    [
      'a reference to nothing',
      { Resources: { A: queue({ QueueName: { Ref: 'Z' } }) } },
      'Unresolved resource dependencies [Z] in the Resources block',
    ],
    [
      'a macro',
      { Transform: 'AWS::Serverless-2016-10-31', Resources: { A: queue() } },
      'transform AWS::Serverless-2016-10-31',
    ],
  ])('refuses %s before anything is made', async (_name, template, message) => {
    const harness = createHarness();
    await expect(harness.deploy('refused', template)).rejects.toThrow(message);
    expect(harness.queues.size).toBe(0);
    await expect(harness.run('DescribeStacks', { StackName: 'refused' })).rejects.toThrow(
      'Stack with id refused does not exist',
    );
  });
});

describe('deleting a stack', () => {
  test('deletes in the reverse order, by ARN, and keeps the retained', async () => {
    const harness = createHarness();
    const { StackId } = await harness.deploy('gone', {
      Resources: {
        A: queue({ QueueName: 'a' }),
        B: queue({ QueueName: 'b' }, { DependsOn: 'A' }),
        Kept: queue({ QueueName: 'kept' }, { DeletionPolicy: 'Retain' }),
      },
    });
    await harness.run('DeleteStack', { StackName: StackId });
    expect((await harness.settled(StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE');
    expect([...harness.queues.keys()]).toEqual(['http://sqs/kept']);
    const deletions = (await harness.events(StackId ?? '')).filter((event) =>
      event.endsWith('DELETE_COMPLETE'),
    );
    expect(deletions).toEqual(['B DELETE_COMPLETE', 'A DELETE_COMPLETE', 'gone DELETE_COMPLETE']);
  });

  test('is refused under termination protection and fails while an export is in use', async () => {
    const harness = createHarness();
    await harness.deploy('exporter', {
      Resources: { Q: queue({ QueueName: 'q' }) },
      Outputs: { O: { Value: { Ref: 'Q' }, Export: { Name: 'the-queue' } } },
    });
    await harness.deploy('importer', {
      Resources: { R: queue({ QueueName: 'r' }) },
      Outputs: { O: { Value: { 'Fn::ImportValue': 'the-queue' } } },
    });
    await harness.run('UpdateTerminationProtection', {
      StackName: 'exporter',
      EnableTerminationProtection: true,
    });
    await expect(harness.run('DeleteStack', { StackName: 'exporter' })).rejects.toThrow(
      'TerminationProtection',
    );
    await harness.run('UpdateTerminationProtection', {
      StackName: 'exporter',
      EnableTerminationProtection: false,
    });
    await harness.run('DeleteStack', { StackName: 'exporter' });
    const stack = await harness.settled('exporter');
    expect(stack.StackStatus).toBe('DELETE_FAILED');
    expect(stack.StackStatusReason).toContain('in use by importer');
  });
});

describe('a restart', () => {
  test('keeps stacks, resources and events, and fails what was interrupted', async () => {
    const harness = createHarness();
    await harness.deploy('kept', { Resources: { Q: queue({ QueueName: 'q' }) } });
    harness.cloud.respond('sqs', 'CreateQueue', () => new Promise(() => {}));
    const TemplateBody = JSON.stringify({ Resources: { Slow: queue({ QueueName: 'slow' }) } });
    await harness.run('CreateStack', { StackName: 'cut', TemplateBody });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await harness.restart();
    expect((await harness.settled('kept')).StackStatus).toBe('CREATE_COMPLETE');
    expect(await harness.events('kept')).toHaveLength(5);
    const cut = await harness.settled('cut');
    expect([cut.StackStatus, cut.StackStatusReason]).toEqual([
      'CREATE_FAILED',
      'the local cloud stopped during the operation',
    ]);
  });
});

describe('a value that cannot be evaluated', () => {
  test('fails its resource and is rolled back with the rest', async () => {
    const harness = createHarness();
    await harness.deploy('eval', { Resources: { A: queue({ QueueName: 'a', DelaySeconds: 1 }) } });
    const stack = await harness
      .deploy('eval', {
        Resources: {
          A: queue({ QueueName: 'a', DelaySeconds: 2 }),
          B: queue(
            {
              QueueName: { 'Fn::Select': [1, { 'Fn::Split': ['-', { 'Fn::GetAtt': ['A', 'QueueName'] }] }] },
            },
            { DependsOn: 'A' },
          ),
        },
      })
      .catch((error: Error) => error);
    // a value that is known while planning is refused at once; nothing is touched
    expect(stack).toMatchObject({ message: expect.stringContaining('nonexistent value at index 1') });
    expect(harness.queues.get('http://sqs/a')).toEqual({ DelaySeconds: '1' });
  });

  test('only at execution leaves no trace after the rollback', async () => {
    const harness = createHarness();
    await harness.deploy('late', { Resources: { A: queue({ QueueName: 'a' }) } });
    const stack = await harness.deploy('late', {
      Resources: {
        A: queue({ QueueName: 'a' }),
        N: queue({ QueueName: 'n' }),
        B: queue({
          QueueName: { 'Fn::Select': [1, { 'Fn::Split': ['-', { 'Fn::GetAtt': ['N', 'QueueName'] }] }] },
        }),
      },
    });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { StackResources } = await harness.run<{ StackResources: StackResource[] }>(
      'DescribeStackResources',
      {
        StackName: 'late',
      },
    );
    expect(
      StackResources.map(({ LogicalResourceId, ResourceStatus }) => [LogicalResourceId, ResourceStatus]),
    ).toEqual([['A', 'CREATE_COMPLETE']]);
    expect([...harness.queues.keys()]).toEqual(['http://sqs/a']);
  });
});
