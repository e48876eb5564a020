/** Deletes items when the time that they carry has come, on the cloud's clock. */
import type { Clock, Timer } from '../core/clock.ts';
import type { Collection } from '../core/collection.ts';
import type { WireItem } from './attribute-values.ts';
import type { Engine } from './engine.ts';
import type { TableSettings } from './table-settings.ts';

/** Items whose time is further back are taken for a mistake and kept, as on AWS. */
const OLDEST_MS = 5 * 365 * 86_400_000;

/** The timers of all tables whose items may end. */
export interface TimeToLive {
  /** Looks at an item that was put, for it may end before all others. */
  noticed(table: string, item: WireItem): void;
  /** Looks at all items of a table, after its setting has changed or the cloud has started. */
  refresh(table: string): void;
  stop(): void;
}

/** Starts with no timers; `refresh` sets that of a table. */
export function createTimeToLive(
  clock: Clock,
  tables: Collection<TableSettings>,
  engine: () => Engine,
): TimeToLive {
  const timers = new Map<string, { readonly timer: Timer; readonly atMs: number }>();

  function attributeOf(table: string): string | undefined {
    const setting = tables.get(table)?.timeToLive;
    return setting?.Enabled ? setting.AttributeName : undefined;
  }

  function schedule(table: string, atMs: number): void {
    const set = timers.get(table);
    if (set && set.atMs <= atMs) return;
    set?.timer.cancel();
    const timer = clock.at(atMs, `dynamodb time to live of ${table}`, async () => {
      timers.delete(table);
      await sweep(table);
    });
    timers.set(table, { timer, atMs });
  }

  async function sweep(table: string): Promise<void> {
    const attribute = attributeOf(table);
    if (attribute === undefined) return;
    for await (const item of engine().items(table)) {
      const endMs = endOf(item, attribute);
      if (endMs === undefined) continue;
      if (endMs > clock.now()) schedule(table, endMs);
      else if (isDue(endMs, clock.now())) await remove(table, item, attribute);
    }
  }

  async function remove(table: string, item: WireItem, attribute: string): Promise<void> {
    await engine().write((writer) => {
      // the item may have been given more time since it was read
      const current = writer.current(table, item);
      const endMs = current && endOf(current, attribute);
      if (endMs !== undefined && isDue(endMs, clock.now())) writer.remove(table, item);
    });
  }

  return {
    noticed(table, item) {
      const attribute = attributeOf(table);
      const endMs = attribute === undefined ? undefined : endOf(item, attribute);
      if (endMs !== undefined && clock.now() - endMs < OLDEST_MS) schedule(table, endMs);
    },
    refresh(table) {
      timers.get(table)?.timer.cancel();
      timers.delete(table);
      if (attributeOf(table) !== undefined) schedule(table, clock.now());
    },
    stop() {
      for (const { timer } of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}

function isDue(endMs: number, nowMs: number): boolean {
  return endMs <= nowMs && nowMs - endMs < OLDEST_MS;
}

/** End of an item in epoch milliseconds; undefined when its attribute is no number of seconds. */
function endOf(item: WireItem, attribute: string): number | undefined {
  const seconds = Number(item[attribute]?.N ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}
