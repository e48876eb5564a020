/** Histories of executions: a file of JSON lines each, appended as events happen. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { parseValue, stringifyValue } from '../../core/json-values.ts';
import { machineNameOf } from '../names.ts';

/** The histories of all executions. */
export interface HistoryStore {
  /** Adds an event: on disk before this returns. */
  append(executionArn: string, event: HistoryEvent): void;
  /** All events, oldest first; empty when there are none. */
  read(executionArn: string): readonly HistoryEvent[];
  delete(executionArn: string): void;
}

/** Histories below a directory. */
export function openHistoryStore(directory: string): HistoryStore {
  const madeDirectories = new Set<string>();
  // names allow no '/' and no ':', so an ARN's last two parts are a safe path
  const fileOf = (arn: string) =>
    join(directory, machineNameOf(arn), `${arn.slice(arn.lastIndexOf(':') + 1)}.jsonl`);

  return {
    append(executionArn, event) {
      const file = fileOf(executionArn);
      if (!madeDirectories.has(dirname(file))) {
        mkdirSync(dirname(file), { recursive: true });
        madeDirectories.add(dirname(file));
      }
      appendFileSync(file, `${stringifyValue(event)}\n`);
    },
    read(executionArn) {
      const file = fileOf(executionArn);
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n');
      lines.pop();
      return lines.map((line) => parseValue(line) as HistoryEvent);
    },
    delete: (executionArn) => rmSync(fileOf(executionArn), { force: true }),
  };
}
