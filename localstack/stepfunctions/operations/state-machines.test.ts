import { describe, expect, test } from 'vitest';
import { type Bench, createBench, only, ROLE_ARN } from '../testing.ts';

const WAIT = only({ Type: 'Wait', Seconds: 100 });
const PASS = only({ Type: 'Pass' });

async function settle({ cloud }: Bench, seconds = 0): Promise<void> {
  await cloud.clock.advanceTo(cloud.clock.now() + seconds * 1_000);
}

describe('state machines', () => {
  test('are created once, described, tagged, updated and deleted', async () => {
    const bench = createBench();
    const arn = await bench.create(WAIT, { name: 'm', tags: [{ key: 'a', value: '1' }] });
    expect(arn).toBe('arn:aws:states:us-east-1:000000000000:stateMachine:m');
    expect(await bench.create(WAIT, { name: 'm' })).toBe(arn);
    await expect(bench.create(PASS, { name: 'm' })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    });
    const running = await bench.start(arn);
    const before = await bench.call<{ revisionId: string }>('DescribeStateMachine', { stateMachineArn: arn });
    expect(before).toMatchObject({ name: 'm', type: 'STANDARD', status: 'ACTIVE', roleArn: ROLE_ARN });
    await bench.call('UpdateStateMachine', { stateMachineArn: arn, definition: JSON.stringify(PASS) });
    const after = await bench.call<{ revisionId: string }>('DescribeStateMachine', { stateMachineArn: arn });
    expect(after.revisionId).not.toBe(before.revisionId);
    const used = await bench.call<{ definition: string }>('DescribeStateMachineForExecution', {
      executionArn: running,
    });
    expect(used.definition).toContain('Wait');
    await bench.call('TagResource', { resourceArn: arn, tags: [{ key: 'b', value: '2' }] });
    await bench.call('UntagResource', { resourceArn: arn, tagKeys: ['a'] });
    expect(await bench.call('ListTagsForResource', { resourceArn: arn })).toEqual({
      tags: [{ key: 'b', value: '2' }],
    });
    await bench.call('DeleteStateMachine', { stateMachineArn: arn });
    await expect(bench.describe(running)).rejects.toMatchObject({ code: 'ExecutionDoesNotExist' });
    expect(await bench.call('ListStateMachines', {})).toEqual({ stateMachines: [] });
  });

  test('are not described without their data, nor given the description of a version that they do not publish', async () => {
    const bench = createBench();
    const arn = await bench.create(PASS);
    const executionArn = await bench.start(arn);
    for (const [operation, input] of [
      ['DescribeStateMachine', { stateMachineArn: arn }],
      ['DescribeStateMachineForExecution', { executionArn }],
      ['DescribeExecution', { executionArn }],
    ] as const) {
      const refused = bench.call(operation, { ...input, includedData: 'METADATA_ONLY' });
      await expect(refused).rejects.toMatchObject({ code: 'NotImplementedByLocalCloud' });
      expect(await bench.call(operation, { ...input, includedData: 'ALL_DATA' })).toBeTruthy();
    }
    // https://github.com/getmoto/moto/blob/5.2.1/tests/test_stepfunctions/test_stepfunctions_versions.py (verified on AWS)
    await expect(bench.create(PASS, { versionDescription: 'first' })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Version description can only be set when publish is true',
    });
  });

  test('a bad definition is refused with all that is wrong, and reported by validation', async () => {
    const bench = createBench();
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } };
    await expect(bench.create(definition)).rejects.toMatchObject({
      code: 'InvalidDefinition',
      message:
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'",
    });
    const report = await bench.call('ValidateStateMachineDefinition', {
      definition: JSON.stringify(definition),
    });
    expect(report).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'MISSING_TRANSITION_TARGET', location: '/States/A/Next' }, {}],
    });
  });

  test('validation warns of members that look like paths, when it is asked to', async () => {
    // code, severity and the form of the location are AWS's, which promises nothing of the wording:
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
    const definition = JSON.stringify({
      StartAt: 'A',
      States: { A: { Type: 'Pass', Parameters: { value: '$.x', 'right.$': '$.x' }, End: true } },
    });
    const validate = (more: object) =>
      createBench().call('ValidateStateMachineDefinition', { definition, ...more });
    expect(await validate({})).toMatchObject({ result: 'OK', diagnostics: [] });
    expect(await validate({ severity: 'WARNING' })).toEqual({
      result: 'OK',
      diagnostics: [
        {
          severity: 'WARNING',
          code: 'NO_DOLLAR',
          message:
            "The value of 'value' looks like a JSONPath. Instead of 'value', use 'value.$' to evaluate it as a JSONPath at runtime.",
          location: '/States/A/Parameters',
        },
      ],
      truncated: false,
    });
  });

  test.each([[{ type: 'EXPRESS' as const }], [{ publish: true }]])('%j is refused by name', async (more) => {
    await expect(createBench().create(PASS, more)).rejects.toMatchObject({
      code: 'NotImplementedByLocalCloud',
    });
  });

  test('logs the history to the group when the level asks for it', async () => {
    const messages: string[] = [];
    const bench = createBench({
      'logs.CreateLogStream': () => ({}),
      'logs.PutLogEvents': ({ logEvents }: { logEvents: { message: string }[] }) => {
        messages.push(...logEvents.map(({ message }) => message));
        return {};
      },
    });
    const loggingConfiguration = {
      level: 'ALL' as const,
      includeExecutionData: false,
      destinations: [
        { cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:g:*' } },
      ],
    };
    const arn = await bench.start(await bench.create(PASS, { loggingConfiguration }), { secret: 1 });
    await settle(bench);
    expect(messages.map((message) => JSON.parse(message))).toMatchObject([
      {
        id: '1',
        type: 'ExecutionStarted',
        previous_event_id: '0',
        execution_arn: arn,
        details: { roleArn: ROLE_ARN },
      },
      { id: '2', type: 'PassStateEntered', details: { name: 'Only' } },
      { id: '3', type: 'PassStateExited' },
      { id: '4', type: 'ExecutionSucceeded' },
    ]);
    expect(messages.join()).not.toContain('secret');
    const actions = bench.cloud.authorized.flatMap(({ requests }) => requests.map(({ action }) => action));
    expect(actions).toContain('logs:CreateLogDelivery');
  });
});
