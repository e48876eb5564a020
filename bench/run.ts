/** What every benchmark says of itself, and how it ends. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** Day, commit and machine, for the page of a result. */
export function madeOn(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit} or its child, ${machine}`;
}

/** Ends the process with what `main` answers, or with `failed` and the error's message. */
export function run(name: string, main: () => Promise<number>, failed = 1): void {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      console.error(`${name}: ${error.message}`);
      process.exitCode = failed;
    },
  );
}
