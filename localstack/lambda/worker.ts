/** One process of a function: started with its code, invoked one at a time, gone when it dies or is ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFrameReader, type FrameType } from './frames.ts';
import { residentBytes } from './resident-memory.ts';

const RUNTIME = fileURLToPath(new URL('runtime.cjs', import.meta.url));
/** AWS's limit for loading the code before the first invocation. */
export const INIT_LIMIT_MS = 10_000;
const MEMORY_CHECK_MS = 200;
const DRAIN_LIMIT_MS = 250;
/** Share of the memory size that V8's old space may take, as in AWS's Node.js runtimes. */
const HEAP_SHARE = 0.9;

export interface WorkerSpec {
  readonly handler: string;
  /** Folder with the function's code. */
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Own folder of this process that stands for `/tmp`; made here, removed with the process. */
  readonly temporaryDirectory: string;
  readonly memoryMb: number;
  readonly jsonLogs: boolean;
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
  readonly offsetMs: number;
  /** Members of the handler's `context`, and what the bootstrap wants beside. */
  readonly context: Readonly<Record<string, unknown>>;
  onLog(line: string): void;
}

export type Outcome =
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError }
  | { readonly kind: 'timeout' }
  /** The process ended without an answer; `error` is absent when it gave no reason. */
  | { readonly kind: 'exit'; readonly error?: FunctionError; readonly how: string };

export interface WorkerAnswer {
  readonly outcome: Outcome;
  /** Without the time to load the code, unless that ran over its own limit. */
  readonly durationMs: number;
  /** Time from starting the process until the handler was loaded; set for a process's first invocation only. */
  readonly initDurationMs?: number;
  readonly maxMemoryMb: number;
}

export interface Worker {
  readonly spec: WorkerSpec;
  invoke(invocation: WorkerInvocation): Promise<WorkerAnswer>;
  /** False once the process has ended or may not be used again. */
  isUsable(): boolean;
  end(): Promise<void>;
}

interface Waiting {
  invocation: WorkerInvocation;
  partial: string;
  settle(outcome: Outcome): void;
}

