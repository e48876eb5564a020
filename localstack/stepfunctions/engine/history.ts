/** Histories of executions: a file of JSON lines each, appended as events happen. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { machineNameOf } from '../names.ts';

/** The histories of all executions. */
export interface HistoryStore {
  /** Adds an event; it is on disk after the next `flush`. */
  append(executionArn: string, event: HistoryEvent): void;
  /** Writes the events that were added. */
  flush(executionArn: string): void;
  /** All events, oldest first; empty when there are none. */
  read(executionArn: string): readonly HistoryEvent[];
  delete(executionArn: string): void;
}

/** Histories below a directory. */
export function openHistoryStore(directory: string): HistoryStore {
  const madeDirectories = new Set<string>();
  const unwritten = new Map<string, string>();
  // names allow no '/' and no ':', so an ARN's last two parts are a safe path
  const fileOf = (arn: string) =>
    join(directory, machineNameOf(arn), `${arn.slice(arn.lastIndexOf(':') + 1)}.jsonl`);

  function flush(executionArn: string): void {
    const lines = unwritten.get(executionArn);
    if (lines === undefined) return;
    unwritten.delete(executionArn);
    const file = fileOf(executionArn);
    if (!madeDirectories.has(dirname(file))) {
      mkdirSync(dirname(file), { recursive: true });
      madeDirectories.add(dirname(file));
    }
    appendFileSync(file, lines);
  }

  return {
    append(executionArn, event) {
      unwritten.set(executionArn, `${unwritten.get(executionArn) ?? ''}${lineOf(event)}\n`);
    },
    flush,
    read(executionArn) {
      flush(executionArn);
      const file = fileOf(executionArn);
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n');
      lines.pop();
      return lines.map(eventOf);
    },
    delete(executionArn) {
      unwritten.delete(executionArn);
      rmSync(fileOf(executionArn), { force: true });
    },
  };
}

/** The time of an event is its only value that JSON does not have. */
function lineOf(event: HistoryEvent): string {
  return JSON.stringify({ ...event, timestamp: event.timestamp?.getTime() });
}

function eventOf(line: string): HistoryEvent {
  const event = JSON.parse(line) as HistoryEvent & { timestamp: number };
  return { ...event, timestamp: new Date(event.timestamp) };
}
