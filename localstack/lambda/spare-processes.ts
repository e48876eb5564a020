/** Processes booted ahead: a cold start then takes only as long as the function's own code takes to load. */
import { type BootKind, bootProcess, type RuntimeProcess } from './runtime-process.ts';

export interface SpareProcesses {
  /** A booted process of this kind, a new one if none is ready. */
  take(kind: BootKind): RuntimeProcess;
  /** Boots one of this kind for the next cold start; the kind least recently asked for gives way. */
  prepare(kind: BootKind): void;
  stop(): Promise<void>;
}

/** Keeps up to `most` spares, of as many kinds. */
export function createSpareProcesses(most: number): SpareProcesses {
  const spares = new Map<string, RuntimeProcess>();
  return {
    take(kind) {
      const spare = spares.get(kind.key);
      spares.delete(kind.key);
      return spare?.isAlive() ? spare : bootProcess(kind);
    },
    prepare(kind) {
      if (most === 0 || spares.get(kind.key)?.isAlive()) return;
      spares.set(kind.key, bootProcess(kind));
      for (const [key, spare] of spares) {
        if (spares.size <= most) break;
        spares.delete(key);
        spare.kill();
      }
    },
    async stop() {
      const all = [...spares.values()];
      spares.clear();
      for (const spare of all) spare.kill();
      await Promise.all(all.map((spare) => spare.ended));
    },
  };
}