/** Starts the process and begins loading the code. `initLimitMs` is for tests. */
export function startWorker(spec: WorkerSpec, offsetMs: number, initLimitMs = INIT_LIMIT_MS): Worker {
  const startedAt = performance.now();
  let usable = true;
  let ended = false;
  let killedFor: 'timeout' | 'memory' | undefined;
  let initDurationMs: number | undefined;
  let hasToldInit = false;
  let maxRssKb = 0;
  let fatal: FunctionError | undefined;
  let waiting: Waiting | undefined;
  let memoryCheck: NodeJS.Timeout | undefined;
  const early: string[] = [];

  mkdirSync(spec.temporaryDirectory, { recursive: true });
  const child: ChildProcess = spawn(
    process.execPath,
    [`--max-old-space-size=${Math.floor(spec.memoryMb * HEAP_SHARE)}`, RUNTIME],
    { cwd: spec.taskRoot, env: spec.environment, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'] },
  );
  let onExited: () => void;
  const exited = new Promise<void>((resolve) => {
    onExited = resolve;
  });
  let onReady: () => void;
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });

  function finish(code: number | null, signal: NodeJS.Signals | null): void {
    if (ended) return;
    ended = true;
    usable = false;
    onReady();
    onExited();
    if (killedFor === 'timeout') settle({ kind: 'timeout' });
    else settle({ kind: 'exit', how: exitReason(code, signal), ...(fatal && { error: fatal }) });
    rmSync(spec.temporaryDirectory, { recursive: true, force: true });
  }

  function log(line: string): void {
    if (waiting) waiting.invocation.onLog(line);
    else early.push(line);
  }

  function logBytes(bytes: Buffer): void {
    const lines = ((waiting?.partial ?? '') + bytes.toString('utf8')).split('\n');
    const partial = lines.pop() ?? '';
    for (const line of lines) log(line);
    if (waiting) waiting.partial = partial;
    else if (partial) early.push(partial);
  }

  function settle(outcome: Outcome): void {
    const current = waiting;
    if (!current) return;
    if (current.partial) current.invocation.onLog(current.partial);
    waiting = undefined;
    clearInterval(memoryCheck);
    current.settle(outcome);
  }

  function onFrame(type: FrameType, body: Buffer): void {
    const parse = <T>() => JSON.parse(body.toString('utf8')) as T;
    switch (type) {
      case 'L':
        log(body.toString('utf8'));
        break;
      case 'S':
        logBytes(body);
        break;
      case 'R':
        initDurationMs = performance.now() - startedAt;
        onReady();
        break;
      case 'M':
        maxRssKb = Math.max(maxRssKb, parse<{ maxRssKb: number }>().maxRssKb);
        break;
      case 'O':
        settle({ kind: 'result', payload: body.toString('utf8') });
        break;
      case 'F':
        settle({ kind: 'error', error: parse() });
        break;
      case 'I':
      case 'X':
        usable = false;
        fatal = parse();
    }
  }

  function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    if (killedFor === 'memory' || signal === 'SIGKILL') return 'signal: killed';
    if (signal === 'SIGABRT' || code === 134) return 'signal: aborted';
    if (signal) return `signal: ${signal.slice(3).toLowerCase()}`;
    return code === 0 ? '' : `exit status ${code}`;
  }

  (child.stdio[3] as NodeJS.ReadableStream).on('data', createFrameReader(onFrame));
  child.stdout?.on('data', logBytes);
  child.stderr?.on('data', logBytes);
  child.on('error', (error) => {
    early.push(`the process could not be started: ${error.message}`);
    if (child.pid === undefined) finish(1, null);
  });
  child.on('exit', (code, signal) => {
    usable = false;
    // a process of the handler's own may hold the pipes open: the last output is awaited, but not for ever
    const drained = setTimeout(() => finish(code, signal), DRAIN_LIMIT_MS);
    child.once('close', () => {
      clearTimeout(drained);
      finish(code, signal);
    });
  });
  child.send({ handler: spec.handler, taskRoot: spec.taskRoot, offsetMs, jsonLogs: spec.jsonLogs }, () => {});

  function kill(why?: 'timeout' | 'memory'): void {
    usable = false;
    killedFor ??= why;
    child.kill('SIGKILL');
  }

  function watchMemory(): void {
    if (!child.pid) return;
    const bytes = residentBytes(child.pid);
    maxRssKb = Math.max(maxRssKb, bytes / 1024);
    if (bytes > spec.memoryMb * 1024 * 1024) kill('memory');
  }

  /** Until the code is loaded, at most its own limit; what goes beyond counts as the invocation's time, as on AWS. */
  async function loaded(): Promise<number> {
    const remainingMs = initLimitMs - (performance.now() - startedAt);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, remainingMs);
    });
    await Promise.race([ready, limit]);
    clearTimeout(timer);
    return performance.now();
  }

  async function invoke(invocation: WorkerInvocation): Promise<WorkerAnswer> {
    const settled = new Promise<Outcome>((resolve) => {
      waiting = { invocation, partial: '', settle: resolve };
    });
    for (const line of early.splice(0)) invocation.onLog(line);
    memoryCheck = setInterval(watchMemory, MEMORY_CHECK_MS);
    if (ended) settle({ kind: 'exit', how: 'exit status 1', ...(fatal && { error: fatal }) });

    const beganAt = initDurationMs === undefined ? await loaded() : performance.now();
    const timeout = setTimeout(() => kill('timeout'), invocation.timeoutMs);
    const deadlineEpochMs = Date.now() + invocation.timeoutMs;
    await Promise.race([ready, settled]);
    if (usable) {
      const { requestId, payload, offsetMs } = invocation;
      child.send({ ...invocation.context, requestId, payload, offsetMs, deadlineEpochMs }, () => {});
    }
    const outcome = await settled;
    clearTimeout(timeout);

    const durationMs = performance.now() - beganAt;
    const tellsInit = !hasToldInit && initDurationMs !== undefined;
    hasToldInit = true;
    return {
      outcome,
      durationMs,
      ...(tellsInit && initDurationMs !== undefined && { initDurationMs }),
      maxMemoryMb: Math.min(spec.memoryMb, Math.ceil(maxRssKb / 1024)),
    };
  }

  return {
    spec,
    invoke,
    isUsable: () => usable,
    async end() {
      if (!ended) kill();
      await exited;
    },
  };
}
