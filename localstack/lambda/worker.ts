/**
 * One execution environment of a function: its process, loaded before the first invocation and invoked one at a time.
 *
 * Loading has ten seconds of its own, outside of the function's time-out. When it fails or takes longer, it is done
 * again as part of the first invocation and within its time-out, as on AWS.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
 */
import { mkdirSync, rmSync } from 'node:fs';
import { directoryBytes } from './directory-bytes.ts';
import { residentBytes } from './resident-memory.ts';
import { type BootKind, bootKindOf, bootProcess, type RuntimeProcess } from './runtime-process.ts';

/** AWS's limit for loading the code before the first invocation. */
export const INIT_LIMIT_MS = 10_000;
const WATCH_EVERY_MS = 200;
/** Looking at a function's storage rests so many times as long as it took. */
const STORAGE_REST = 50;

export interface WorkerSpec {
  readonly handler: string;
  /** For example `nodejs22.x`. */
  readonly runtime: string;
  /** Folder with the function's code. */
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Own folder of this environment that stands for `/tmp`; made here, removed with it. */
  readonly temporaryDirectory: string;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  readonly jsonLogs: boolean;
}

/** The cloud's clock as a process is told it: how far ahead it was at a moment of real time, and how fast it goes. */
export interface CloudTime {
  readonly readAtEpochMs: number;
  readonly offsetMs: number;
  readonly rate: number;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface WorkerInvocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly timeoutMs: number;
  readonly time: CloudTime;
  /** Members of the handler's `context`, and what the bootstrap wants beside. */
  readonly context: Readonly<Record<string, unknown>>;
  onLog(line: string): void;
  /** An initialization went wrong: before the invocation (`init`) or as part of it (`invoke`). */
  onInitReport(report: InitReport): void;
  /** The function's time begins: whatever the code logged while it loaded has been told. */
  onStart(): void;
}

export interface InitReport {
  readonly phase: 'init' | 'invoke';
  readonly durationMs: number;
  /** Absent for a time-out. */
  readonly errorType?: string;
}

export type Outcome =
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'out-of-storage' }
  /** The process ended without an answer; `error` is absent when it gave no reason. */
  | { readonly kind: 'exit'; readonly error?: FunctionError; readonly how: string };

export interface WorkerAnswer {
  readonly outcome: Outcome;
  /** Without the time to load the code, unless that was done again within the invocation. */
  readonly durationMs: number;
  /** Time that loading the code took; set for an environment's first invocation only, when it succeeded. */
  readonly initDurationMs?: number;
  readonly maxMemoryMb: number;
}

export interface Worker {
  invoke(invocation: WorkerInvocation): Promise<WorkerAnswer>;
  /** False once the process has ended or may not be used again. */
  isUsable(): boolean;
  end(): Promise<void>;
}

export interface WorkerOptions {
  /** For tests. @default AWS's 10 seconds */
  readonly initLimitMs?: number;
  /** Where a booted process comes from. */
  readonly boot?: (kind: BootKind) => RuntimeProcess;
}

type Loading = 'loaded' | 'timeout' | Outcome;

