/** Archives keep what crosses a bus, one JSON line per event; replays send it again. */
import { appendFileSync, createReadStream, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Cloud } from '../core/cloud.ts';
import type { BusEvent } from './bus-event.ts';
import { type EventPattern, parseEventPattern } from './pattern.ts';
import type { ArchiveRecord, EventStore } from './store.ts';

const DAY_MS = 86_400_000;

export interface Archives {
  /** Adds the event to the bus's archives whose pattern it matches. */
  keep(busName: string, event: BusEvent): void;
  /** Events of an archive that are not past its retention, oldest first. */
  read(archive: ArchiveRecord): AsyncGenerator<BusEvent>;
  /** Counts what `read` gives. */
  measure(archive: ArchiveRecord): Promise<{ eventCount: number; sizeBytes: number }>;
  remove(archive: ArchiveRecord): void;
}

export function createArchives(cloud: Cloud, store: EventStore): Archives {
  const patterns = new Map<string, EventPattern>();

  function fileOf(archive: ArchiveRecord): string {
    return join(cloud.directory('events'), `archive-${archive.name}.jsonl`);
  }

  function keeps(archive: ArchiveRecord, event: BusEvent): boolean {
    if (archive.eventPattern === undefined) return true;
    const pattern = patterns.get(archive.eventPattern) ?? parseEventPattern(archive.eventPattern);
    patterns.set(archive.eventPattern, pattern);
    return pattern.matches(event);
  }

  async function* read(archive: ArchiveRecord): AsyncGenerator<BusEvent> {
    const file = fileOf(archive);
    if (!existsSync(file)) return;
    const oldest = archive.retentionDays === 0 ? 0 : cloud.clock.now() - archive.retentionDays * DAY_MS;
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const event = JSON.parse(line) as BusEvent;
      if (Date.parse(event.time) >= oldest) yield event;
    }
  }

  return {
    keep(busName, event) {
      for (const archive of store.archives.values()) {
        if (archive.busName !== busName || !keeps(archive, event)) continue;
        appendFileSync(fileOf(archive), `${JSON.stringify(event)}\n`);
      }
    },
    read,
    async measure(archive) {
      let eventCount = 0;
      let sizeBytes = 0;
      for await (const event of read(archive)) {
        eventCount += 1;
        sizeBytes += Buffer.byteLength(JSON.stringify(event));
      }
      return { eventCount, sizeBytes };
    },
    remove: (archive) => rmSync(fileOf(archive), { force: true }),
  };
}
