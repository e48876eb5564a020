import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LambdaHarness, lambdaHarness } from './testing.ts';

let lambda: LambdaHarness;
beforeAll(async () => {
  lambda = await lambdaHarness({ initLimitMs: 1500 });
});
afterAll(() => lambda.stop());

describe('what a handler gets and gives', () => {
  it('answers with the result of an async handler, for any JSON event', async () => {
    await lambda.create('echo', 'exports.handler = async (event) => event');
    for (const event of [{ a: 1 }, [1, 2], 'text', 7, null, true]) {
      const { payload, error, status } = await lambda.invoke('echo', event);
      expect(payload).toEqual(event);
      expect(error).toBeUndefined();
      expect(status).toBe(200);
    }
  });

  it('gives an empty object when there is no payload, and answers null for undefined', async () => {
    await lambda.create(
      'empty',
      'exports.handler = async (event) => (Object.keys(event).length ? 1 : undefined)',
    );
    expect((await lambda.invoke('empty')).payload).toBeNull();
  });

  it('waits for a callback, and for the event loop unless told otherwise', async () => {
    await lambda.create(
      'callback',
      `exports.handler = (event, context, callback) => {
         context.callbackWaitsForEmptyEventLoop = event.wait;
         let done = false;
         setTimeout(() => { done = true; }, 150);
         callback(null, { get done() { return done; } });
       }`,
    );
    expect((await lambda.invoke('callback', { wait: true })).payload).toEqual({ done: true });
    expect((await lambda.invoke('callback', { wait: false })).payload).toEqual({ done: false });
  });

  it('answers null when a handler neither returns a promise nor calls back', async () => {
    await lambda.create('silent', 'exports.handler = () => 5');
    expect((await lambda.invoke('silent')).payload).toBeNull();
    expect((await lambda.invoke('silent')).payload).toBeNull();
  });

  it('loads ES modules with top-level await, in .mjs and by package.json', async () => {
    const source = 'const x = await Promise.resolve(3); export const handler = async () => x;';
    await lambda.create('mjs', { 'index.mjs': source });
    await lambda.create(
      'esm',
      { 'src/app.js': source, 'package.json': '{"type":"module"}' },
      { Handler: 'src/app.handler' },
    );
    expect((await lambda.invoke('mjs')).payload).toBe(3);
    expect((await lambda.invoke('esm')).payload).toBe(3);
  });

  it('describes the function in the context and counts down the time', async () => {
    await lambda.create(
      'context',
      'exports.handler = async (e, c) => ({ ...c, remaining: c.getRemainingTimeInMillis() })',
      { Timeout: 7, MemorySize: 192 },
    );
    const { payload } = await lambda.invoke('context');
    expect(payload).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context',
      memoryLimitInMB: '192',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/context',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    });
    expect((payload as { remaining: number }).remaining).toBeGreaterThan(6000);
    expect((payload as { remaining: number }).remaining).toBeLessThanOrEqual(7000);
  });

  it("sees its own variables and those of AWS, and nothing of the cloud's process", async () => {
    process.env.LEAKED_SECRET = 'x';
    await lambda.create('env', 'exports.handler = async () => ({ env: process.env, cwd: process.cwd() })', {
      Environment: { Variables: { TABLE: 'things' } },
    });
    const { env, cwd } = (await lambda.invoke('env')).payload as { env: Record<string, string>; cwd: string };
    expect(env).toMatchObject({
      TABLE: 'things',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'env',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/env',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      LAMBDA_TASK_ROOT: cwd,
    });
    expect(env).not.toHaveProperty('LEAKED_SECRET');
    expect(env).not.toHaveProperty('HOME');
    expect(env).not.toHaveProperty('NODE_CHANNEL_FD');
    delete process.env.LEAKED_SECRET;
  });

  it('has a temporary directory of its own in every process', async () => {
    await lambda.create(
      'tmp',
      `const fs = require('fs'), os = require('os'), path = require('path');
       exports.handler = async (e) => { fs.writeFileSync(path.join(os.tmpdir(), e.name), ''); await new Promise((r) => setTimeout(r, 200)); return fs.readdirSync(os.tmpdir()); }`,
    );
    const answers = await Promise.all(['a', 'b'].map((name) => lambda.invoke('tmp', { name })));
    expect(answers.map(({ payload }) => payload)).toEqual([['a'], ['b']]);
  });

  it('sees the clock of the cloud in Date and keeps performance.now real', async () => {
    await lambda.create(
      'clock',
      `const born = performance.now();
       exports.handler = async () => ({ now: Date.now(), made: new Date().getTime(), text: Date(), real: performance.now() - born,
         fixed: new Date(0).getTime(), is: new Date() instanceof Date, same: new Date().constructor === Date, utc: Date.UTC(1970, 0, 2) })`,
    );
    await lambda.invoke('clock');
    await lambda.cloud.clock.advanceTo(lambda.cloud.clock.now() + 40 * 86_400_000);
    const answer = (await lambda.invoke('clock')).payload as Record<string, number | string | boolean>;
    const now = lambda.cloud.clock.now();
    expect(Math.abs((answer.now as number) - now)).toBeLessThan(5000);
    expect(Math.abs((answer.made as number) - now)).toBeLessThan(5000);
    expect(Math.abs(Date.parse(answer.text as string) - now)).toBeLessThan(5000);
    expect(answer.real).toBeLessThan(60_000);
    expect(answer).toMatchObject({ fixed: 0, is: true, same: true, utc: 86_400_000 });
  });

  it('finds packages of layers, the later above the earlier, and the SDK of the runtime, in both module systems', async () => {
    const arns: string[] = [];
    for (const [name, value] of [
      ['low', 1],
      ['high', 2],
    ] as const) {
      const { createZip } = await import('./zip.ts');
      const layer = await lambda.run<{ LayerVersionArn: string }>('PublishLayerVersion', {
        LayerName: name,
        Content: {
          ZipFile: createZip({ 'nodejs/node_modules/thing/index.js': `module.exports = ${value}` }),
        },
      });
      arns.push(layer.LayerVersionArn);
    }
    const options = { Layers: arns, Timeout: 10 };
    await lambda.create(
      'layered',
      "exports.handler = async () => [require('thing'), typeof require('@aws-sdk/client-sts').STSClient]",
      options,
    );
    await lambda.create(
      'layered-esm',
      {
        'index.mjs':
          "import thing from 'thing'; import { STSClient } from '@aws-sdk/client-sts'; export const handler = async () => [thing, typeof STSClient]",
      },
      options,
    );
    expect((await lambda.invoke('layered')).payload).toEqual([2, 'function']);
    expect((await lambda.invoke('layered-esm')).payload).toEqual([2, 'function']);
    // what AWS's runtime does not have is not found here either
    await lambda.create('unlisted', "exports.handler = async () => require('zod')");
    expect((await lambda.invoke('unlisted')).error).toBe('Unhandled');
  });
});

