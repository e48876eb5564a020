/** Python programs as people install them: pinned, each set in a virtual environment that is kept between runs. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython } from '../sagemaker/runners/find-python.ts';
import { defaultRunnersDirectory, withLock } from '../sagemaker/runners/prepare-runner.ts';
import { runSuccessfully } from './run-command.ts';

/** pip takes half a minute; a slow network gets ten times that. */
export const INSTALL_MS = 300_000;

/** Folder with `aws` and with a `python` that has boto3. The first call on a machine installs them. */
export const awsClients = () => pythonPrograms(['awscli==1.46.3', 'boto3==1.44.5']);

/** Folder with a `python` that has the SageMaker Python SDK, and scikit-learn to judge models by. */
export const sagemakerSdk = () => pythonPrograms(['sagemaker==2.257.7', 'scikit-learn==1.7.2']);

/** Folder with `mlflow`, whose server keeps its records in SQLite. Its slim package: without what trains and draws. */
export const mlflowServer = () =>
  pythonPrograms([
    'mlflow-skinny==3.6.0',
    'Flask==3.1.2',
    'flask-cors==6.0.1',
    'alembic==1.17.1',
    'SQLAlchemy==2.0.44',
  ]);

/** Folder with `cfn-lint`. The first call on a machine installs it. */
export const cfnLint = () => pythonPrograms(['cfn-lint==1.58.0']);

/**
 * Folder with the programs of pinned packages, made on first use. Beside the environments of the local runners: one for
 * all checkouts, and `npm ci` leaves it alone.
 */
export async function pythonPrograms(packages: readonly string[]): Promise<string> {
  const folder = join(defaultRunnersDirectory(), packages.join('-').replaceAll('==', '-'));
  const bin = join(folder, 'bin');
  // written last: a folder without it was left by an installation that did not end
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return bin;
  mkdirSync(dirname(folder), { recursive: true });
  // test files run beside each other, and two of them may want the same
  await withLock(
    `${folder}.lock`,
    () => {},
    async () => {
      if (existsSync(ready)) return;
      const { command } = await findPython();
      rmSync(folder, { recursive: true, force: true });
      await runSuccessfully(command, ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
      await runSuccessfully(join(bin, 'python'), pip, { timeoutMs: INSTALL_MS });
      writeFileSync(ready, '');
    },
  );
  return bin;
}
