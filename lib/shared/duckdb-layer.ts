/**
 * DuckDB as a Lambda layer. Its native library is per operating system and architecture: this one difference between
 * a laptop and AWS is unavoidable (design principle 12). It is linked against glibc 2.25 at most, and Lambda's Amazon
 * Linux 2023 has 2.34, so the library that npm has for the platform runs there as it is: no container builds anything.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { lockedPackage, type PackageSources, placePackage } from './locked-package.ts';

/** Node's names of the platform that the functions run on. Linux means one with glibc. */
export interface NativePlatform {
  readonly os: string;
  readonly cpu: string;
}

/** Programs, what describes them and their licences; no types, maps and pages. */
const KEPT = /(\.(c?js|json|node|so|dylib|dll)|^LICENSE)$/;

/** @throws Error naming the package that is not for that platform, or that can be neither found nor fetched. */
export function duckdbLayer(scope: Construct, id: string, platform: NativePlatform): lambda.LayerVersion {
  return new lambda.LayerVersion(scope, id, {
    code: lambda.Code.fromAsset(duckdbLayerFolder(platform)),
    description: `DuckDB for ${platform.os} ${platform.cpu}`,
  });
}

/**
 * Folder that is the layer's archive: 71 MB for Linux, of the 250 MB that a function and its layers may have unpacked.
 * Made once for each version and platform.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export function duckdbLayerFolder(
  { os, cpu }: NativePlatform,
  build: string = join('.driftless', 'build'),
  sources: PackageSources = {},
): string {
  const native = `@duckdb/node-bindings-${os}-${cpu}`;
  const { version } = lockedPackage(native, sources);
  const folder = join(build, `duckdb-layer-${version}-${os}-${cpu}`);
  if (existsSync(folder)) return folder;
  mkdirSync(build, { recursive: true });
  // beside it and then renamed: two synths may want it at once
  const making = mkdtempSync(`${folder}.`);
  try {
    for (const name of ['@duckdb/node-api', '@duckdb/node-bindings', native]) {
      const target = join(making, 'nodejs', 'node_modules', name);
      placePackage(name, target, (path) => KEPT.test(path), { cache: join(build, 'npm'), ...sources });
    }
    makeReadable(making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Lambda runs as another user than the one that packed, whose umask may keep others out. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else chmodSync(path, 0o644);
  }
}
