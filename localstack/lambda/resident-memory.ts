/** How much memory a process holds. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux reports pages of this size; a machine with larger ones would report fewer. */
const PAGE_BYTES = 4096;

/** Resident bytes of a process, 0 when it has ended. Reads `/proc`, or asks `ps` where there is none. */
export function residentBytes(pid: number): number {
  try {
    if (process.platform === 'linux') {
      return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    return 0; // ended between the decision to look and the look
  }
}
