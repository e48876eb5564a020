/** Finds and loads a function's handler, as AWS's Node.js runtime does. */
'use strict';
const fs = require('node:fs');
const { register } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { runtimeError } = require('./runtime-errors.cjs');

/** From this major version of Node.js on, AWS's runtime has no callbacks. */
const FIRST_WITHOUT_CALLBACKS = 24;
const CALLBACKS_REMOVED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Whether handlers of this runtime (`nodejs22.x`) get a callback. */
function hasCallbacks(runtime) {
  return Number.parseInt(runtime.replace('nodejs', ''), 10) < FIRST_WITHOUT_CALLBACKS;
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

/** The handler function. @throws an error of the runtime, or what the code throws while it loads */
async function loadHandler({ taskRoot, handler, runtime }) {
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
  if (found.length >= 3 && !hasCallbacks(runtime)) {
    throw runtimeError('Runtime.CallbackHandlerDeprecated', CALLBACKS_REMOVED);
  }
  return found;
}

module.exports = { hasCallbacks, loadHandler };
