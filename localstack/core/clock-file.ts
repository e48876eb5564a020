/** Keeps how far the clock is ahead, for the next process over the same data. */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Longer than any offset as JSON: the text is always overwritten whole. */
const TEXT_LENGTH = 64;

export interface ClockFile {
  /** What was kept last, in milliseconds; 0 for a new file. */
  readonly offsetMs: number;
  keep(offsetMs: number): void;
  close(): void;
}

/** Opens or makes the file. It is overwritten in place: truncating it at each of a month's steps takes minutes. */
export function openClockFile(path: string): ClockFile {
  const isThere = existsSync(path);
  const text = isThere ? readFileSync(path, 'utf8') : '';
  const offsetMs = text.trim() === '' ? 0 : (JSON.parse(text) as { offsetMs: number }).offsetMs;
  const file = openSync(path, isThere ? 'r+' : 'w+');
  let isOpen = true;
  return {
    offsetMs,
    keep(offset) {
      if (isOpen) writeSync(file, JSON.stringify({ offsetMs: offset }).padEnd(TEXT_LENGTH), 0);
    },
    close() {
      isOpen = false;
      closeSync(file);
    },
  };
}
