/** Finding a Python to make virtual environments with. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The image's libraries have wheels for 3.10 to 3.12: these come first. */
const CANDIDATES = [
  'python3.11',
  'python3.12',
  'python3.10',
  'python3',
  'python',
  'python3.13',
  'python3.14',
];
const OLDEST = [3, 10] as const;
const NEWEST_WITH_WHEELS = 12;
const PROBE = 'import sys, venv, ensurepip; print(sys.executable); print(*sys.version_info[:2])';

export interface Python {
  readonly command: string;
  /** For example `3.11`. */
  readonly version: string;
  /** Whether the image's own library versions have wheels for it. */
  readonly hasImageWheels: boolean;
}

/**
 * The best Python on the PATH that can make virtual environments (3.10 or newer, with `venv` and `ensurepip`).
 * @throws Error naming each Python that was found and what it lacks.
 */
export async function findPython(): Promise<Python> {
  const findings: string[] = [];
  let fallback: Python | undefined;
  for (const command of CANDIDATES) {
    const probed = await probe(command);
    if (typeof probed === 'string') findings.push(`${command}: ${probed}`);
    else if (probed.hasImageWheels) return probed;
    else fallback ??= probed;
  }
  if (fallback) return fallback;
  throw new Error(
    'the local cloud needs Python 3.10 or newer with its "venv" and "ensurepip" modules on the PATH to train and serve ' +
      `models (on Debian and Ubuntu: apt install python3-venv). Found:\n  ${findings.join('\n  ')}`,
  );
}

async function probe(command: string): Promise<Python | string> {
  try {
    const { stdout } = await run(command, ['-c', PROBE], { timeout: 20_000 });
    const [executable = command, version = ''] = stdout.trim().split('\n');
    const [major = 0, minor = 0] = version.split(' ').map(Number);
    if (major !== OLDEST[0] || minor < OLDEST[1]) return `version ${major}.${minor} is older than 3.10`;
    return { command: executable, version: `${major}.${minor}`, hasImageWheels: minor <= NEWEST_WITH_WHEELS };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'not found';
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    return lines.at(-1) ?? 'does not run';
  }
}
