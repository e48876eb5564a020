import { describe, expect, test } from 'vitest';
import { customResourceResponse } from './custom-resource-response.ts';
import { createHarness, type Harness } from './testing/stack-harness.ts';

interface Request {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

const SERVICE_TOKEN = 'arn:aws:lambda:us-east-1:000000000000:function:provider';

/** Lets a pretended function answer each request; returns what it was asked. */
function withProvider(harness: Harness, answer: (request: Request) => object): Request[] {
  const requests: Request[] = [];
  harness.cloud.respond('lambda', 'Invoke', ({ Payload }: { Payload: Uint8Array }) => {
    const request = JSON.parse(Buffer.from(Payload).toString('utf8')) as Request;
    requests.push(request);
    setTimeout(() => customResourceResponse(request.ResponseURL, JSON.stringify(answer(request))), 1);
    return { StatusCode: 202 };
  });
  return requests;
}

async function reasons(harness: Harness, StackName: string): Promise<(string | undefined)[]> {
  const { StackEvents } = await harness.run<{ StackEvents: { ResourceStatusReason?: string }[] }>(
    'DescribeStackEvents',
    { StackName },
  );
  return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
}

const template = (properties: object, extra: object = {}) => ({
  Resources: {
    Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: SERVICE_TOKEN, ...properties } },
    ...extra,
  },
  Outputs: { Answer: { Value: { 'Fn::GetAtt': ['Thing', 'answer'] } } },
});

describe('a custom resource', () => {
  test('is created by its function; its data are attributes and its properties arrive as text', async () => {
    const harness = createHarness();
    const requests = withProvider(harness, () => ({
      Status: 'SUCCESS',
      PhysicalResourceId: 'thing-1',
      Data: { answer: '42' },
    }));
    const stack = await harness.deploy('custom', template({ Count: 3, On: true }));
    expect(stack.Outputs?.[0]?.OutputValue).toBe('42');
    expect(requests[0]).toMatchObject({
      RequestType: 'Create',
      ResourceProperties: { ServiceToken: SERVICE_TOKEN, Count: '3', On: 'true' },
    });
  });

  test('is replaced when an update answers another physical id: the old one is deleted at cleanup', async () => {
    const harness = createHarness();
    const requests = withProvider(harness, ({ RequestType, ResourceProperties, PhysicalResourceId }) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: RequestType === 'Delete' ? PhysicalResourceId : `thing-${ResourceProperties.Name}`,
      Data: { answer: 'x' },
    }));
    await harness.deploy('custom', template({ Name: 'a' }));
    const stack = await harness.deploy('custom', template({ Name: 'b' }));
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(requests.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([
      ['Create', undefined],
      ['Update', 'thing-a'],
      ['Delete', 'thing-a'],
    ]);
    expect(requests[1]?.OldResourceProperties).toMatchObject({ Name: 'a' });
  });

  test('that answers FAILED rolls the stack back with its reason, and is asked to delete', async () => {
    const harness = createHarness();
    const requests = withProvider(harness, ({ RequestType }) =>
      RequestType === 'Create'
        ? { Status: 'FAILED', Reason: 'no luck', PhysicalResourceId: 'half-made' }
        : { Status: 'SUCCESS' },
    );
    const stack = await harness.deploy('custom', template({}));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(requests.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([
      ['Create', undefined],
      ['Delete', 'half-made'],
    ]);
  });

  test('gets its old properties back when the update of another resource fails', async () => {
    const harness = createHarness();
    const requests = withProvider(harness, () => ({
      Status: 'SUCCESS',
      PhysicalResourceId: 'thing',
      Data: { answer: 'x' },
    }));
    await harness.deploy('back', template({ Name: 'old' }));
    harness.failures.set('CreateQueue', 'no');
    const queue = { Type: 'AWS::SQS::Queue', DependsOn: 'Thing' };
    const stack = await harness.deploy('back', template({ Name: 'new' }, { Queue: queue }));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(
      requests.map(({ RequestType, ResourceProperties, OldResourceProperties }) => [
        RequestType,
        ResourceProperties.Name,
        OldResourceProperties?.Name,
      ]),
    ).toEqual([
      ['Create', 'old', undefined],
      ['Update', 'new', 'old'],
      ['Update', 'old', 'new'],
    ]);
  });

  test('whose answer is longer than 4,096 bytes fails', async () => {
    const harness = createHarness();
    withProvider(harness, ({ RequestType }) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: 'thing',
      Data: RequestType === 'Create' ? { answer: 'x'.repeat(4096) } : {},
    }));
    const stack = await harness.deploy('long', template({}));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasons(harness, 'long')).toContain('Response object is too long.');
  });

  test('whose function never answers fails when its time is up', async () => {
    const harness = createHarness();
    harness.cloud.respond('lambda', 'Invoke', () => ({ StatusCode: 202 }));
    await harness.run('CreateStack', {
      StackName: 'custom',
      TemplateBody: JSON.stringify(template({ ServiceTimeout: 60 })),
      OnFailure: 'DO_NOTHING',
    });
    await harness.cloud.clock.advanceTo(harness.cloud.clock.now() + 61_000);
    const stack = await harness.settled('custom');
    expect(stack.StackStatus).toBe('CREATE_FAILED');
  });

  test('takes one answer per request', async () => {
    expect(customResourceResponse('unknown', '{}')).toBe(false);
  });
});
