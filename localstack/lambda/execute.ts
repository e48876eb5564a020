/** Runs one invocation of a function: process, log lines, answer. */

import { logGroupOf } from './describe.ts';
import { tooManyRequests } from './errors.ts';
import { makeWorkerSpec } from './execution-environment.ts';
import { createLogShipper, type LogTarget } from './log-shipper.ts';
import { createMetricSink, type MetricSink } from './metrics.ts';
import type { FunctionRecord, FunctionVersion } from './records.ts';
import type { LambdaState } from './state.ts';
import type { FunctionError, Outcome, WorkerAnswer } from './worker.ts';

/** AWS's limit for a synchronous answer: 6 MB and some. */
export const LARGEST_ANSWER_BYTES = 6_291_556;
const TAIL_BYTES = 4096;

export interface ExecutionRequest {
  readonly record: FunctionRecord;
  readonly version: FunctionVersion;
  readonly invokedArn: string;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly clientContext?: unknown;
}

export interface Execution {
  /** JSON text: the handler's result, or the description of what went wrong. */
  readonly payload: string;
  readonly failed: boolean;
  readonly executedVersion: string;
  /** The last 4 KB of the invocation's log. */
  readonly logTail: string;
}

export interface Executor {
  /** @throws AwsError TooManyRequestsException, or AccessDeniedException when the role cannot be assumed. */
  execute(request: ExecutionRequest): Promise<Execution>;
  readonly metrics: MetricSink;
}

/** The description of an outcome that is no result. */
function failureOf(outcome: Outcome, requestId: string, timeoutSeconds: number): FunctionError | undefined {
  switch (outcome.kind) {
    case 'result': {
      const size = Buffer.byteLength(outcome.payload);
      if (size <= LARGEST_ANSWER_BYTES) return undefined;
      return {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${LARGEST_ANSWER_BYTES} bytes).`,
      };
    }
    case 'error':
      return outcome.error;
    case 'timeout':
      return {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      };
    case 'exit': {
      if (outcome.error) return outcome.error;
      const how = outcome.how ? `with error: ${outcome.how}` : 'without providing a reason';
      return {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited ${how}`,
      };
    }
  }
}

function statusOf(outcome: Outcome): 'success' | 'failure' | 'error' | 'timeout' {
  if (outcome.kind === 'result') return 'success';
  if (outcome.kind === 'timeout') return 'timeout';
  return outcome.kind === 'error' ? 'failure' : 'error';
}