describe('what goes wrong in a handler', () => {
  it.each([
    [
      'throws',
      'exports.handler = async () => { throw new TypeError("bad") }',
      { errorType: 'TypeError', errorMessage: 'bad', trace: expect.arrayContaining(['TypeError: bad']) },
    ],
    [
      'throws-sync',
      'exports.handler = () => { throw new RangeError("far") }',
      { errorType: 'RangeError', errorMessage: 'far' },
    ],
    [
      'throws-named',
      'exports.handler = async () => { const e = new Error("m"); e.name = "RetryableError"; throw e }',
      { errorType: 'RetryableError', errorMessage: 'm' },
    ],
    [
      'throws-text',
      'exports.handler = async () => { throw "plain" }',
      { errorType: 'string', errorMessage: 'plain' },
    ],
    [
      'calls-back',
      'exports.handler = (e, c, cb) => cb(new Error("cb"))',
      { errorType: 'Error', errorMessage: 'cb' },
    ],
    [
      'exits',
      'exports.handler = async () => process.exit(0)',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/,
        ),
      },
    ],
    [
      'exits-with',
      'exports.handler = async () => process.exit(3)',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/Runtime exited with error: exit status 3$/),
      },
    ],
    [
      'rejects-aside',
      'exports.handler = async () => { Promise.reject(new Error("aside")); await new Promise((r) => setTimeout(r, 1000)) }',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: aside' },
    ],
    [
      'throws-aside',
      'exports.handler = async () => { setTimeout(() => { throw new SyntaxError("late") }); await new Promise((r) => setTimeout(r, 1000)) }',
      { errorType: 'SyntaxError', errorMessage: 'late' },
    ],
    [
      'no-module',
      'require("absent-package"); exports.handler = async () => 1',
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringContaining("Error: Cannot find module 'absent-package'"),
      },
    ],
    [
      'no-handler',
      'exports.other = 1',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    ['bad-syntax', 'exports.handler = async (', { errorType: 'Runtime.UserCodeSyntaxError' }],
    ['bad-start', 'throw new TypeError("at start")', { errorType: 'TypeError', errorMessage: 'at start' }],
    [
      'circular',
      'exports.handler = async () => { const a = {}; a.a = a; return a }',
      { errorType: 'Runtime.MarshalError' },
    ],
  ])('%s', async (name, source, expected) => {
    await lambda.create(name, source);
    const { payload, error, status } = await lambda.invoke(name);
    expect(payload).toMatchObject(expected as object);
    expect(error).toBe('Unhandled');
    expect(status).toBe(200);
    // a failure of one invocation does not spoil the next
    expect((await lambda.invoke(name)).payload).toMatchObject(expected as object);
  });

  it('ends a handler that takes too long, in real time', async () => {
    await lambda.create('slow', 'exports.handler = async () => { console.log("begun"); for (;;) {} }', {
      Timeout: 1,
    });
    const before = performance.now();
    const { payload, error, log } = await lambda.invoke('slow');
    expect(performance.now() - before).toBeLessThan(3500);
    expect(payload).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1.00 seconds$/),
    });
    expect(error).toBe('Unhandled');
    expect(log).toContain('begun');
    expect(log).toMatch(/Z [0-9a-f-]{36} Task timed out after 1.00 seconds/);
    expect(log).toContain('Status: timeout');
  });

  it('kills a process that takes more memory than the function has', async () => {
    await lambda.create(
      'hungry',
      `exports.handler = async () => { const all = []; for (let i = 0; i < 40; i++) { all.push(Buffer.alloc(10e6, 1)); await new Promise((r) => setTimeout(r, 25)); } return all.length }`,
      { Timeout: 10 },
    );
    const { payload, log } = await lambda.invoke('hungry');
    expect(payload).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
    });
    expect(log).toContain('Max Memory Used: 128 MB');
  });

  it('gives memory as configured', async () => {
    await lambda.create('roomy', 'exports.handler = async () => Buffer.alloc(200e6, 1).length', {
      MemorySize: 512,
    });
    expect((await lambda.invoke('roomy')).payload).toBe(200e6);
  });
});
