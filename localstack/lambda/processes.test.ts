/** Warm processes, their logs and metrics, and their end. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AwsError } from '../core/errors.ts';
import { type LambdaHarness, lambdaHarness, ROLE } from './testing.ts';

let lambda: LambdaHarness;
beforeAll(async () => {
  lambda = await lambdaHarness();
});
afterAll(() => lambda.stop());

describe('processes', () => {
  const SLEEP =
    'exports.handler = async (ms) => { await new Promise((r) => setTimeout(r, ms)); return process.pid }';

  it('reuses a warm process and starts one for each invocation at a time', async () => {
    await lambda.create('pid', SLEEP);
    const first = (await lambda.invoke('pid', 0)).payload as number;
    expect((await lambda.invoke('pid', 0)).payload).toBe(first);
    const both = await Promise.all([lambda.invoke('pid', 200), lambda.invoke('pid', 200)]);
    expect(new Set(both.map(({ payload }) => payload)).size).toBe(2);
  });

  it('takes new code and configuration with the next invocation', async () => {
    await lambda.create('changing', 'exports.handler = async () => [1, process.env.V]');
    expect((await lambda.invoke('changing')).payload).toEqual([1, null]);
    const { createZip } = await import('./zip.ts');
    await lambda.run('UpdateFunctionCode', {
      FunctionName: 'changing',
      ZipFile: createZip({ 'index.js': 'exports.handler = async () => [2, process.env.V]' }),
    });
    await lambda.run('UpdateFunctionConfiguration', {
      FunctionName: 'changing',
      Environment: { Variables: { V: 'v' } },
    });
    expect((await lambda.invoke('changing')).payload).toEqual([2, 'v']);
  });

  it('refuses more than the reserved concurrency', async () => {
    await lambda.create('reserved', SLEEP);
    await lambda.run('PutFunctionConcurrency', { FunctionName: 'reserved', ReservedConcurrentExecutions: 1 });
    const first = lambda.invoke('reserved', 300);
    await expect(lambda.invoke('reserved', 0)).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    await first;
    await lambda.run('DeleteFunctionConcurrency', { FunctionName: 'reserved' });
    await Promise.all([lambda.invoke('reserved', 50), lambda.invoke('reserved', 50)]);
  });

  it('answers a warm invocation within a few milliseconds', async () => {
    await lambda.create('quick', 'exports.handler = async () => { console.log("x"); return 1 }');
    await lambda.invoke('quick');
    const times: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      const before = performance.now();
      await lambda.invoke('quick');
      times.push(performance.now() - before);
    }
    const median = times.sort((a, b) => a - b)[25]!;
    console.log(`warm invocation, median: ${median.toFixed(2)} ms`);
    expect(median).toBeLessThan(25); // 1 to 3 ms on a quiet machine
  });
});

it('refuses what is too large, in both directions', async () => {
  await lambda.create('large', 'exports.handler = async (n) => "x".repeat(n)', {
    Timeout: 10,
    MemorySize: 512,
  });
  expect((await lambda.invoke('large', 6_000_000)).error).toBeUndefined();
  expect((await lambda.invoke('large', 6_300_000)).payload).toMatchObject({
    errorType: 'Function.ResponseSizeTooLarge',
  });
  await expect(lambda.invoke('large', 'x'.repeat(6_291_460))).rejects.toMatchObject({
    code: 'RequestEntityTooLargeException',
    message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    status: 413,
  });
  await expect(
    lambda.invoke('large', 'x'.repeat(1_048_576), { InvocationType: 'Event' }),
  ).rejects.toMatchObject({
    code: 'RequestEntityTooLargeException',
    message: '1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
  });
  await expect(
    lambda.run('Invoke', { FunctionName: 'large', Payload: Buffer.from('{') }),
  ).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
});

describe('logs and metrics', () => {
  it('writes START, lines, END and REPORT under the role of the function', async () => {
    await lambda.create(
      'logging',
      'exports.handler = async () => { console.log("a %d", 1); console.error("b\\nc"); process.stdout.write("raw\\nlines\\n"); require("fs").writeSync(1, ""); }',
    );
    const { log } = await lambda.invoke('logging');
    await lambda.cloud.clock.advanceTo(0);
    const lines = lambda.logLines('/aws/lambda/logging');
    expect(lines[0]).toMatch(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/);
    expect(lines[1]).toMatch(/^\d{4}-\S+Z\t[0-9a-f-]{36}\tINFO\ta 1$/);
    expect(lines[2]).toMatch(/\tERROR\tb\nc$/);
    expect(lines.slice(3, 5)).toEqual(['raw', 'lines']);
    expect(lines[5]).toMatch(/^END RequestId: /);
    expect(lines[6]).toMatch(
      /^REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t$/,
    );
    expect(log).toContain('raw\nlines\n');
    const calls = lambda.cloud.calls.filter(({ service }) => service === 'logs');
    expect(calls.every(({ principal }) => principal.kind === 'role' && principal.roleArn === ROLE)).toBe(
      true,
    );
  });

  it('writes JSON lines to the configured group, filtered by level', async () => {
    await lambda.create(
      'json-logging',
      'exports.handler = async () => { console.debug("no"); console.warn("yes", 1); console.info({ key: "v" }) }',
      {
        LoggingConfig: { LogFormat: 'JSON', LogGroup: 'shared', ApplicationLogLevel: 'INFO' },
      },
    );
    await lambda.invoke('json-logging');
    await lambda.cloud.clock.advanceTo(0);
    const lines = lambda.logLines('shared').map((line) => JSON.parse(line));
    expect(lines.map(({ type, level }) => type ?? level)).toEqual([
      'platform.start',
      'WARN',
      'INFO',
      'platform.runtimeDone',
      'platform.report',
    ]);
    expect(lines[1]).toMatchObject({ message: 'yes 1', requestId: expect.any(String) });
    expect(lines[2]).toMatchObject({ message: { key: 'v' } });
  });

  it('sends the metrics of the function as the service', async () => {
    await lambda.create('measured', 'exports.handler = async () => { throw new Error("x") }');
    await lambda.invoke('measured');
    await lambda.cloud.clock.advanceTo(0);
    const data = lambda.cloud.calls
      .filter(({ operation }) => operation === 'PutMetricData')
      .flatMap(
        ({ input }) =>
          (input as { MetricData: { MetricName: string; Value: number; Dimensions: { Value: string }[] }[] })
            .MetricData,
      )
      .filter(({ Dimensions }) => Dimensions[0]!.Value === 'measured');
    expect(Object.fromEntries(data.map(({ MetricName, Value }) => [MetricName, Value]))).toMatchObject({
      Invocations: 1,
      Errors: 1,
      ConcurrentExecutions: 1,
    });
  });
});

describe('the log group', () => {
  it('is made when absent, if the role may', async () => {
    let exists = false;
    lambda.cloud.respond('logs', 'CreateLogStream', () => {
      if (!exists) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
      return {};
    });
    lambda.cloud.respond('logs', 'CreateLogGroup', () => {
      exists = true;
      return {};
    });
    await lambda.create('new-group', 'exports.handler = async () => 1');
    await lambda.invoke('new-group');
    await lambda.cloud.clock.advanceTo(0);
    expect(lambda.logLines('/aws/lambda/new-group')).toHaveLength(3);
  });

  it('loses the lines of a role without permission, loudly, and the function still answers', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    lambda.cloud.respond('logs', 'CreateLogStream', () => {
      throw new AwsError('AccessDeniedException', 'not authorized to perform: logs:CreateLogStream');
    });
    await lambda.create('mute', 'exports.handler = async () => 1');
    expect((await lambda.invoke('mute')).payload).toBe(1);
    await lambda.cloud.clock.advanceTo(0);
    expect(complaint.mock.calls[0]![0]).toMatch(
      /logs of \/aws\/lambda\/mute are lost: .*logs:CreateLogStream/,
    );
    complaint.mockRestore();
  });
});

describe('stopping', () => {
  it('ends every process and removes their temporary directories', async () => {
    const own = await lambdaHarness();
    await own.create(
      'stays',
      'exports.handler = async () => ({ pid: process.pid, tmp: process.env.TMPDIR })',
    );
    const { pid, tmp } = (await own.invoke('stays')).payload as { pid: number; tmp: string };
    await own.stop();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    expect(existsSync(tmp)).toBe(false);
  });
});
