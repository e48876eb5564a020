/**
 * Errors as AWS's Node.js runtime describes them.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/Errors.js
 */
'use strict';
const util = require('node:util');

/** `{ errorType, errorMessage, trace }` of whatever a handler threw. */
function describe(error) {
  try {
    if (util.types.isNativeError(error) || (error?.name && error.message !== undefined && error.stack)) {
      return {
        errorType: String(error.name).replaceAll('\x7F', '%7F'),
        errorMessage: String(error.message).replaceAll('\x7F', '%7F'),
        trace: String(error.stack).replaceAll('\x7F', '%7F').split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    const errorMessage =
      'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage };
  }
}

/** An error of the runtime itself, named `Runtime.Something`. */
function runtimeError(errorType, errorMessage, stack) {
  return Object.assign(new Error(errorMessage), {
    name: errorType,
    stack: stack ?? `${errorType}: ${errorMessage}`,
  });
}

module.exports = { describe, runtimeError };
