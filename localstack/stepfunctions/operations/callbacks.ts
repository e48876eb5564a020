/** Callbacks of tasks that wait for one. */
import type { SendTaskFailureCommandInput, SendTaskSuccessCommandInput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/errors.ts';
import type { Operation } from '../../core/service.ts';
import type { TaskTokens } from '../engine/task-tokens.ts';
import type { Json } from '../json.ts';

/** The table of callback operations. */
export function callbackOperations(tokens: TaskTokens): Readonly<Record<string, Operation>> {
  return {
    SendTaskSuccess({ taskToken = '', output = '' }: SendTaskSuccessCommandInput) {
      tokens.succeed(taskToken, parseOutput(output));
      return {};
    },
    SendTaskFailure({ taskToken = '', error, cause }: SendTaskFailureCommandInput) {
      tokens.fail(taskToken, error, cause);
      return {};
    },
    SendTaskHeartbeat({ taskToken }: { taskToken: string }) {
      tokens.heartbeat(taskToken);
      return {};
    },
  };
}

function parseOutput(output: string): Json {
  try {
    return JSON.parse(output) as Json;
  } catch (thrown) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${(thrown as Error).message}'`, { cause: thrown });
  }
}
