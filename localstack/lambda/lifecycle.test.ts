/** Execution environments: loading, its repetition, limits, isolation, and what runtimes differ in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LambdaHarness, lambdaHarness } from './testing.ts';

const INIT_LIMIT_MS = 700;

let lambda: LambdaHarness;
beforeAll(async () => {
  lambda = await lambdaHarness({ initLimitMs: INIT_LIMIT_MS });
});
afterAll(() => lambda.stop());

/** A file in the environment's own `/tmp` tells whether the code was loaded before. */
const FIRST = `const fs = require('fs'), os = require('os'), path = require('path');
  const flag = path.join(os.tmpdir(), 'loaded'); const isFirst = !fs.existsSync(flag); fs.writeFileSync(flag, '');`;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
describe('loading the code', () => {
  it("has a limit of its own; after it, is done again within the function's time-out", async () => {
    await lambda.create(
      'slow-once',
      `${FIRST} if (isFirst) for (;;) {} ; exports.handler = async () => 'loaded again'`,
    );
    const { payload, log } = await lambda.invoke('slow-once');
    expect(payload).toBe('loaded again');
    const lines = log.split('\n');
    const [, duration] =
      /^INIT_REPORT Init Duration: (\d+\.\d\d) ms\tPhase: init\tStatus: timeout$/.exec(lines[0]!) ?? [];
    // timers may be early by a little, and late by much on a busy machine
    expect(Number(duration)).toBeGreaterThan(0.9 * INIT_LIMIT_MS);
    expect(lines[1]).toMatch(/^START /);
    expect(log).not.toMatch(/REPORT .*Init Duration: .*REPORT/);
  });

  it("counts against the function's time-out when it is done again", async () => {
    await lambda.create('slow', 'for (;;) {}', { Timeout: 1 });
    const { payload, log } = await lambda.invoke('slow');
    expect(payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1.00 seconds$/),
    });
    expect(log).toMatch(/INIT_REPORT Init Duration: \d{3,}\.\d\d ms\tPhase: invoke\tStatus: timeout\n/);
    expect(log).toMatch(/REPORT RequestId: .*\tStatus: timeout\t\n$/);
  });

  it('is done again after an error too', async () => {
    await lambda.create(
      'fails-once',
      `${FIRST} if (isFirst) throw new TypeError('cold'); exports.handler = async () => 1`,
    );
    const { payload, log } = await lambda.invoke('fails-once');
    expect(payload).toBe(1);
    expect(log).toMatch(/Uncaught Exception \t\{"errorType":"TypeError","errorMessage":"cold"/);
    expect(log).toMatch(/Phase: init\tStatus: error\tError Type: TypeError\n/);
  });

  it('logs before the invocation begins', async () => {
    await lambda.create('talks', 'console.log("loading"); exports.handler = async () => 1');
    const lines = (await lambda.invoke('talks')).log.split('\n');
    expect(lines[0]).toMatch(/\tundefined\tINFO\tloading$/);
    expect(lines[1]).toMatch(/^START /);
  });
});

it('fails an invocation that fills /tmp beyond the ephemeral storage', async () => {
  await lambda.create(
    'spills',
    `const fs = require('fs'), os = require('os'), path = require('path');
     exports.handler = async (megabytes) => { fs.truncateSync(fs.openSync(path.join(os.tmpdir(), 'x'), 'w+'), megabytes * 2 ** 20); return megabytes }`.replace(
      'truncateSync(fs',
      'ftruncateSync(fs',
    ),
    { EphemeralStorage: { Size: 600 } },
  );
  expect((await lambda.invoke('spills', 590)).payload).toBe(590);
  expect(await lambda.invoke('spills', 610)).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Error', errorMessage: 'ENOSPC: no space left on device, write' },
  });
  // the next environment has an empty one
  expect((await lambda.invoke('spills', 1)).payload).toBe(1);
});

it('a process that crashes takes no other with it', async () => {
  await lambda.create(
    'survivor',
    'exports.handler = async () => { await new Promise((r) => setTimeout(r, 300)); return process.pid }',
  );
  await lambda.create('crasher', 'exports.handler = async () => { process.kill(process.pid, "SIGSEGV") }');
  const [survived, again, crashed] = await Promise.all([
    lambda.invoke('survivor'),
    lambda.invoke('survivor'),
    lambda.invoke('crasher'),
  ]);
  expect(crashed.payload).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited with error: signal: segmentation fault$/),
  });
  expect(crashed.log).toMatch(/\tStatus: error\tError Type: Runtime.ExitError\t\n$/);
  expect(survived.error).toBeUndefined();
  expect(again.error).toBeUndefined();
  expect([survived.payload, again.payload]).toContain((await lambda.invoke('survivor')).payload);
});

it("lives on the cloud's clock", async () => {
  await lambda.create('clock', 'exports.handler = async () => [Date.now(), new Date().getTime()]');
  await lambda.invoke('clock');
  const { clock } = lambda.cloud;
  await clock.advanceTo(clock.now() + 86_400_000);
  const [now, made] = (await lambda.invoke('clock')).payload as [number, number];
  expect(Math.abs(now - clock.now())).toBeLessThan(2000);
  expect(Math.abs(made - now)).toBeLessThan(50);
});

it("goes as fast as the cloud's clock", async () => {
  await lambda.create(
    'fast-clock',
    'exports.handler = async () => { const from = Date.now(); await new Promise((r) => setTimeout(r, 100)); return Date.now() - from }',
  );
  lambda.cloud.clock.setMode({ kind: 'scaled', rate: 60 });
  const passed = (await lambda.invoke('fast-clock')).payload as number;
  lambda.cloud.clock.setMode({ kind: 'real' });
  expect(passed).toBeGreaterThanOrEqual(5900);
});

it("gives the caller's client context to the handler", async () => {
  await lambda.create('client', 'exports.handler = async (e, c) => c.clientContext');
  const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString('base64');
  expect((await lambda.invoke('client', {}, { ClientContext })).payload).toEqual({ custom: { a: 'b' } });
});

it('refuses response streaming by name', async () => {
  await lambda.create('streams', 'exports.handler = awslambda.streamifyResponse(async () => {})');
  expect((await lambda.invoke('streams')).payload).toMatchObject({
    errorMessage: expect.stringContaining('not implemented by the local cloud: lambda response streaming'),
  });
});

/** @see https://aws.amazon.com/blogs/compute/node-js-24-runtime-now-available-in-aws-lambda/ */
describe('runtime nodejs24.x', () => {
  const options = { Runtime: 'nodejs24.x' as const };

  it('refuses handlers with a callback', async () => {
    await lambda.create('callback-24', 'exports.handler = (e, c, callback) => callback(null, 1)', options);
    const { payload, log } = await lambda.invoke('callback-24');
    // quoted from https://github.com/open-telemetry/opentelemetry-js-contrib/issues/3251
    const errorMessage =
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';
    expect(payload).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage });
    expect(log).toContain('\tERROR\tInit Error \t');
  });

  it('has a context without the ways to answer by callback', async () => {
    await lambda.create('context-24', 'exports.handler = async (e, c) => Object.keys(c).sort()', options);
    expect((await lambda.invoke('context-24')).payload).toEqual([
      'awsRequestId',
      'clientContext',
      'functionName',
      'functionVersion',
      'getRemainingTimeInMillis',
      'identity',
      'invokedFunctionArn',
      'logGroupName',
      'logStreamName',
      'memoryLimitInMB',
    ]);
  });
});
