import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runScript } from '../../localstack/testing/run-command.ts';

const PID_FILE = '.driftless/local/cloud.pid';
/** Neither what a checkout has made nor what it keeps for `npm run local`. */
const OWN = ['.driftless', 'cdk.out', 'dist', '.git'];

/** A folder that looks like this checkout but has a `.driftless` of its own. */
let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'driftless-interrupted-'));
  children = [];
  for (const name of readdirSync('.').filter((name) => !OWN.includes(name))) {
    symlinkSync(resolve(name), join(folder, name));
  }
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await until(() => cloudPid() === undefined || !isAlive(cloudPid()!));
  rmSync(folder, { recursive: true, force: true });
});

function listen(port = 0): Promise<Server> {
  const server = createServer();
  return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const close = (server: Server) => new Promise((done) => server.close(done));

async function freePort(): Promise<number> {
  const server = await listen();
  const port = portOf(server);
  await close(server);
  return port;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited half a minute in vain');
    await new Promise((done) => setTimeout(done, 50));
  }
}

function cloudPid(): number | undefined {
  const file = join(folder, PID_FILE);
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts this folder's cloud in a process of its own. @returns that process once the cloud is up. */
async function startCloud(port: number): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/helpers/start-cloud-and-wait.ts', String(port)],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  const endpoint = `http://127.0.0.1:${port}\n`;
  await new Promise<void>((done, fail) => {
    child.stdout!.on('data', (text: Buffer) => text.toString() === endpoint && done());
    child.once('exit', (code) => fail(new Error(`the cloud's starter ended with ${code}`)));
  });
  return child;
}

const runLocal = (port: number, env: NodeJS.ProcessEnv = process.env) =>
  runScript('bin/local.ts', ['--once', '--port', String(port)], { cwd: folder, env });

describe('npm run local', { timeout: 120_000 }, () => {
  it('says which port is taken and how to choose another', async () => {
    const server = await listen();
    const port = portOf(server);
    const { code, stderr } = await runLocal(port);
    await close(server);
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} of 127.0.0.1 is taken`);
    expect(stderr).toContain('npm run local -- --port');
  });

  it('says that this folder has one running, and leaves that one alone', async () => {
    const port = await freePort();
    const first = await startCloud(port);
    const { code, stderr } = await runLocal(await freePort());
    expect(code).toBe(1);
    expect(stderr).toContain(`an npm run local of this folder is up (process ${first.pid})`);
    expect((await fetch(`http://127.0.0.1:${port}/_cloud/health`)).ok).toBe(true);
  });

  it('says what it needs when there is no Python', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { code, stderr } = await runLocal(await freePort(), withPath(empty));
    expect(code).toBe(1);
    expect(stderr).toContain('needs Python 3.10 or newer');
    expect(stderr).toContain('python3: not found');
    expect(cloudPid()).toBeUndefined();
  });

  it('says which Python it found when that is too old', async () => {
    const old = join(folder, 'old');
    mkdirSync(old);
    writeFileSync(join(old, 'python3'), '#!/bin/sh\necho /usr/bin/python3\necho 3 8\n');
    chmodSync(join(old, 'python3'), 0o755);
    const { code, stderr } = await runLocal(await freePort(), withPath(old));
    expect(code).toBe(1);
    expect(stderr).toContain('needs Python 3.10 or newer');
    expect(stderr).toContain('python3: version 3.8 is older than 3.10');
  });

  it('leaves no cloud behind when it is killed, and starts clean the next time', async () => {
    const port = await freePort();
    const killed = await startCloud(port);
    const pid = cloudPid()!;
    writeFileSync(join(folder, '.driftless/local/left.txt'), 'from the run that was killed');
    killed.kill('SIGKILL');
    await until(() => !isAlive(pid));

    const next = await startCloud(port);
    expect(existsSync(join(folder, '.driftless/local/left.txt'))).toBe(false);
    expect(cloudPid()).not.toBe(pid);
    next.kill('SIGTERM');
    await until(() => next.exitCode === 0);
    expect(existsSync(join(folder, PID_FILE))).toBe(false);
  });

  it('ends a cloud that has outlived its run all the same', async () => {
    const port = await freePort();
    // GIVEN a cloud without a channel to the run that is said to have started it
    mkdirSync(join(folder, '.driftless/local'), { recursive: true });
    const orphan = spawn(
      process.execPath,
      ['localstack/start.mjs', '--port', String(port), '--data', '.driftless/local/data'],
      { cwd: folder, stdio: 'ignore' },
    );
    children.push(orphan);
    writeFileSync(join(folder, PID_FILE), `${orphan.pid} 999999999`);
    await startCloud(port);
    await until(() => orphan.exitCode !== null || orphan.signalCode !== null);
    expect(cloudPid()).not.toBe(orphan.pid);
  });
});

/** A PATH with one folder, and no runner that an earlier run has prepared. */
function withPath(path: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: path, LOCAL_CLOUD_RUNNERS_DIR: join(folder, 'runners') };
}
