/**
 * What runs in a function's process: loads the handler and answers invocations, one at a time.
 *
 * Commands come over Node's IPC channel. Everything goes back in frames on file descriptor 3, written synchronously,
 * so that a line logged just before the answer, or before the process dies, arrives before it:
 * type (1 byte), length (4 bytes, big endian), body.
 *
 *   L one log event · S bytes of standard output or error · R ready · M {"maxRssKb"} · O answer (JSON text)
 *   F the handler's error · I error while loading · X error that ends the process (F, I, X: JSON with `errorType`)
 */
'use strict';
const fs = require('node:fs');
const { register } = require('node:module');
const path = require('node:path');
const util = require('node:util');
const { pathToFileURL } = require('node:url');

const FRAMES_FD = 3;
const RealDate = Date;
const HEADER_BYTES = 5;

let offsetMs = 0;
let invocation;
let jsonLogs = false;
let leastLevel = 0;

function frame(type, body) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(bytes.length, 1);
  try {
    for (const part of [header, bytes]) {
      let at = 0;
      while (at < part.length) at += fs.writeSync(FRAMES_FD, part, at);
    }
  } catch {
    process.reallyExit(1); // the cloud is gone: nobody is left to answer
  }
}

/** Date on the cloud's clock; `performance.now` and timers stay real. */
function CloudDate(...args) {
  const now = RealDate.now() + offsetMs;
  if (!new.target) return new RealDate(now).toString();
  return Reflect.construct(RealDate, args.length === 0 ? [now] : args, new.target);
}
function replaceDate() {
  Object.setPrototypeOf(CloudDate, RealDate);
  CloudDate.prototype = RealDate.prototype;
  CloudDate.now = () => RealDate.now() + offsetMs;
  CloudDate.parse = RealDate.parse;
  CloudDate.UTC = RealDate.UTC;
  Object.defineProperty(CloudDate, 'name', { value: 'Date' });
  Object.defineProperty(CloudDate, 'length', { value: 7 });
  RealDate.prototype.constructor = CloudDate;
  globalThis.Date = CloudDate;
}

const LEVEL_ORDER = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const LEVELS = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };

function logLine(level, args) {
  if (LEVEL_ORDER.indexOf(level) < leastLevel) return;
  const timestamp = new CloudDate().toISOString();
  const requestId = invocation?.requestId;
  if (!jsonLogs) {
    frame('L', `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${util.format(...args)}`);
    return;
  }
  const line = { timestamp, level, requestId };
  line.message = args.length === 1 && typeof args[0] === 'object' ? args[0] : util.format(...args);
  frame('L', JSON.stringify(line));
}

function captureOutput() {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...args) => logLine(level, args);
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encoding, callback) => {
      frame(
        'S',
        typeof chunk === 'string'
          ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8')
          : chunk,
      );
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
}

/** The machine's Node.js may be older than the runtime that the function names: no matter for the function's log. */
function dropHostWarnings() {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).includes('NodeVersionSupportWarning')) emitWarning.call(process, warning, ...rest);
  };
}