function reportLine(request: ExecutionRequest, answer: WorkerAnswer, now: string): string {
  const { requestId, version } = request;
  const status = statusOf(answer.outcome);
  const durationMs = Number(answer.durationMs.toFixed(2));
  const billedMs = Math.ceil(durationMs + (answer.initDurationMs ?? 0));
  if (version.logging.LogFormat === 'JSON') {
    const metrics = {
      durationMs,
      billedDurationMs: billedMs,
      memorySizeMB: version.memoryMb,
      maxMemoryUsedMB: answer.maxMemoryMb,
      ...(answer.initDurationMs !== undefined && {
        initDurationMs: Number(answer.initDurationMs.toFixed(2)),
      }),
    };
    return JSON.stringify({ time: now, type: 'platform.report', record: { requestId, metrics, status } });
  }
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs} ms`,
    `Memory Size: ${version.memoryMb} MB`,
    `Max Memory Used: ${answer.maxMemoryMb} MB`,
    ...(answer.initDurationMs === undefined ? [] : [`Init Duration: ${answer.initDurationMs.toFixed(2)} ms`]),
    ...(status === 'timeout' || status === 'error' ? [`Status: ${status}`] : []),
  ];
  return `${fields.join('\t')}\t`;
}

/** The lines that Lambda itself writes when the process did not answer. */
function endingLines(
  outcome: Outcome,
  failure: FunctionError | undefined,
  id: string,
  now: string,
): string[] {
  if (outcome.kind === 'timeout') {
    return [`${now} ${id} ${failure?.errorMessage.replace(/^.*Error: /, '') ?? ''}`];
  }
  if (outcome.kind === 'exit' && !outcome.error) return [`${failure?.errorMessage}`, 'Runtime.ExitError'];
  return [];
}

/** The executor of all functions; it counts what runs, for the reserved concurrency. */
export function createExecutor(state: LambdaState): Executor {
  const { cloud, pool } = state;
  const shipper = createLogShipper(cloud);
  const metrics = createMetricSink(cloud);
  const running = new Map<string, number>();

  async function run(request: ExecutionRequest): Promise<Execution> {
    const { record, version, requestId } = request;
    const group = logGroupOf(record.name, version);
    const jsonLogs = version.logging.LogFormat === 'JSON';
    const tellsSystem = !jsonLogs || version.logging.SystemLogLevel !== 'WARN';
    const lines: string[] = [];
    let target: LogTarget | undefined;

    function log(message: string): void {
      lines.push(message);
      if (target) shipper.write(target, { timestamp: cloud.clock.now(), message });
    }
    function logSystem(text: string, type: string, detail: object): void {
      if (!tellsSystem) return;
      const time = cloud.clock.date().toISOString();
      log(jsonLogs ? JSON.stringify({ time, type, record: { requestId, ...detail } }) : text);
    }

    const answer = await pool.run({
      functionName: record.name,
      key: `${record.name}:${version.version}:${version.revisionId}`,
      memoryMb: version.memoryMb,
      offsetMs: cloud.clock.offsetMs,
      makeSpec: () => makeWorkerSpec(state, record, version),
      invocation: ({ logStreamName, session }) => {
        target = { group, stream: logStreamName, session };
        const detail = { version: version.version };
        logSystem(`START RequestId: ${requestId} Version: ${version.version}`, 'platform.start', detail);
        return {
          requestId,
          payload: request.payload,
          timeoutMs: version.timeoutSeconds * 1000,
          offsetMs: cloud.clock.offsetMs,
          onLog: log,
          context: {
            functionName: record.name,
            functionVersion: version.version,
            invokedFunctionArn: request.invokedArn,
            memoryLimitInMB: String(version.memoryMb),
            logGroupName: group,
            logStreamName,
            clientContext: request.clientContext,
          },
        };
      },
    });

    const now = cloud.clock.date().toISOString();
    const failure = failureOf(answer.outcome, requestId, version.timeoutSeconds);
    for (const line of endingLines(answer.outcome, failure, requestId, now)) log(line);
    logSystem(`END RequestId: ${requestId}`, 'platform.runtimeDone', { status: statusOf(answer.outcome) });
    if (tellsSystem) log(reportLine(request, answer, now));
    if (target) shipper.flush(target);
    metrics.put(record.name, {
      Invocations: 1,
      Errors: failure ? 1 : 0,
      Duration: answer.durationMs,
      ConcurrentExecutions: running.get(record.name) ?? 1,
    });
    return {
      payload: failure || answer.outcome.kind !== 'result' ? JSON.stringify(failure) : answer.outcome.payload,
      failed: failure !== undefined,
      executedVersion: version.version,
      logTail: Buffer.from(`${lines.join('\n')}\n`)
        .subarray(-TAIL_BYTES)
        .toString('base64'),
    };
  }

  return {
    metrics,
    async execute(request) {
      const { name, reservedConcurrency } = request.record;
      const count = running.get(name) ?? 0;
      if (reservedConcurrency !== undefined && count >= reservedConcurrency) {
        metrics.put(name, { Throttles: 1 });
        throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
      }
      running.set(name, count + 1);
      try {
        return await cloud.clock.busy(`lambda ${name}`, () => run(request));
      } finally {
        running.set(name, (running.get(name) ?? 1) - 1);
      }
    },
  };
}
