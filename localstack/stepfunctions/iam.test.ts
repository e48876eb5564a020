import { describe, expect, test } from 'vitest';
import { createBench, ROLE_ARN } from './testing.ts';

describe('permissions', () => {
  const bench = createBench();
  const authorize = (operation: string, input: object) =>
    bench.service.authorize(operation, input as never, bench.cloud.callAs());

  test('creating asks for the machine and for passing the role', () => {
    expect(authorize('CreateStateMachine', { name: 'm', roleArn: ROLE_ARN })).toEqual([
      {
        action: 'states:CreateStateMachine',
        resource: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
      },
      {
        action: 'iam:PassRole',
        resource: ROLE_ARN,
        context: { 'iam:PassedToService': 'states.amazonaws.com' },
      },
    ]);
  });

  test('executions have their own ARN, and tokens are asked on the machine that issued them', async () => {
    expect(authorize('DescribeExecution', { executionArn: 'arn:e' })).toEqual([
      { action: 'states:DescribeExecution', resource: 'arn:e' },
    ]);
    const taskToken = Buffer.from('local-cloud-task arn:aws:states:r:1:execution:m:e id').toString('base64');
    expect(authorize('SendTaskSuccess', { taskToken, output: '1' })).toEqual([
      { action: 'states:SendTaskSuccess', resource: 'arn:aws:states:r:1:stateMachine:m' },
    ]);
  });
});
