/** The record of every permission that was asked for: one JSON line each in `calls.jsonl`. */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One decision. A call that needs several permissions leaves several lines with one request id. */
export interface CallRecord {
  /** ISO time on the cloud's clock. */
  readonly time: string;
  readonly principal: string;
  /** Set when the principal is a role's session. */
  readonly roleArn?: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly decision: 'allow' | 'deny';
  /** Whether the resource's policy sufficed without an identity policy. */
  readonly byResource?: boolean;
  /** Statements that decided, as `source/policy/statement`. */
  readonly matched?: readonly string[];
  readonly requestId: string;
}

export interface CallLog {
  append(record: CallRecord): void;
  read(): CallRecord[];
  close(): void;
}

/** Opens the log, appending to what an earlier process left. A torn last line is skipped. */
export function openCallLog(file: string): CallLog {
  let descriptor: number | undefined;
  return {
    append(record) {
      descriptor ??= openSync(file, 'a');
      writeSync(descriptor, `${JSON.stringify(record)}\n`);
    },
    read() {
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      return lines.flatMap((line) => {
        try {
          return [JSON.parse(line) as CallRecord];
        } catch {
          return [];
        }
      });
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
