/** The local cloud as a child process: started clean, ended with its parent, never left behind. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { UsageError } from '../client/connect.ts';

/** Everything that `npm run local` keeps between its steps; wiped at each start. Tests have one of their own. */
export const LOCAL_FOLDER = process.env.DRIFTLESS_LOCAL_FOLDER ?? join('.driftless', 'local');
const PID_FILE = join(LOCAL_FOLDER, 'cloud.pid');
/** It takes a second; a machine that is busy otherwise gets its time. A cloud that ends is noticed at once. */
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

export interface CloudProcess {
  readonly endpoint: string;
  readonly log: string;
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** @throws UsageError when this folder's cloud is up, or the port is taken by something that is not a leftover of ours. */
export async function startCloud(port: number): Promise<CloudProcess> {
  await endLeftover();
  await assertPortIsFree(port);
  rmSync(LOCAL_FOLDER, { recursive: true, force: true });
  mkdirSync(LOCAL_FOLDER, { recursive: true });

  const log = join(LOCAL_FOLDER, 'cloud.log');
  const output = openSync(log, 'a');
  // The channel ends with this process, however it ends; the cloud ends with the channel.
  const child = spawn(
    process.execPath,
    ['localstack/start.mjs', '--port', String(port), '--data', join(LOCAL_FOLDER, 'data')],
    { stdio: ['ignore', output, output, 'ipc'] },
  );
  writeFileSync(PID_FILE, `${child.pid} ${process.pid}`);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilHealthy(child, endpoint, log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return { endpoint, log, ended, stop: () => stop(child) };
}

async function untilHealthy(child: ChildProcess, endpoint: string, log: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const healthy = await fetch(`${endpoint}/_cloud/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await sleep(50);
  }
  throw new Error(`the local cloud did not start; its log (${log}) ends with:\n${tail(log)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(kill);
  rmSync(PID_FILE, { force: true });
}

/** Ends the cloud of an interrupted run, if the process of that number is still one. */
async function endLeftover(): Promise<void> {
  if (!existsSync(PID_FILE)) return;
  const [pid = 0, starter = 0] = readFileSync(PID_FILE, 'utf8').split(' ').map(Number);
  const cloud = processOf(pid);
  if (!cloud) return;
  if (cloud.parent === starter) {
    throw new UsageError(
      `an npm run local of this folder is up (process ${starter}); end it with Ctrl-C before you start another`,
    );
  }
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (processOf(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(100);
  }
}

/** A process number may have been given to another program since: only a cloud is ours to end. */
function processOf(pid: number): { readonly parent: number } | undefined {
  const found = existsSync('/proc/self/stat') ? readProc(pid) : readPs(pid);
  return found?.args.includes('localstack/start.mjs') ? found : undefined;
}

/** Small Linux images have no `ps`. */
function readProc(pid: number): { readonly parent: number; readonly args: string } | undefined {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // "pid (command) state parent": a command may hold spaces and parentheses
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return { parent: Number(parent), args };
  } catch {
    return undefined;
  }
}

function readPs(pid: number): { readonly parent: number; readonly args: string } | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return { parent: Number.parseInt(line, 10), args: line };
  } catch {
    return undefined;
  }
}

function assertPortIsFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) =>
      reject(
        new UsageError(
          `port ${port} of 127.0.0.1 is taken (is another npm run local or npm run cloud open?); ` +
            'end it, or choose another port: npm run local -- --port 4600',
          { cause },
        ),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export function tail(file: string, lines = 25): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