/** Makes the environment and begins to load the code. */
export function startWorker(spec: WorkerSpec, time: CloudTime, options: WorkerOptions = {}): Worker {
  const { initLimitMs = INIT_LIMIT_MS, boot = bootProcess } = options;
  const kind = bootKindOf(spec);
  let initDurationMs: number | undefined;
  let isFirst = true;
  let isLoaded = false;
  let maxRssKb = 0;
  let killedFor: Outcome | undefined;
  let current: WorkerInvocation | undefined;
  let settle: ((outcome: Outcome) => void) | undefined;
  const early: string[] = [];

  mkdirSync(spec.temporaryDirectory, { recursive: true });
  let loading = load(boot(kind), time);

  interface Load {
    readonly process: RuntimeProcess;
    readonly startedAt: number;
    /** Settles when the code is loaded or the process has ended. */
    readonly done: Promise<Loading>;
  }

  function load(process: RuntimeProcess, processTime: CloudTime): Load {
    const startedAt = performance.now();
    const done = new Promise<Loading>((resolve) => {
      process.start(spec, processTime, {
        onLog: (line) => (current ? current.onLog(line) : early.push(line)),
        onLoaded() {
          isLoaded = true;
          resolve('loaded');
        },
        onAnswer: (outcome) => settle?.(outcome),
        onEnded(how, reason) {
          const outcome = killedFor ?? ({ kind: 'exit', how, ...(reason && { error: reason }) } as const);
          resolve(outcome);
          // of a process that was replaced nobody waits
          if (settle && loading.process === process) settle(outcome);
        },
      });
    });
    return { process, startedAt, done };
  }

  function isUsable(): boolean {
    return loading.process.isAlive();
  }

  function kill(why?: Outcome): void {
    killedFor ??= why;
    loading.process.kill();
  }

  let storageDueAt = 0;
  function watch(): void {
    const { pid } = loading.process;
    if (!pid) return;
    const bytes = residentBytes(pid);
    maxRssKb = Math.max(maxRssKb, bytes / 1024);
    if (bytes > spec.memoryMb * 1024 * 1024) kill({ kind: 'out-of-memory' });
    else watchStorage();
  }

  // a hundred thousand files take half a second to look at, in which the cloud does nothing else
  function watchStorage(): void {
    const begun = performance.now();
    if (begun < storageDueAt) return;
    if (isStorageFull()) kill({ kind: 'out-of-storage' });
    const ended = performance.now();
    storageDueAt = ended + STORAGE_REST * (ended - begun);
  }

  const isStorageFull = () => directoryBytes(spec.temporaryDirectory) > spec.ephemeralStorageMb * 1024 * 1024;

  async function within(limitMs: number, done: Promise<Loading>): Promise<Loading> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<Loading>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), limitMs);
    });
    try {
      return await Promise.race([done, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for the first load; after a failure begins another, in the same environment. */
  async function initialize(invocation: WorkerInvocation): Promise<void> {
    const { startedAt, done, process } = loading;
    const result = await within(initLimitMs - (performance.now() - startedAt), done);
    const durationMs = performance.now() - startedAt;
    for (const line of early.splice(0)) invocation.onLog(line);
    if (result === 'loaded') {
      initDurationMs = durationMs;
      return;
    }
    process.kill();
    await process.ended;
    invocation.onInitReport({ phase: 'init', durationMs, ...errorTypeOf(result) });
    loading = load(boot(kind), invocation.time);
  }

  function errorTypeOf(result: Loading): { errorType?: string } {
    if (typeof result === 'string') return {};
    if (result.kind === 'out-of-memory') return { errorType: 'Runtime.OutOfMemory' };
    return { errorType: (result.kind === 'exit' && result.error?.errorType) || 'Runtime.ExitError' };
  }

  async function invoke(invocation: WorkerInvocation): Promise<WorkerAnswer> {
    current = invocation;
    const tellsInit = isFirst;
    if (isFirst) await initialize(invocation);
    isFirst = false;
    invocation.onStart();
    // what the handler left running said between the invocations
    for (const line of early.splice(0)) invocation.onLog(line);
    const beganAt = performance.now();
    const outcome = await run(invocation, beganAt);
    const durationMs = performance.now() - beganAt;
    current = undefined;
    maxRssKb = Math.max(maxRssKb, loading.process.maxRssKb());
    return {
      outcome,
      durationMs,
      ...(tellsInit && initDurationMs !== undefined && { initDurationMs }),
      maxMemoryMb: Math.min(spec.memoryMb, Math.ceil(maxRssKb / 1024)),
    };
  }

  async function run(invocation: WorkerInvocation, beganAt: number): Promise<Outcome> {
    const settled = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    const deadlineEpochMs = Date.now() + invocation.timeoutMs;
    const timeout = setTimeout(() => kill({ kind: 'timeout' }), invocation.timeoutMs);
    const watching = setInterval(watch, WATCH_EVERY_MS);
    try {
      if (!isLoaded) {
        const result = await loading.done;
        if (result !== 'loaded') {
          const type = typeof result === 'string' || result.kind === 'timeout' ? {} : errorTypeOf(result);
          invocation.onInitReport({ phase: 'invoke', durationMs: performance.now() - beganAt, ...type });
          return result as Outcome;
        }
      }
      if (isUsable()) {
        const { requestId, payload, time } = invocation;
        loading.process.send({ ...invocation.context, requestId, payload, time, deadlineEpochMs });
      }
      const outcome = await settled;
      if (outcome.kind !== 'result' || !isStorageFull()) return outcome;
      kill();
      return { kind: 'out-of-storage' };
    } finally {
      clearTimeout(timeout);
      clearInterval(watching);
      settle = undefined;
    }
  }

  return {
    invoke,
    isUsable,
    async end() {
      loading.process.kill();
      await loading.process.ended;
      rmSync(spec.temporaryDirectory, { recursive: true, force: true });
    },
  };
}
