/** Turns what a function prints into log events, in AWS's text or JSON form. */
'use strict';
const util = require('node:util');
const { writeFrames } = require('./runtime-frames.cjs');

const LEVEL_ORDER = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const LEVELS = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };

let isJson = false;
let leastLevel = 0;
let requestId;

/** Logs under this request from now on; undefined between invocations. */
function setRequestId(id) {
  requestId = id;
}

function logLine(level, args) {
  if (LEVEL_ORDER.indexOf(level) < leastLevel) return;
  const timestamp = new Date().toISOString();
  if (!isJson) {
    writeFrames(['L', `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${util.format(...args)}`]);
    return;
  }
  const message = args.length === 1 && typeof args[0] === 'object' ? args[0] : util.format(...args);
  writeFrames(['L', JSON.stringify({ timestamp, level, requestId, message })]);
}

/** Logs a described error under a title, as AWS's runtime does. */
function logError(title, { trace, ...rest }) {
  if (isJson) logLine('ERROR', [{ ...rest, stackTrace: trace }]);
  else logLine('ERROR', [`${title} \t${JSON.stringify({ ...rest, stack: trace })}`]);
}

/** Leads the console and both output streams here. `level` is the least one logged, for JSON logs. */
function captureOutput({ jsonLogs, level }) {
  isJson = jsonLogs;
  leastLevel = Math.max(0, LEVEL_ORDER.indexOf(level));
  for (const [method, name] of Object.entries(LEVELS)) console[method] = (...args) => logLine(name, args);
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk, encoding, callback) => {
      const isText = typeof chunk === 'string';
      const bytes = isText ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk;
      writeFrames(['S', bytes]);
      const done = typeof encoding === 'function' ? encoding : callback;
      if (done) process.nextTick(done);
      return true;
    };
  }
}

module.exports = { captureOutput, logError, setRequestId };
