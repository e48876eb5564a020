/** What became of an invocation, in the words of AWS. */
import type { FunctionError, Outcome } from './worker.ts';

/** AWS's limit for a synchronous answer: 6 MB and some. */
const LARGEST_ANSWER_BYTES = 6_291_556;

/** The description of an outcome that is no result; undefined for a result. */
export function failureOf(
  outcome: Outcome,
  requestId: string,
  timeoutSeconds: number,
): FunctionError | undefined {
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
    case 'out-of-memory':
      return {
        errorType: 'Runtime.OutOfMemory',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
      };
    case 'out-of-storage':
      // what a write gets on AWS, where the handler could catch it
      return { errorType: 'Error', errorMessage: 'ENOSPC: no space left on device, write', trace: [] };
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

/** Status of the invocation in its report. */
export function statusOf(outcome: Outcome): 'success' | 'failure' | 'error' | 'timeout' {
  if (outcome.kind === 'result') return 'success';
  if (outcome.kind === 'timeout') return 'timeout';
  return outcome.kind === 'error' || outcome.kind === 'out-of-storage' ? 'failure' : 'error';
}
