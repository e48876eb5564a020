/** The lines that Lambda itself writes to a function's log, as text or as JSON. */
import { statusOf } from './invocation-failure.ts';
import type { FunctionVersion } from './records.ts';
import type { FunctionError, InitReport, WorkerAnswer } from './worker.ts';

export interface SystemLog {
  start(): string;
  initReport(report: InitReport): string;
  /** What is said about a process that did not answer; before the end, at level ERROR. */
  failure(answer: WorkerAnswer, failure: FunctionError | undefined): string[];
  end(answer: WorkerAnswer): string;
  report(answer: WorkerAnswer, failure: FunctionError | undefined): string;
}

const rounded = (ms: number) => Number(ms.toFixed(2));
const billedMs = ({ durationMs, initDurationMs = 0 }: WorkerAnswer) =>
  Math.ceil(rounded(durationMs) + initDurationMs);

/**
 * The lines about one invocation. `now` gives the ISO time.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
 */
export function systemLogOf(version: FunctionVersion, requestId: string, now: () => string): SystemLog {
  return version.logging.LogFormat === 'JSON'
    ? jsonLog(version, requestId, now)
    : textLog(version, requestId, now);
}

function failureLines(now: string, requestId: string, { outcome }: WorkerAnswer, failure?: FunctionError) {
  if (outcome.kind === 'timeout') {
    return [`${now} ${requestId} ${failure?.errorMessage.replace(/^.*Error: /, '') ?? ''}\n`];
  }
  const isSilent = outcome.kind === 'out-of-memory' || (outcome.kind === 'exit' && !outcome.error);
  return isSilent ? [`${failure?.errorMessage}\n${failure?.errorType}`] : [];
}

function textLog(version: FunctionVersion, requestId: string, now: () => string): SystemLog {
  return {
    start: () => `START RequestId: ${requestId} Version: ${version.version}`,
    initReport: ({ phase, durationMs, errorType }) =>
      [
        `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms`,
        `Phase: ${phase}`,
        ...(errorType ? ['Status: error', `Error Type: ${errorType}`] : ['Status: timeout']),
      ].join('\t'),
    failure: (answer, failure) => failureLines(now(), requestId, answer, failure),
    end: () => `END RequestId: ${requestId}`,
    report(answer, failure) {
      const status = statusOf(answer.outcome);
      const { durationMs, initDurationMs, maxMemoryMb } = answer;
      const fields = [
        `REPORT RequestId: ${requestId}`,
        `Duration: ${durationMs.toFixed(2)} ms`,
        `Billed Duration: ${billedMs(answer)} ms`,
        `Memory Size: ${version.memoryMb} MB`,
        `Max Memory Used: ${maxMemoryMb} MB`,
        ...(initDurationMs === undefined ? [] : [`Init Duration: ${initDurationMs.toFixed(2)} ms`]),
        ...(status === 'timeout' ? ['Status: timeout'] : []),
        ...(status === 'error' ? ['Status: error', `Error Type: ${failure?.errorType}`] : []),
      ];
      return `${fields.join('\t')}\t`;
    },
  };
}

function jsonLog(version: FunctionVersion, requestId: string, now: () => string): SystemLog {
  const line = (type: string, record: object) => JSON.stringify({ time: now(), type, record });
  return {
    start: () => line('platform.start', { requestId, version: version.version }),
    initReport: ({ phase, durationMs, errorType }) =>
      line('platform.initReport', {
        initializationType: 'on-demand',
        phase,
        status: errorType ? 'error' : 'timeout',
        ...(errorType && { errorType }),
        metrics: { durationMs: rounded(durationMs) },
      }),
    failure: (answer, failure) => failureLines(now(), requestId, answer, failure),
    end: ({ outcome }) => line('platform.runtimeDone', { requestId, status: statusOf(outcome) }),
    report(answer, failure) {
      const status = statusOf(answer.outcome);
      const { durationMs, initDurationMs, maxMemoryMb } = answer;
      const metrics = {
        durationMs: rounded(durationMs),
        billedDurationMs: billedMs(answer),
        memorySizeMB: version.memoryMb,
        maxMemoryUsedMB: maxMemoryMb,
        ...(initDurationMs !== undefined && { initDurationMs: rounded(initDurationMs) }),
      };
      const errorType = status === 'error' && failure ? { errorType: failure.errorType } : {};
      return line('platform.report', { requestId, metrics, status, ...errorType });
    },
  };
}
