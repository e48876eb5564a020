/**
 * What runs in a function's process: loads the handler and answers invocations, one at a time.
 *
 * Commands come over Node's IPC channel, first the start with the environment; everything goes back in frames. Until
 * the start comes, the process belongs to no function: processes are kept ready like that.
 */
'use strict';
const { describe, runtimeError } = require('./runtime-errors.cjs');
const { writeFrames } = require('./runtime-frames.cjs');
const { hasCallbacks, loadHandler } = require('./runtime-loader.cjs');
const { captureOutput, logError, setRequestId } = require('./runtime-logs.cjs');
const { leadResponsesTo } = require('./response-host.cjs');

const RealDate = Date;

let time = { readAtEpochMs: 0, offsetMs: 0, rate: 1 };
let invocation;

function cloudNow() {
  const real = RealDate.now();
  return Math.floor(real + time.offsetMs + (time.rate - 1) * (real - time.readAtEpochMs));
}

/** Date on the cloud's clock; `performance.now` and timers stay real. */
function CloudDate(...args) {
  const now = cloudNow();
  if (!new.target) return new RealDate(now).toString();
  return Reflect.construct(RealDate, args.length === 0 ? [now] : args, new.target);
}
function replaceDate() {
  Object.setPrototypeOf(CloudDate, RealDate);
  CloudDate.prototype = RealDate.prototype;
  CloudDate.now = cloudNow;
  CloudDate.parse = RealDate.parse;
  CloudDate.UTC = RealDate.UTC;
  Object.defineProperty(CloudDate, 'name', { value: 'Date' });
  Object.defineProperty(CloudDate, 'length', { value: 7 });
  RealDate.prototype.constructor = CloudDate;
  globalThis.Date = CloudDate;
}

/** The machine's Node.js may be older than the runtime that the function names: no matter for the function's log. */
function dropHostWarnings() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('NodeVersionSupportWarning')) emitWarning.call(process, warning, ...rest);
  };
}

function refuseStreaming() {
  const refuse = () => {
    throw runtimeError(
      'NotImplementedByLocalCloud',
      'not implemented by the local cloud: lambda response streaming (awslambda.streamifyResponse)',
    );
  };
  globalThis.awslambda = { streamifyResponse: refuse, HttpResponseStream: { from: refuse } };
}

const memoryFrame = () => ['M', JSON.stringify({ maxRssKb: process.resourceUsage().maxRSS })];

function answer(type, body) {
  invocation = undefined;
  setRequestId(undefined);
  process.channel?.ref();
  writeFrames(memoryFrame(), [type, body]);
}

function answerResult(value) {
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value) ?? 'null';
  } catch (error) {
    answerError(runtimeError('Runtime.MarshalError', 'Unable to stringify response body', error.stack));
    return;
  }
  answer('O', text);
}

function answerError(error) {
  const described = describe(error);
  logError('Invoke Error', described);
  answer('F', JSON.stringify(described));
}

function contextOf(command, finish) {
  return {
    ...(finish && { callbackWaitsForEmptyEventLoop: true }),
    functionName: command.functionName,
    functionVersion: command.functionVersion,
    invokedFunctionArn: command.invokedFunctionArn,
    memoryLimitInMB: command.memoryLimitInMB,
    awsRequestId: command.requestId,
    logGroupName: command.logGroupName,
    logStreamName: command.logStreamName,
    clientContext: command.clientContext,
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, command.deadlineEpochMs - RealDate.now()),
    ...(finish && {
      succeed: (value) => finish(null, value),
      fail: (error) => finish(error ?? 'handled'),
      done: (error, value) => finish(error ?? null, value),
    }),
  };
}

function invoke({ handler, takesCallback }, command) {
  time = command.time;
  const current = { requestId: command.requestId };
  invocation = current;
  setRequestId(command.requestId);
  const respond = (error, value) => {
    if (invocation !== current) return; // answered before
    if (error === null || error === undefined) answerResult(value);
    else answerError(error);
  };
  const callback = (error, value) => {
    if (invocation !== current || current.pending) return;
    if (!context.callbackWaitsForEmptyEventLoop || (error !== null && error !== undefined)) {
      setImmediate(() => respond(error, value));
      return;
    }
    current.pending = () => respond(null, value);
  };
  const context = contextOf(command, takesCallback && ((error, value) => callback(error, value)));
  // When nothing keeps the process busy any more, the waiting answer goes out, or null as on AWS.
  current.exhausted = () => (current.pending ?? (() => respond(null, null)))();
  process.channel?.unref();
  try {
    const event = JSON.parse(command.payload);
    const returned = takesCallback ? handler(event, context, callback) : handler(event, context);
    if (typeof returned?.then === 'function') {
      returned.then(
        (value) => respond(null, value),
        (error) => respond(error ?? 'undefined'),
      );
    } else if (!takesCallback) {
      respond(null, returned);
    }
  } catch (error) {
    respond(error ?? 'undefined');
  }
}

function die(error, exitCode, title) {
  const described = describe(error);
  logError(title, described);
  writeFrames(memoryFrame(), ['X', JSON.stringify(described)]);
  process.reallyExit(exitCode);
}

function catchWhatHandlersMiss() {
  process.on('beforeExit', () => invocation?.exhausted());
  process.on('uncaughtException', (error) => die(error, 129, 'Uncaught Exception'));
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason), reason?.stack);
    die(error, 128, 'Unhandled Promise Rejection');
  });
}

/** Makes the process the function's: nothing of the environment that it waited with is left. */
function enter({ environment, taskRoot }) {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(taskRoot);
}

async function start(init) {
  time = init.time;
  enter(init);
  replaceDate();
  leadResponsesTo(process.env.AWS_ENDPOINT_URL);
  captureOutput({ jsonLogs: init.jsonLogs, level: process.env.AWS_LAMBDA_LOG_LEVEL });
  dropHostWarnings();
  refuseStreaming();
  catchWhatHandlersMiss();
  try {
    const handler = await loadHandler(init);
    const loaded = { handler, takesCallback: hasCallbacks(init.runtime) };
    process.on('message', (command) => invoke(loaded, command));
    writeFrames(['R', '{}']);
  } catch (error) {
    const described = describe(error);
    logError(hasCallbacks(init.runtime) ? 'Uncaught Exception' : 'Init Error', described);
    writeFrames(memoryFrame(), ['I', JSON.stringify(described)]);
    process.reallyExit(1);
  }
}

delete process.env.NODE_CHANNEL_FD;
process.argv = [process.argv[0], '/var/runtime/index.mjs'];
process.on('disconnect', () => process.reallyExit(0));
process.once('message', (init) => void start(init));
