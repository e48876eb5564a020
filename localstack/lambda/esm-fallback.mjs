/**
 * Lets `import` find what `NODE_PATH` holds (layers, the SDK), as the ES module loader of AWS's runtime does and
 * Node's own does not. Registered for functions whose handler is an ES module.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);

export async function resolve(specifier, context, nextResolve) {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(specifier)) throw error;
    let found;
    try {
      found = require.resolve(specifier);
    } catch {
      throw error;
    }
    return nextResolve(pathToFileURL(found).href, context);
  }
}
