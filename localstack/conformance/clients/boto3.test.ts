/** boto3's waiters and paginators, written and asserted in Python: each of its tests is one here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsClients, INSTALL_MS } from '../../testing/python-venv.ts';
import { runCommand } from '../../testing/run-command.ts';
import { type RunningCloud, startCloud } from '../../testing/start-cloud.ts';
import { clientEnvironment } from './client-environment.ts';

const FOLDER = import.meta.dirname;
const TESTS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.py'))
  .flatMap((name) => {
    const source = readFileSync(join(FOLDER, name), 'utf8');
    return [...source.matchAll(/def (test_\w+)/g)].map(([, each]) => `${name.replace('.py', '')} ${each}`);
  });

describe('boto3', () => {
  let running: RunningCloud;
  let report: string;
  beforeAll(async () => {
    const [cloud, bin] = await Promise.all([startCloud(), awsClients()]);
    running = cloud;
    const unittest = ['-m', 'unittest', 'discover', '--verbose', '--start-directory', FOLDER];
    const env = clientEnvironment(running.clientConfig);
    ({ stderr: report } = await runCommand(join(bin, 'python'), unittest, { env }));
  }, INSTALL_MS);
  afterAll(() => running.stop());

  test.each(TESTS)('%s', (name) => {
    const [file, method] = name.split(' ');
    const verdict = new RegExp(`^${method} \\(${file}\\..*\\.\\.\\. (.*)$`, 'm').exec(report)?.[1];
    expect(verdict, report).toBe('ok');
  });
});