function describe(error) {
  if (util.types.isNativeError(error) || (error?.name && error.message !== undefined && error.stack)) {
    return {
      errorType: String(error.name).replaceAll('\x7F', '%7F'),
      errorMessage: String(error.message),
      trace: String(error.stack).split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function logError(title, described) {
  const { trace, ...rest } = described;
  if (jsonLogs) logLine('ERROR', [{ ...rest, stackTrace: trace }]);
  else logLine('ERROR', [`${title} \t${JSON.stringify({ ...rest, stack: trace })}`]);
}

function runtimeError(errorType, errorMessage, trace) {
  return Object.assign(new Error(errorMessage), {
    name: errorType,
    stack: trace ?? `${errorType}: ${errorMessage}`,
  });
}

function isModuleFolder(directory, root) {
  for (let at = directory; at.startsWith(root); at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')).type === 'module';
  }
  return false;
}

async function importModule(file) {
  register(pathToFileURL(path.join(__dirname, 'esm-fallback.mjs')).href);
  return await import(pathToFileURL(file).href);
}

async function loadModule(root, modulePath) {
  const file = path.resolve(root, modulePath);
  if (fs.existsSync(file) && fs.statSync(file).isFile()) return require(file);
  if (fs.existsSync(`${file}.js`)) {
    if (isModuleFolder(path.dirname(file), root)) return await importModule(`${file}.js`);
    return require(`${file}.js`);
  }
  if (fs.existsSync(`${file}.mjs`)) return await importModule(`${file}.mjs`);
  if (fs.existsSync(`${file}.cjs`)) return require(`${file}.cjs`);
  return require(require.resolve(modulePath, { paths: [root] }));
}

async function loadHandler({ taskRoot, handler }) {
  const match = /^(.*\/)?([^/.]+)\.(.+)$/.exec(handler);
  if (!match || handler.includes('..')) {
    throw runtimeError(
      'Runtime.MalformedHandlerName',
      `'${handler}' is not a valid handler name. Bad handler`,
    );
  }
  const [, folder = '', moduleName, property] = match;
  let loaded;
  try {
    loaded = await loadModule(taskRoot, `${folder}${moduleName}`);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error.stack);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', `Error: ${error.message}`, error.stack);
    }
    throw error;
  }
  const found =
    property.split('.').reduce((value, key) => value?.[key], loaded) ?? loaded?.default?.[property];
  if (found === undefined) {
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function')
    throw runtimeError('Runtime.HandlerNotFound', `${handler} is not a function`);
  return found;
}

function answer(type, body) {
  invocation = undefined;
  process.channel?.ref();
  frame('M', JSON.stringify({ maxRssKb: process.resourceUsage().maxRSS }));
  frame(type, body);
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
    callbackWaitsForEmptyEventLoop: true,
    functionName: command.functionName,
    functionVersion: command.functionVersion,
    invokedFunctionArn: command.invokedFunctionArn,
    memoryLimitInMB: command.memoryLimitInMB,
    awsRequestId: command.requestId,
    logGroupName: command.logGroupName,
    logStreamName: command.logStreamName,
    ...(command.clientContext === undefined ? {} : { clientContext: command.clientContext }),
    identity: undefined,
    getRemainingTimeInMillis: () => Math.max(0, command.deadlineEpochMs - RealDate.now()),
    succeed: (value) => finish(null, value),
    fail: (error) => finish(error ?? 'handled'),
    done: (error, value) => finish(error ?? null, value),
  };
}

function invoke(handler, command) {
  offsetMs = command.offsetMs;
  const current = { requestId: command.requestId };
  invocation = current;
  const respond = (error, value) => {
    if (invocation !== current) return; // answered before
    if (error === null || error === undefined) answerResult(value);
    else answerError(error);
  };
  const context = contextOf(command, (error, value) => callback(error, value));
  const callback = (error, value) => {
    if (invocation !== current || current.pending) return;
    if (!context.callbackWaitsForEmptyEventLoop || (error !== null && error !== undefined)) {
      setImmediate(() => respond(error, value));
      return;
    }
    current.pending = () => respond(null, value);
  };
  // When nothing keeps the process busy any more, the waiting answer goes out, or null as on AWS.
  current.exhausted = () => (current.pending ?? (() => respond(null, null)))();
  process.channel?.unref();
  try {
    const returned = handler(JSON.parse(command.payload), context, callback);
    if (typeof returned?.then === 'function') {
      returned.then(
        (value) => respond(null, value),
        (error) => respond(error ?? 'undefined'),
      );
    }
  } catch (error) {
    respond(error);
  }
}

function die(error, exitCode, title) {
  const described = describe(error);
  logError(title, described);
  frame('M', JSON.stringify({ maxRssKb: process.resourceUsage().maxRSS }));
  frame('X', JSON.stringify(described));
  process.reallyExit(exitCode);
}

function catchWhatHandlersMiss() {
  process.on('beforeExit', () => invocation?.exhausted());
  process.on('disconnect', () => process.reallyExit(0));
  process.on('uncaughtException', (error) => die(error, 129, 'Uncaught Exception'));
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason), reason?.stack);
    die(error, 128, 'Unhandled Promise Rejection');
  });
}

async function start(init) {
  offsetMs = init.offsetMs;
  jsonLogs = init.jsonLogs;
  leastLevel = Math.max(0, LEVEL_ORDER.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL));
  replaceDate();
  captureOutput();
  dropHostWarnings();
  catchWhatHandlersMiss();
  try {
    const handler = await loadHandler(init);
    process.on('message', (command) => invoke(handler, command));
    frame('R', '{}');
  } catch (error) {
    const described = describe(error);
    logError('Uncaught Exception', described);
    frame('I', JSON.stringify(described));
    process.reallyExit(1);
  }
}

delete process.env.NODE_CHANNEL_FD;
process.argv = [process.argv[0], '/var/runtime/index.mjs'];
process.once('message', (init) => void start(init));
