/**
 * DuckDB as a Lambda layer. Its native library is per operating system and architecture: this one difference between
 * a laptop and AWS is unavoidable (design principle 12). The layer holds what `node_modules` has for the architecture.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

const require = createRequire(import.meta.url);

/** Node's names of the platform that the functions run on. */
export interface NativePlatform {
  readonly os: string;
  readonly cpu: string;
}

/** @throws Error naming the missing package when it is not installed for that platform. */
export function duckdbLayer(scope: Construct, id: string, platform: NativePlatform): lambda.LayerVersion {
  return new lambda.LayerVersion(scope, id, {
    code: lambda.Code.fromAsset(layerFolder(platform)),
    description: `DuckDB for ${platform.os} ${platform.cpu}`,
  });
}

/** Made once for each version and platform; beside it and then renamed, since two synths may want it at once. */
function layerFolder({ os, cpu }: NativePlatform): string {
  const packages = ['@duckdb/node-api', '@duckdb/node-bindings', `@duckdb/node-bindings-${os}-${cpu}`];
  const folders = packages.map(packageFolder);
  const { version } = JSON.parse(readFileSync(join(folders[0]!, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join('.driftless', 'build', `duckdb-${version}-${os}-${cpu}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.${process.pid}`;
  for (const [index, name] of packages.entries()) {
    const target = join(making, 'nodejs', 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(folders[index]!, target, { recursive: true, dereference: true });
  }
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true });
  }
  return folder;
}

function packageFolder(name: string): string {
  const root = dirname(dirname(dirname(require.resolve('@duckdb/node-api/package.json'))));
  const folder = join(root, name);
  if (!existsSync(folder)) {
    throw new Error(
      `the DuckDB layer needs ${name}, which is not installed on this machine; ` +
        `install it with: npm install --no-save --force ${name}, or choose the stage's architecture ` +
        'that this machine has',
    );
  }
  return folder;
}
