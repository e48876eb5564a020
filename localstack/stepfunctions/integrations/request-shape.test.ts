import { describe, expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { shapeProblems, toRequest } from './request-shape.ts';
import { operationSchemas, SDK_SERVICES } from './sdk-services.ts';

async function inputOf(service: string, operation: string): Promise<unknown> {
  const client = await SDK_SERVICES[service]?.load();
  return operationSchemas(client ?? {}, operation)?.input;
}

describe('shapeProblems', () => {
  test.each<[string, Json, string[]]>([
    [
      'nothing wrong',
      { TableName: 't', Item: { pk: { S: 'a' }, n: { N: '5' }, l: { L: [{ BOOL: true }] } } },
      [],
    ],
    ['an expression anywhere', { TableName: '{% $t %}', Item: { pk: { S: '{% $k %}' } } }, []],
    ['a path in place of a value', { 'TableName.$': '$.t', Item: { pk: { 'S.$': '$.k' } } }, []],
    ['an unknown member of a union', { TableName: 't', Item: { pk: { X: 'a' } } }, ['/Item/pk']],
    ['a number for a string', { TableName: 't', Item: { pk: { N: 5 } } }, ['/Item/pk/N']],
    ['a missing member', { TableName: 't' }, ['']],
    ['a string for a list', { TableName: 't', Item: { pk: { SS: 'a' } } }, ['/Item/pk/SS']],
  ])('%s', async (_what, args, paths) => {
    const problems = shapeProblems(await inputOf('dynamodb', 'PutItem'), args, {});
    expect(problems.map(({ path }) => path)).toEqual(paths);
  });

  test('knows only the fields that the integration takes', async () => {
    const schema = await inputOf('lambda', 'Invoke');
    const args = { FunctionName: 'f', LogType: 'Tail' };
    expect(shapeProblems(schema, args, { fields: ['FunctionName'] })).toEqual([
      { message: 'The field "LogType" is not supported by Step Functions', path: '' },
    ]);
  });
});

describe('toRequest', () => {
  test('gives members their own names, times and bytes', async () => {
    const request = toRequest(
      await inputOf('cloudwatch', 'PutMetricData'),
      { Namespace: 'n', MetricData: [{ MetricName: 'm', Timestamp: '2024-01-02T03:04:05Z', Value: 1 }] },
      {},
    );
    expect(request).toEqual({
      Namespace: 'n',
      MetricData: [{ MetricName: 'm', Timestamp: new Date('2024-01-02T03:04:05Z'), Value: 1 }],
    });
    const put = toRequest(await inputOf('kms', 'Encrypt'), { KeyId: 'k', Plaintext: 'abc' }, {});
    expect(put).toEqual({ KeyId: 'k', Plaintext: Buffer.from('abc') });
    const start = toRequest(
      await inputOf('sfn', 'StartExecution'),
      { StateMachineArn: 'a', Input: { b: 1 } },
      {
        jsonText: new Set(['input']),
      },
    );
    expect(start).toEqual({ stateMachineArn: 'a', input: '{"b":1}' });
  });
});
