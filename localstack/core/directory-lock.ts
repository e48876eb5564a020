/** Keeps two processes from writing the same data directory. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes the directory for this process and returns how to give it back. A lock left by a process that is gone is taken
 * over. @throws Error naming the process that holds it
 */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, 'process-id');
  const holder = readHolder(file);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw new Error(
      `the data in ${directory} is in use by process ${holder}. Stop it, or give another --data directory`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // a process of somebody else's is alive too
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
