/** Runs one invocation of a function: process, log lines, answer. */
import { logGroupOf } from './describe.ts';
import { tooManyRequests } from './errors.ts';
import { makeWorkerSpec } from './execution-environment.ts';
import { failureOf } from './invocation-failure.ts';
import { createLogShipper, type LogTarget } from './log-shipper.ts';
import { createMetricSink, type MetricSink } from './metrics.ts';
import type { FunctionRecord, FunctionVersion } from './records.ts';
import type { LambdaState } from './state.ts';
import { systemLogOf } from './system-log.ts';

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
  /** The last 4 KB of the invocation's log, in base64. */
  logTail(): string;
}

export interface Executor {
  /** @throws AwsError TooManyRequestsException, or AccessDeniedException when the role cannot be assumed. */
  execute(request: ExecutionRequest): Promise<Execution>;
  readonly metrics: MetricSink;
}

/** The executor of all functions; it counts what runs, for the reserved concurrency. */
export function createExecutor(state: LambdaState): Executor {
  const { cloud, pool } = state;
  const shipper = createLogShipper(cloud);
  const metrics = createMetricSink(cloud);
  const running = new Map<string, number>();
  const time = () => {
    const { offsetMs, rate } = cloud.clock;
    return { readAtEpochMs: Date.now(), offsetMs, rate };
  };

  async function run(request: ExecutionRequest): Promise<Execution> {
    const { record, version, requestId } = request;
    const group = logGroupOf(record.name, version);
    const tellsSystem = version.logging.LogFormat !== 'JSON' || version.logging.SystemLogLevel !== 'WARN';
    const systemLog = systemLogOf(version, requestId, () => cloud.clock.date().toISOString());
    const lines: string[] = [];
    let target: LogTarget | undefined;

    /** AWS's log events end with their line's end. */
    function log(line: string): void {
      const message = `${line}\n`;
      lines.push(message);
      if (target) shipper.write(target, { timestamp: cloud.clock.now(), message });
    }
    function logSystem(line: string): void {
      if (tellsSystem) log(line);
    }

    const answer = await pool.run({
      functionName: record.name,
      key: `${record.name}:${version.version}:${version.revisionId}`,
      memoryMb: version.memoryMb,
      time,
      makeSpec: () => makeWorkerSpec(state, record, version),
      invocation: ({ logStreamName, session }) => {
        target = { group, stream: logStreamName, session };
        return {
          requestId,
          payload: request.payload,
          timeoutMs: version.timeoutSeconds * 1000,
          time: time(),
          onLog: log,
          onInitReport: (report) => logSystem(systemLog.initReport(report)),
          onStart: () => logSystem(systemLog.start()),
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

    const failure = failureOf(answer.outcome, requestId, version.timeoutSeconds);
    for (const line of systemLog.failure(answer, failure)) log(line);
    logSystem(systemLog.end(answer));
    logSystem(systemLog.report(answer, failure));
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
      logTail: () => Buffer.from(lines.join('')).subarray(-TAIL_BYTES).toString('base64'),
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
