import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningCloud, startCloud } from '../testing/start-cloud.ts';

let running: RunningCloud;
let ssm: SSMClient;
beforeEach(async () => {
  running = await startCloud({ services: ['ssm', 'kms'] });
  ssm = new SSMClient(running.clientConfig);
});
afterEach(() => running.stop());

const put = (Name: string, rest: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', ...rest }));

test('a parameter is not overwritten by accident', async () => {
  await put('/a');
  await expect(put('/a')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put('/a', { Overwrite: true, Type: undefined, Value: 'w' })).toMatchObject({ Version: 2 });
  const { Parameters } = await ssm.send(new GetParameterHistoryCommand({ Name: '/a' }));
  expect(Parameters!.map(({ Value, Version }) => [Value, Version])).toEqual([
    ['v', 1],
    ['w', 2],
  ]);
});

test('versions are selected by number, and an ARN names a parameter too', async () => {
  await put('/a/b');
  await put('/a/b', { Overwrite: true, Value: 'w' });
  const get = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter!;
  expect((await get('/a/b:1')).Value).toBe('v');
  expect((await get('/a/b')).Value).toBe('w');
  expect((await get((await get('/a/b')).ARN!)).Value).toBe('w');
  await expect(get('/a/b:7')).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  await expect(get('/a/c')).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('several parameters at once name those that do not exist', async () => {
  await put('/a');
  const output = await ssm.send(new GetParametersCommand({ Names: ['/a', '/b'] }));
  expect(output.Parameters!.map(({ Name }) => Name)).toEqual(['/a']);
  expect(output.InvalidParameters).toEqual(['/b']);
});

test('a path lists its own level or everything below, in pages', async () => {
  for (const name of ['/p/1', '/p/2', '/p/3', '/p/q/4', '/pq/5']) await put(name);
  const names = async (Recursive: boolean) => {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(
        new GetParametersByPathCommand({ Path: '/p', Recursive, MaxResults: 2, NextToken }),
      );
      found.push(...page.Parameters!.map(({ Name }) => Name!));
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  };
  expect(await names(false)).toEqual(['/p/1', '/p/2', '/p/3']);
  expect(await names(true)).toEqual(['/p/1', '/p/2', '/p/3', '/p/q/4']);
});

test('metadata is found by name and type', async () => {
  await put('/x/1', { Description: 'first' });
  await put('/x/2', { Type: 'StringList', Value: 'a,b' });
  const { Parameters } = await ssm.send(
    new DescribeParametersCommand({
      ParameterFilters: [
        { Key: 'Name', Option: 'BeginsWith', Values: ['/x'] },
        { Key: 'Type', Values: ['String'] },
      ],
    }),
  );
  expect(Parameters).toMatchObject([{ Name: '/x/1', Description: 'first', Tier: 'Standard' }]);
});

test('values have limits by tier and pattern', async () => {
  await expect(put('/big', { Value: 'x'.repeat(4097) })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(await put('/big', { Value: 'x'.repeat(4097), Tier: 'Advanced' })).toMatchObject({
    Tier: 'Advanced',
  });
  await expect(put('/digits', { AllowedPattern: '\\d+' })).rejects.toMatchObject({
    name: 'ParameterPatternMismatchException',
  });
  await expect(put('aws/x')).rejects.toMatchObject({ name: 'ValidationException' });
});

test('tags and deletion', async () => {
  await put('/a', { Tags: [{ Key: 'k', Value: '1' }] });
  const resource = { ResourceType: 'Parameter', ResourceId: '/a' } as const;
  await ssm.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: 'k', Value: '2' }] }));
  expect((await ssm.send(new ListTagsForResourceCommand(resource))).TagList).toEqual([
    { Key: 'k', Value: '2' },
  ]);
  expect(await ssm.send(new DeleteParametersCommand({ Names: ['/a', '/b'] }))).toMatchObject({
    DeletedParameters: ['/a'],
    InvalidParameters: ['/b'],
  });
  await expect(ssm.send(new DeleteParameterCommand({ Name: '/a' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});

test('parameters that others share are refused by name: there are no other accounts', async () => {
  await expect(ssm.send(new DescribeParametersCommand({ Shared: true }))).rejects.toMatchObject({
    name: 'NotImplementedByLocalCloud',
  });
  expect((await ssm.send(new DescribeParametersCommand({ Shared: false }))).Parameters).toEqual([]);
});
