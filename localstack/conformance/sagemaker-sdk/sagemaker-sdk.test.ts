/** The SageMaker Python SDK (2.x) against the local cloud, asserted in Python: each of its tests is one here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareRunner } from '../../sagemaker/runners/prepare-runner.ts';
import { INSTALL_MS, sagemakerSdk } from '../../testing/python-venv.ts';
import { runCommand } from '../../testing/run-command.ts';
import { type RunningCloud, startCloud } from '../../testing/start-cloud.ts';
import { clientEnvironment } from '../clients/client-environment.ts';

const FOLDER = import.meta.dirname;
const TESTS = readdirSync(FOLDER)
  .filter((name) => /^test_.*\.py$/.test(name))
  .flatMap((name) => {
    const source = readFileSync(join(FOLDER, name), 'utf8');
    return [...source.matchAll(/def (test_\w+)/g)].map(([, each]) => `${name.replace('.py', '')} ${each}`);
  });
const REGISTRY = '683313688378.dkr.ecr.us-east-1.amazonaws.com';
const LONGEST_RUN_MS = 240_000;

describe('the SageMaker Python SDK', () => {
  let running: RunningCloud;
  let report: string;
  beforeAll(async () => {
    const sklearn = `${REGISTRY}/sagemaker-scikit-learn:1.2-1-cpu-py3`;
    const [cloud, bin] = await Promise.all([
      startCloud(),
      sagemakerSdk(),
      prepareRunner(`${REGISTRY}/sagemaker-xgboost:1.7-1`),
      prepareRunner(sklearn, undefined, undefined, 'processing'),
    ]);
    running = cloud;
    const env = {
      ...clientEnvironment(running.clientConfig),
      SAGEMAKER_USER_CONFIG_OVERRIDE: join(FOLDER, 'sdk-config.yaml'),
    };
    const unittest = ['-m', 'unittest', 'discover', '--verbose', '--start-directory', FOLDER];
    const options = { env, timeoutMs: LONGEST_RUN_MS };
    ({ stderr: report } = await runCommand(join(bin, 'python'), unittest, options));
  }, 2 * INSTALL_MS);
  afterAll(() => running.stop());

  test.each(TESTS)('%s', (name) => {
    const [file, method] = name.split(' ');
    const verdict = new RegExp(`^${method} \\(${file}\\.[^]*?(?:\\.\\.\\. |^)(ok|FAIL|ERROR)$`, 'm').exec(
      report,
    )?.[1];
    expect(verdict, report).toBe('ok');
  });
});
