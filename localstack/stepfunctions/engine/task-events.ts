/** History events of a task's attempt, by the family of its resource. */
import type { Integration } from '../integrations/integration.ts';
import type { Json } from '../json.ts';
import { type StateFailure, TIMEOUT } from './failure.ts';
import { recordEvent, type Strand } from './strand.ts';

const UNTRUNCATED = { truncated: false };

/** Records the steps of an attempt. */
export interface TaskEvents {
  scheduled(
    args: Json,
    limits: { timeoutSeconds: number | undefined; heartbeatSeconds: number | undefined },
  ): void;
  started(): void;
  submitted(output: Json): void;
  succeeded(output: Json): void;
  /** Records the failure and gives it back. @param beforeSubmission the call itself of a `.sync` or callback task failed */
  failed(failure: StateFailure, beforeSubmission: boolean): StateFailure;
}

/** The events of one attempt. */
export function taskEvents(strand: Strand, integration: Integration): TaskEvents {
  return integration.events === 'Task' ? serviceTask(strand, integration) : functionTask(strand, integration);
}

function serviceTask(strand: Strand, { resource, resourceType, pattern }: Integration): TaskEvents {
  const named = { resource, resourceType };
  const withOutput = (output: Json) => ({
    ...named,
    output: JSON.stringify(output),
    outputDetails: UNTRUNCATED,
  });
  return {
    scheduled(args, { timeoutSeconds, heartbeatSeconds }) {
      recordEvent(strand, 'TaskScheduled', {
        taskScheduledEventDetails: {
          ...named,
          region: strand.execution.cloud.region,
          parameters: JSON.stringify(args),
          ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
          ...(heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: heartbeatSeconds }),
        },
      });
    },
    started: () => void recordEvent(strand, 'TaskStarted', { taskStartedEventDetails: named }),
    submitted: (output) =>
      void recordEvent(strand, 'TaskSubmitted', { taskSubmittedEventDetails: withOutput(output) }),
    succeeded: (output) =>
      void recordEvent(strand, 'TaskSucceeded', { taskSucceededEventDetails: withOutput(output) }),
    failed(failure, beforeSubmission) {
      const details = { ...named, ...errorAndCause(failure) };
      if (isTimeout(failure)) recordEvent(strand, 'TaskTimedOut', { taskTimedOutEventDetails: details });
      else if (beforeSubmission && pattern !== 'request') {
        recordEvent(strand, 'TaskSubmitFailed', { taskSubmitFailedEventDetails: details });
      } else recordEvent(strand, 'TaskFailed', { taskFailedEventDetails: details });
      return failure;
    },
  };
}

function functionTask(strand: Strand, { resource }: Integration): TaskEvents {
  return {
    scheduled(args, { timeoutSeconds }) {
      recordEvent(strand, 'LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: {
          resource,
          input: JSON.stringify(args),
          inputDetails: UNTRUNCATED,
          ...(timeoutSeconds === undefined ? {} : { timeoutInSeconds: timeoutSeconds }),
        },
      });
    },
    started: () => void recordEvent(strand, 'LambdaFunctionStarted'),
    submitted: () => {},
    succeeded: (output) =>
      void recordEvent(strand, 'LambdaFunctionSucceeded', {
        lambdaFunctionSucceededEventDetails: {
          output: JSON.stringify(output),
          outputDetails: UNTRUNCATED,
        },
      }),
    failed(failure) {
      const details = errorAndCause(failure);
      if (isTimeout(failure)) {
        recordEvent(strand, 'LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: details });
      } else recordEvent(strand, 'LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details });
      return failure;
    },
  };
}

function isTimeout({ error }: StateFailure): boolean {
  return error === TIMEOUT;
}

function errorAndCause({ error, failureCause }: StateFailure): { error?: string; cause?: string } {
  return {
    ...(error === undefined ? {} : { error }),
    ...(failureCause === undefined ? {} : { cause: failureCause }),
  };
}
