/**
 * The processes of all functions: one per invocation in progress, kept warm between invocations, ended when idle for
 * long or when others need the room.
 */
import { totalmem } from 'node:os';
import type { Principal } from '../core/principal.ts';
import { bootKindOf } from './runtime-process.ts';
import { createSpareProcesses } from './spare-processes.ts';
import {
  type CloudTime,
  startWorker,
  type Worker,
  type WorkerAnswer,
  type WorkerInvocation,
  type WorkerSpec,
} from './worker.ts';

const IDLE_LIMIT_MS = 5 * 60_000;
const REAP_EVERY_MS = 30_000;
/** A spare is booted a little after the answer of the cold start that used one up. */
const SPARE_DELAY_MS = 50;

export interface PoolOptions {
  /** Invocations running at once over all functions; more wait their turn. @default 32 */
  readonly maximumBusy?: number;
  /** Warm processes kept; the longest idle is ended first. @default 24, about 1.5 GB */
  readonly maximumIdle?: number;
  /** Sum of the memory sizes of what runs at once. @default half of the machine's memory */
  readonly maximumBusyMemoryMb?: number;
  /** Processes kept booted for the next cold start, each about 40 MB. @default 2 */
  readonly maximumSpare?: number;
  readonly initLimitMs?: number;
}

export interface PooledSpec extends WorkerSpec {
  readonly logStreamName: string;
  /** The function's role, as whom the process signs and its logs are written. */
  readonly session: Principal;
}

export interface PoolRequest {
  /** Function whose processes `retire` ends. */
  readonly functionName: string;
  /** Processes are shared between invocations of the same key: function, version and revision of its configuration. */
  readonly key: string;
  /** Called when a new process is needed. */
  readonly makeSpec: () => PooledSpec;
  readonly memoryMb: number;
  readonly time: () => CloudTime;
  /** The invocation, once it is known on which process, and so in which log stream, it runs. */
  readonly invocation: (spec: PooledSpec) => WorkerInvocation;
}

interface Pooled {
  readonly worker: Worker;
  readonly key: string;
  readonly functionName: string;
  readonly spec: PooledSpec;
  readonly memoryMb: number;
  idleSince: number;
  retired: boolean;
  isNew: boolean;
}

export interface Pool {
  run(request: PoolRequest): Promise<WorkerAnswer>;
  /** Ends the function's idle processes, and its busy ones after their invocation. */
  retire(functionName: string): void;
  size(): { readonly busy: number; readonly idle: number };
  stop(): Promise<void>;
}

/** An empty pool; its reaper does not keep the process alive. */
export function createPool(options: PoolOptions = {}): Pool {
  const maximumBusy = options.maximumBusy ?? 32;
  const maximumIdle = options.maximumIdle ?? 24;
  const maximumBusyMemoryMb = options.maximumBusyMemoryMb ?? totalmem() / 2 ** 20 / 2;
  const spares = createSpareProcesses(options.maximumSpare ?? 2);
  const preparing = new Set<NodeJS.Timeout>();
  const busy = new Set<Pooled>();
  let idle: Pooled[] = [];
  let queue: (() => void)[] = [];
  let stopped = false;

  const reaper = setInterval(() => {
    endWhere((pooled) => performance.now() - pooled.idleSince > IDLE_LIMIT_MS);
  }, REAP_EVERY_MS);
  reaper.unref();

  function endWhere(condition: (pooled: Pooled) => boolean): void {
    for (const pooled of idle.filter(condition)) void pooled.worker.end();
    idle = idle.filter((pooled) => !condition(pooled));
  }

  function hasRoomFor(memoryMb: number): boolean {
    if (busy.size === 0) return true;
    const used = [...busy].reduce((sum, pooled) => sum + pooled.memoryMb, 0);
    return busy.size < maximumBusy && used + memoryMb <= maximumBusyMemoryMb;
  }

  function takeIdle(key: string): Pooled | undefined {
    endWhere((pooled) => !pooled.worker.isUsable());
    const found = idle.findLast((pooled) => pooled.key === key);
    if (found) idle = idle.filter((pooled) => pooled !== found);
    return found;
  }

  function start(request: PoolRequest): Pooled {
    const spec = request.makeSpec();
    const { key, functionName, memoryMb } = request;
    const worker = startWorker(spec, request.time(), {
      ...(options.initLimitMs !== undefined && { initLimitMs: options.initLimitMs }),
      boot: spares.take,
    });
    return { worker, key, functionName, spec, memoryMb, idleSince: 0, retired: false, isNew: true };
  }

  function prepareSpare(spec: PooledSpec): void {
    const timer = setTimeout(() => {
      preparing.delete(timer);
      spares.prepare(bootKindOf(spec));
    }, SPARE_DELAY_MS);
    timer.unref();
    preparing.add(timer);
  }

  async function acquire(request: PoolRequest): Promise<Pooled> {
    while (!hasRoomFor(request.memoryMb) && !stopped) {
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    if (stopped) throw new Error('the local cloud is stopping');
    const pooled = takeIdle(request.key) ?? start(request);
    busy.add(pooled);
    return pooled;
  }

  function wakeQueue(): void {
    const waiting = queue;
    queue = [];
    for (const wake of waiting) wake();
  }

  function release(pooled: Pooled): void {
    busy.delete(pooled);
    if (pooled.isNew && !stopped) prepareSpare(pooled.spec);
    pooled.isNew = false;
    if (pooled.retired || stopped || !pooled.worker.isUsable()) {
      void pooled.worker.end();
    } else {
      pooled.idleSince = performance.now();
      idle.push(pooled);
      const excess = idle.length - maximumIdle;
      if (excess > 0) for (const oldest of idle.splice(0, excess)) void oldest.worker.end();
    }
    wakeQueue();
  }

  return {
    async run(request) {
      const pooled = await acquire(request);
      try {
        return await pooled.worker.invoke(request.invocation(pooled.spec));
      } finally {
        release(pooled);
      }
    },
    retire(functionName) {
      endWhere((pooled) => pooled.functionName === functionName);
      for (const pooled of busy) if (pooled.functionName === functionName) pooled.retired = true;
    },
    size: () => ({ busy: busy.size, idle: idle.length }),
    async stop() {
      stopped = true;
      clearInterval(reaper);
      for (const timer of preparing) clearTimeout(timer);
      const all = [...busy, ...idle];
      idle = [];
      wakeQueue();
      await Promise.all([spares.stop(), ...all.map((pooled) => pooled.worker.end())]);
    },
  };
}
