/** A local cloud in a process of its own, for tests that end it without warning. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { localFile } from '../core/local-files.ts';

const MAIN = localFile('start.mjs');

/** A running one. */
export interface CloudProcess {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly process: ChildProcess;
  /** Ends it as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a cloud over a data directory, on a free port. @throws Error with what it printed when it does not start */
export async function startCloudProcess(dataDirectory: string): Promise<CloudProcess> {
  const child = spawn(
    process.execPath,
    [MAIN, '--port', '0', '--data', dataDirectory],
    // with a channel, so that it ends when this process does
    { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  );
  let printed = '';
  const endpoint = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const ready = /AWS_ENDPOINT_URL=(\S+)/.exec(printed);
        if (ready) resolve(ready[1]!);
      });
    }
    child.once('exit', () => reject(new Error(`the cloud did not start:\n${printed}`)));
  });
  return {
    endpoint,
    process: child,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
