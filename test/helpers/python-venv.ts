/** The AWS CLI as people install it: pinned, in a virtual environment that is kept between runs. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../../localstack/sagemaker/runners/find-python.ts';
import { defaultRunnersDirectory } from '../../localstack/sagemaker/runners/prepare-runner.ts';
import { runSuccessfully } from './run-command.ts';

const PACKAGES = ['awscli==1.46.3', 'boto3==1.44.5'];
/** Beside the environments of the local runners: one for all checkouts, and `npm ci` leaves it alone. */
const FOLDER = join(defaultRunnersDirectory(), PACKAGES.join('-').replaceAll('==', '-'));
/** Written last: a folder without it was left by an installation that did not end. */
const READY = join(FOLDER, 'ready');
/** pip takes half a minute; a slow network gets ten times that. */
export const INSTALL_MS = 300_000;

/** Folder with `aws` and with a `python` that has boto3. The first call on a machine installs them. */
export async function awsClients(): Promise<string> {
  const bin = join(FOLDER, 'bin');
  if (existsSync(READY)) return bin;
  const { command } = await findPython();
  rmSync(FOLDER, { recursive: true, force: true });
  await runSuccessfully(command, ['-m', 'venv', FOLDER]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
  await runSuccessfully(join(bin, 'python'), pip, { timeoutMs: INSTALL_MS });
  writeFileSync(READY, '');
  return bin;
}
