import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleHandlers, handlerSources } from '../lambdas/bundle.ts';

const BUDGET_BYTES = 500_000;
let directory: string;
let bundles: Record<string, string>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bundles-'));
  bundles = await bundleHandlers(join(directory, 'first'));
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const index = (folder: string) => join(folder, 'index.js');

/** Runs a bundle as Lambda would: alone in a process, with nothing in its environment but credentials. */
function runBundle(name: string, event: object): { name: string; code: string; message: string } {
  const script = `
    const { handler } = require(${JSON.stringify(index(bundles[name]!))});
    handler(${JSON.stringify(event)}, {}).catch((error) =>
      process.stderr.write(JSON.stringify({ name: error.name, code: error.code, message: error.message })));`;
  const env = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'k',
    AWS_SECRET_ACCESS_KEY: 's',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
  const output = execFileSync(
    process.execPath,
    ['--no-warnings', '-e', `${script}`.replace('process.stderr', 'process.stdout')],
    { env },
  );
  return JSON.parse(output.toString().split('\n').at(-1)!);
}

describe('bundleHandlers', () => {
  it('makes a folder for every handler', () => {
    expect(Object.keys(bundles).sort()).toEqual(Object.keys(handlerSources()).sort());
    expect(Object.keys(bundles)).toEqual(
      expect.arrayContaining([
        'prepare-run',
        'plan-training',
        'finish-run',
        'register-model',
        'request-rollout',
        'prepare-rollout',
        'smoke-test',
        'finish-rollout',
        'decide-retraining',
        'record-audit',
        'reconcile',
        'register-project',
      ]),
    );
  });

  it('keeps each within the budget', () => {
    const sizes = Object.entries(bundles).map(
      ([name, folder]) => [name, statSync(index(folder)).size] as const,
    );
    const over = sizes.filter(([, size]) => size > BUDGET_BYTES);
    expect(over).toEqual([]);
  });

  it('gives the same bytes for the same sources, wherever they go', async () => {
    const again = await bundleHandlers(join(directory, 'elsewhere', 'second'));
    for (const [name, folder] of Object.entries(again)) {
      expect(readFileSync(index(folder)).equals(readFileSync(index(bundles[name]!))), name).toBe(true);
    }
  }, 60_000);

  it('keeps the names of errors, which workflows match on', () => {
    expect(runBundle('record-audit', {})).toMatchObject({
      name: 'NonRetryableError',
      code: 'EventNotUnderstood',
    });
    expect(runBundle('prepare-run', { project: 'p', run: 'r' })).toMatchObject({
      name: 'NonRetryableError',
      code: 'MissingEnvironment',
    });
  });

  it('leaves DuckDB to its layer', () => {
    expect(readFileSync(index(bundles['split-dataset']!), 'utf8')).toContain('require("@duckdb/node-api")');
  });
});
