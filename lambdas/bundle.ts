/**
 * Bundles every handler with one esbuild call: `lambdas/<capability>/<verb-noun>.handler.ts` becomes
 * `dist/lambdas/<verb-noun>/index.js`, the same bytes for the same sources. Run as a script it prints the sizes.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { onlyVersion, withPlainKeys } from './sdk-sources.ts';

const LAMBDAS = fileURLToPath(new URL('.', import.meta.url));
const DEFAULT_OUTPUT = fileURLToPath(new URL('../dist/lambdas', import.meta.url));
const SUFFIX = '.handler.ts';
/** From the DuckDB layer: its native library is per operating system and architecture. */
const FROM_LAYERS = ['@duckdb/node-api'];
/** Parts of the SDK that no function needs, by what takes their place. */
const REPLACED = {
  '@aws-sdk/credential-provider-node': join(LAMBDAS, 'function-credentials.ts'),
  '@aws-sdk/endpoint-cache': join(LAMBDAS, 'no-endpoint-cache.ts'),
  '@smithy/core/event-streams': join(LAMBDAS, 'no-event-streams.ts'),
};
/** What the design allows a bundle without the layer, in bytes. */
const BUDGET_BYTES = 500_000;

/** Source files of all handlers by handler name, for example `commit-upload`. */
export function handlerSources(): Record<string, string> {
  const sources: Record<string, string> = {};
  for (const capability of readdirSync(LAMBDAS, { withFileTypes: true })) {
    if (!capability.isDirectory()) continue;
    for (const file of readdirSync(join(LAMBDAS, capability.name)).sort()) {
      if (!file.endsWith(SUFFIX)) continue;
      const name = file.slice(0, -SUFFIX.length);
      if (sources[name]) throw new Error(`two handlers are named "${name}"`);
      sources[name] = join(LAMBDAS, capability.name, file);
    }
  }
  return sources;
}

/** Lets unused schemas and package descriptions of the SDK's clients be dropped. */
const SLIM_SDK: Plugin = {
  name: 'slim-sdk',
  setup({ onLoad }) {
    onLoad(
      { filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ },
      async ({ path }) => ({
        contents: withPlainKeys(await readFile(path, 'utf8')),
        loader: 'js',
      }),
    );
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => ({
      contents: onlyVersion(await readFile(path, 'utf8')),
      loader: 'json',
    }));
  },
};

/**
 * Builds all bundles. What was in `outDirectory` before is gone.
 * @returns folder of each handler's bundle by handler name, each with an `index.js` that exports `handler`.
 */
export async function bundleHandlers(outDirectory: string = DEFAULT_OUTPUT): Promise<Record<string, string>> {
  const sources = handlerSources();
  rmSync(outDirectory, { recursive: true, force: true });
  await build({
    entryPoints: Object.entries(sources).map(([name, source]) => ({ in: source, out: join(name, 'index') })),
    outdir: outDirectory,
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // names that anything depends on are set from constants, never taken from a class or a function
    minify: true,
    alias: REPLACED,
    plugins: [SLIM_SDK],
    external: FROM_LAYERS,
    // the SDK's ES modules can be tree-shaken, its CommonJS modules cannot
    mainFields: ['module', 'main'],
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Object.fromEntries(Object.keys(sources).map((name) => [name, join(outDirectory, name)]));
}

function printSizes(bundles: Readonly<Record<string, string>>): void {
  for (const [name, directory] of Object.entries(bundles)) {
    const { size } = statSync(join(directory, 'index.js'));
    const verdict = size > BUDGET_BYTES ? `  over the budget of ${BUDGET_BYTES / 1000} KB` : '';
    console.log(`${name.padEnd(20)} ${(size / 1000).toFixed(0).padStart(5)} KB${verdict}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printSizes(await bundleHandlers());
