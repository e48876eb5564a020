/** Making the virtual environment that stands for an image, once, whoever asks first. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findPython, type Python } from './find-python.ts';
import { type Runner, type RunnerUse, runnerOf } from './images.ts';

const run = promisify(execFile);
const READY = 'ready.json';
const LOCK_POLL_MS = 500;
/** A lock whose owner wrote no process id within this time was left by a killed process. */
const UNOWNED_LOCK_MS = 10_000;
/** XGBoost 1.7 uses one name that NumPy 2 dropped, in its handling of categorical columns. */
const NUMPY_2_PATCH = `
import importlib.util, pathlib
for folder in importlib.util.find_spec('xgboost').submodule_search_locations:
    file = pathlib.Path(folder, 'data.py')
    file.write_text(file.read_text().replace('np.NaN', 'np.nan'))
`;
const preparing = new Map<string, Promise<PreparedRunner>>();

export interface PreparedRunner {
  /** Path of the virtual environment's interpreter. */
  readonly python: string;
  /** For example `3.11`. */
  readonly pythonVersion: string;
}

/** Where virtual environments are kept when nothing else is said. */
export function defaultRunnersDirectory(): string {
  return process.env.LOCAL_CLOUD_RUNNERS_DIR ?? join(homedir(), '.cache', 'local-cloud', 'runners');
}

/**
 * Makes what `image` runs with, or finds it ready. A minute and some 300 MB of packages the first time, nothing after.
 * @param onProgress gets one line per step; default: stderr.
 * @param use what the image is wanted for; default: training.
 * @throws TypeError when the image has no runner here, Error when no Python serves or an installation fails.
 */
export function prepareRunner(
  image: string,
  onProgress: (line: string) => void = (line) => console.error(`local cloud: ${line}`),
  directory: string = defaultRunnersDirectory(),
  use: RunnerUse = 'training',
): Promise<PreparedRunner> {
  const key = `${directory} ${image} ${use}`;
  const known = preparing.get(key);
  if (known) return known;
  const made = Promise.resolve().then(() => prepare(runnerOf(image, use), { onProgress, directory }));
  preparing.set(key, made);
  // a failure (no network, no Python) may be gone at the next try
  made.catch(() => preparing.delete(key));
  return made;
}

interface PrepareOptions {
  readonly onProgress: (line: string) => void;
  readonly directory: string;
}

async function prepare(runner: Runner, { onProgress, directory }: PrepareOptions): Promise<PreparedRunner> {
  // the newest marker of any Python will do: looking for one costs half a second
  const remembered = join(directory, `${runner.id}.${digest(runner.requirements)}.json`);
  const known = await readRemembered(remembered);
  if (known) return known;
  const python = await findPython();
  const requirements = python.hasImageWheels ? runner.requirements : runner.newerRequirements;
  const home = join(directory, `${runner.id}-py${python.version}-${digest(requirements)}`);
  await mkdir(directory, { recursive: true });
  await withLock(`${home}.lock`, onProgress, async () => {
    // the interpreter is a link to the Python that made it, which may have gone
    if (existsSync(join(home, READY)) && existsSync(join(home, 'bin', 'python'))) return;
    await install(home, { python, requirements, modules: runner.modules, onProgress });
  });
  const prepared: PreparedRunner = { python: join(home, 'bin', 'python'), pythonVersion: python.version };
  await writeFile(remembered, JSON.stringify(prepared));
  return prepared;
}

async function readRemembered(file: string): Promise<PreparedRunner | undefined> {
  try {
    const prepared = JSON.parse(await readFile(file, 'utf8')) as PreparedRunner;
    return existsSync(prepared.python) && existsSync(join(prepared.python, '..', '..', READY))
      ? prepared
      : undefined;
  } catch {
    return undefined;
  }
}

interface InstallOptions {
  readonly python: Python;
  readonly requirements: readonly string[];
  readonly modules: readonly string[];
  readonly onProgress: (line: string) => void;
}

async function install(
  home: string,
  { python, requirements, modules, onProgress }: InstallOptions,
): Promise<void> {
  onProgress(`making a virtual environment with Python ${python.version} in ${home}`);
  await rm(home, { recursive: true, force: true });
  await run(python.command, ['-m', 'venv', home]);
  const interpreter = join(home, 'bin', 'python');
  onProgress(`installing ${requirements.join(' ')} (once; about a minute)`);
  await runLoudly(
    interpreter,
    ['-m', 'pip', 'install', '--progress-bar', 'off', ...requirements],
    onProgress,
  );
  if (!python.hasImageWheels && modules.includes('xgboost')) {
    await run(interpreter, ['-c', NUMPY_2_PATCH]);
  }
  const imports = modules.map((name) => `import ${name}; print('${name}', ${name}.__version__)`);
  const { stdout } = await run(interpreter, ['-c', imports.join('\n')]).catch((error: unknown) => {
    const text = String((error as { stderr?: string }).stderr ?? error);
    const hint = text.includes('libomp') ? ' (on macOS: brew install libomp)' : '';
    throw new Error(`the virtual environment in ${home} does not work${hint}: ${text.trim()}`);
  });
  const versions = stdout.trim().split('\n');
  await writeFile(join(home, READY), JSON.stringify({ python: python.version, versions }));
  onProgress(`ready: Python ${python.version}, ${versions.join(', ')}`);
}

async function runLoudly(command: string, args: string[], onProgress: (line: string) => void): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
        tail.push(line);
        if (/^(Collecting|Installing|Successfully)/.test(line)) onProgress(line.slice(0, 200));
      }
    });
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${tail.slice(-10).join('\n')}`);
}

/** Runs `work` while this process alone holds the lock directory; a dead owner's lock is taken over. */
export async function withLock(
  lock: string,
  onProgress: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  let told = false;
  while (!(await acquire(lock))) {
    if (await isAbandoned(lock)) await rm(lock, { recursive: true, force: true });
    else if (!told) onProgress(`another process is preparing ${lock.replace(/\.lock$/, '')}; waiting for it`);
    told = true;
    await wait(LOCK_POLL_MS);
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(lock, 'pid'), String(process.pid));
  return true;
}

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return true;
    if (code !== 'ENOENT') return false;
    const made = await stat(lock).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > UNOWNED_LOCK_MS;
  }
}

function digest(requirements: readonly string[]): string {
  return createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 10);
}
