/** Log events on disk: one file a stream, one JSON line an event, read line by line. */
import { createHash } from 'node:crypto';
import { appendFileSync, createReadStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Cloud } from '../core/cloud.ts';
import type { LogStreamRecord } from './groups.ts';

export interface StoredEvent {
  /** Position in the stream, from 0. */
  readonly index: number;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface EventFiles {
  append(stream: LogStreamRecord, events: readonly Omit<StoredEvent, 'index'>[]): void;
  /** Events in the order in which they came. */
  read(stream: LogStreamRecord): AsyncGenerator<StoredEvent>;
  size(stream: LogStreamRecord): number;
  remove(stream: LogStreamRecord): void;
}

type Line = [timestamp: number, ingestionTime: number, message: string];

export function createEventFiles(cloud: Cloud): EventFiles {
  // names hold slashes and up to 512 characters: digests are safe as file names
  function fileOf({ groupName, name }: LogStreamRecord): string {
    return join(cloud.directory('logs'), digest(groupName), `${digest(name)}.jsonl`);
  }

  return {
    append(stream, events) {
      const file = fileOf(stream);
      mkdirSync(dirname(file), { recursive: true });
      const lines = events.map(({ timestamp, ingestionTime, message }) => {
        const line: Line = [timestamp, ingestionTime, message];
        return `${JSON.stringify(line)}\n`;
      });
      appendFileSync(file, lines.join(''));
    },
    async *read(stream) {
      const file = fileOf(stream);
      if (!existsSync(file)) return;
      let index = 0;
      for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        const [timestamp, ingestionTime, message] = JSON.parse(text) as Line;
        yield { index, timestamp, ingestionTime, message };
        index += 1;
      }
    },
    size(stream) {
      const file = fileOf(stream);
      return existsSync(file) ? statSync(file).size : 0;
    },
    remove: (stream) => rmSync(fileOf(stream), { force: true }),
  };
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
