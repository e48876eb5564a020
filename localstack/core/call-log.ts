/** The record of every call and every permission that it needed: JSON lines in `calls.jsonl`. */
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
  /** The verdict of the policies. */
  readonly decision: 'allow' | 'deny';
  /** Set for a call that needs no permission at all, for example GetCallerIdentity. */
  readonly isFree?: true;
  /** Whether the resource's policy sufficed without an identity policy. */
  readonly byResource?: boolean;
  /** Statements that decided, as `source/policy/statement`. */
  readonly matched?: readonly string[];
  readonly requestId: string;
  /** How long the whole call took, in milliseconds of real time; absent while it runs. */
  readonly durationMs?: number;
  /** Code of the error that the call was answered with. */
  readonly error?: string;
}

/** The end of a call, joined to its records when they are read. */
export type CallEnd = Required<Pick<CallRecord, 'requestId' | 'durationMs'>> & Pick<CallRecord, 'error'>;

export interface CallLog {
  append(record: CallRecord): void;
  end(end: CallEnd): void;
  read(): CallRecord[];
  close(): void;
}

/** Lines are written together, so long apart at most: the log is no state, and a call is not to wait for it. */
const FLUSH_EVERY_MS = 50;

/** Opens the log, appending to what an earlier process left. A torn last line is skipped. */
export function openCallLog(file: string): CallLog {
  let descriptor: number | undefined;
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === '') return;
    descriptor ??= openSync(file, 'a');
    writeSync(descriptor, waiting);
    waiting = '';
  }

  function write(line: CallRecord | CallEnd): void {
    // work that outlives its cloud by a moment: the file may be gone with the data directory
    if (isClosed) return;
    waiting += `${JSON.stringify(line)}\n`;
    timer ??= setTimeout(flush, FLUSH_EVERY_MS).unref();
  }

  return {
    append: write,
    end: write,
    read() {
      flush();
      return existsSync(file) ? joined(readFileSync(file, 'utf8').split('\n')) : [];
    },
    close() {
      flush();
      isClosed = true;
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function joined(lines: readonly string[]): CallRecord[] {
  const records: CallRecord[] = [];
  const ends = new Map<string, CallEnd>();
  for (const text of lines) {
    const line = parse(text);
    if (line && 'action' in line) records.push(line);
    else if (line) ends.set(line.requestId, line);
  }
  return records.map((record) => ({ ...record, ...ends.get(record.requestId) }));
}

function parse(text: string): CallRecord | CallEnd | undefined {
  try {
    return JSON.parse(text) as CallRecord | CallEnd;
  } catch {
    return undefined;
  }
}
