/** The clouds that are measured: ours, and MiniStack, the only other that runs functions without Docker. Each a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The peer's newest release when this was written (MIT). */
export const PEER = 'ministack==1.5.33';
const KIB_PER_MIB = 1024;

export interface MeasuredCloud {
  readonly name: string;
  readonly endpoint: string;
  /** From the start of the process to the first answer, in ms. */
  readonly startMs: number;
  /** Resident memory of the server's own process, in MiB. Linux only. */
  memoryMiB(): number;
  /** The most that it ever was. */
  peakMemoryMiB(): number;
  stop(): Promise<void>;
}

/** Starts ours as `npm run cloud` does. */
export function startOurs(): Promise<MeasuredCloud> {
  return start('local cloud', '/_cloud/health', (port, folder) => ({
    command: process.execPath,
    args: ['localstack/start.mjs', '--port', String(port), '--data', join(folder, 'data')],
    env: process.env,
  }));
}

/** Starts MiniStack from a virtual environment's folder of programs. Its functions get the SDK, as AWS's have. */
export function startPeer(bin: string): Promise<MeasuredCloud> {
  return start('MiniStack', '/_ministack/health', (port, folder) => ({
    command: join(bin, 'ministack'),
    args: [],
    env: {
      ...process.env,
      GATEWAY_PORT: String(port),
      HOME: folder,
      NODE_PATH: join(process.cwd(), 'node_modules'),
      LOG_LEVEL: 'ERROR',
    },
  }));
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

async function start(
  name: string,
  health: string,
  launch: (port: number, folder: string) => Launch,
): Promise<MeasuredCloud> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bench-cloud-'));
  const endpoint = `http://127.0.0.1:${port}`;
  const { command, args, env } = launch(port, folder);
  const begun = performance.now();
  // a group of its own, so that what it starts ends with it
  const child = spawn(command, args, { env, stdio: 'ignore', detached: true });
  await answers(`${endpoint}${health}`, child);
  const startMs = performance.now() - begun;
  const status = (field: string) => {
    const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) / KIB_PER_MIB;
  };
  return {
    name,
    endpoint,
    startMs,
    memoryMiB: () => status('VmRSS'),
    peakMemoryMiB: () => status('VmHWM'),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await sleep(10);
  }
  throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode} before it answered`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
