/** One operating-system process of a function: booted without the function, then started as it, and listened to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { localFile } from '../core/local-files.ts';
import { createFrameReader, type FrameType } from './frames.ts';
import type { CloudTime, FunctionError, Outcome, WorkerSpec } from './worker.ts';

const RUNTIME = localFile('lambda/runtime.cjs');
const DRAIN_LIMIT_MS = 250;
/** Share of the memory size that V8's old space may take, as in AWS's Node.js runtimes. */
const HEAP_SHARE = 0.9;
/** What Node.js and its libraries read only once, when they boot. */
const READ_AT_BOOT = /^(?:NODE_|LC_|UV_|SSL_|OPENSSL_|LD_|MALLOC_)|^(?:TZ|LANG|LANGUAGE)$/;

/** Signals in the words of Lambda, which is written in Go. */
const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};
/** 128 + SIGABRT: V8 that runs out of its heap, behind a shell. */
const ABORTED_EXIT_CODE = 134;

/** What has to be known before a process boots; processes of one kind can stand in for each other until they start. */
export interface BootKind {
  readonly key: string;
  readonly heapMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Told what the process says, in order. */
export interface ProcessListener {
  onLog(line: string): void;
  onLoaded(): void;
  onAnswer(outcome: Outcome): void;
  /** The process is gone: how (empty for exit code 0), and the reason that it gave, if any. */
  onEnded(how: string, reason: FunctionError | undefined): void;
}

export interface RuntimeProcess {
  /** Turns the booted process into the function's and begins to load the code. Once. */
  start(spec: WorkerSpec, time: CloudTime, listener: ProcessListener): void;
  send(command: object): void;
  kill(): void;
  readonly pid: number | undefined;
  /** False once it has ended or is about to. */
  isAlive(): boolean;
  /** Largest resident set that the process told of. */
  maxRssKb(): number;
  readonly ended: Promise<void>;
}

/** The kind of process that a function needs. */
export function bootKindOf({ memoryMb, environment }: WorkerSpec): BootKind {
  const heapMb = Math.floor(memoryMb * HEAP_SHARE);
  const read = Object.entries(environment).filter(([name]) => READ_AT_BOOT.test(name));
  return { key: JSON.stringify([heapMb, read.sort()]), heapMb, environment: Object.fromEntries(read) };
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `signal: ${SIGNALS[signal] ?? signal.slice(3).toLowerCase()}`;
  if (code === ABORTED_EXIT_CODE) return 'signal: aborted';
  return code === 0 ? '' : `exit status ${code}`;
}

/** Boots a process. */
export function bootProcess({ heapMb, environment }: BootKind): RuntimeProcess {
  let isAlive = true;
  let hasEnded = false;
  let maxRssKb = 0;
  let partial = '';
  let reason: FunctionError | undefined;
  let listener: ProcessListener | undefined;
  let bootFailure = '';

  const child: ChildProcess = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, RUNTIME], {
    cwd: '/',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
  });
  let onEnded: () => void;
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });

  function flushPartial(): void {
    if (partial) listener?.onLog(partial);
    partial = '';
  }

  function finish(code: number | null, signal: NodeJS.Signals | null): void {
    if (hasEnded) return;
    hasEnded = true;
    isAlive = false;
    flushPartial();
    listener?.onEnded(exitReason(code, signal), reason);
    onEnded();
  }

  function logBytes(bytes: Buffer): void {
    const lines = (partial + bytes.toString('utf8')).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) listener?.onLog(line);
  }

  function onFrame(type: FrameType, body: Buffer): void {
    const text = body.toString('utf8');
    switch (type) {
      case 'L':
        listener?.onLog(text);
        break;
      case 'S':
        logBytes(body);
        break;
      case 'R':
        listener?.onLoaded();
        break;
      case 'M':
        maxRssKb = Math.max(maxRssKb, (JSON.parse(text) as { maxRssKb: number }).maxRssKb);
        break;
      case 'O':
        flushPartial();
        listener?.onAnswer({ kind: 'result', payload: text });
        break;
      case 'F':
        flushPartial();
        listener?.onAnswer({ kind: 'error', error: JSON.parse(text) as FunctionError });
        break;
      case 'I':
      case 'X':
        isAlive = false;
        reason = JSON.parse(text) as FunctionError;
    }
  }

  (child.stdio[3] as NodeJS.ReadableStream).on('data', createFrameReader(onFrame));
  child.stdout?.on('data', logBytes);
  child.stderr?.on('data', logBytes);
  child.on('error', (error) => {
    bootFailure = `the process could not be started: ${error.message}`;
    if (child.pid === undefined) finish(1, null);
  });
  child.on('exit', (code, signal) => {
    isAlive = false;
    // a process of the handler's own may hold the pipes open: the last output is awaited, but not for ever
    const drained = setTimeout(() => finish(code, signal), DRAIN_LIMIT_MS);
    child.once('close', () => {
      clearTimeout(drained);
      finish(code, signal);
    });
  });

  return {
    start({ handler, runtime, taskRoot, environment: full, jsonLogs }, time, given) {
      listener = given;
      if (bootFailure) given.onLog(bootFailure);
      if (hasEnded) given.onEnded('exit status 1', reason);
      else child.send({ handler, runtime, taskRoot, environment: full, jsonLogs, time }, () => {});
    },
    send: (command) => void child.send(command, () => {}),
    kill() {
      isAlive = false;
      child.kill('SIGKILL');
    },
    get pid() {
      return child.pid;
    },
    isAlive: () => isAlive,
    maxRssKb: () => maxRssKb,
    ended,
  };
}
