/** `states:startExecution.sync` and `.sync:2`: the task waits for the execution that it starts, and stops it with itself. */
import { StateFailure, TASK_FAILED } from '../engine/failure.ts';
import { untilAborted } from '../engine/pause.ts';
import { CloudClosing } from '../engine/strand.ts';
import type { Json, JsonObject } from '../json.ts';
import { type ApiTaskOptions, apiTask, callAsTask } from './api-task.ts';
import type { Integration, TaskContext } from './integration.ts';
import { asObject } from './request-shape.ts';
import { operationSchemas } from './sdk-services.ts';

/** The integration of a nested execution. @param parsesOutput `.sync:2`: input and output are JSON, not its text */
export function nestedExecution(parsesOutput: boolean, options: ApiTaskOptions): Integration {
  return {
    ...apiTask(options),
    managedRule: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
    async finish(_args, response, task) {
      const executionArn = String(asObject(response).ExecutionArn);
      await untilEnded(executionArn, task);
      const schemas = operationSchemas(options.client, 'DescribeExecution') as ApiTaskOptions['schemas'];
      const description = asObject(
        await callAsTask({ ...options, operation: 'DescribeExecution', schemas }, { executionArn }, task),
      );
      const result = parsesOutput ? withParsedData(description) : description;
      if (description.Status === 'SUCCEEDED') return result;
      throw new StateFailure(TASK_FAILED, JSON.stringify(result));
    },
  };
}

async function untilEnded(executionArn: string, task: TaskContext): Promise<void> {
  const { cloud, signal } = task;
  try {
    await cloud.clock.waitFor(untilAborted(signal, task.executionEnd(executionArn)));
  } catch (thrown) {
    if (signal.aborted && !(signal.reason instanceof CloudClosing)) stopExecution(executionArn, task);
    throw thrown;
  }
}

/** Best effort, as AWS's. */
function stopExecution(executionArn: string, task: TaskContext): void {
  task.cloud.background(`StopExecution ${executionArn}`, async () => {
    try {
      await task.cloud.call('states', 'StopExecution', { executionArn }, task.principal());
    } catch (thrown) {
      console.warn(
        `local cloud: StopExecution of ${executionArn} with its task: ${(thrown as Error).message}`,
      );
    }
  });
}

function withParsedData(description: JsonObject): JsonObject {
  const parse = (value: Json | undefined) =>
    typeof value === 'string' ? (JSON.parse(value) as Json) : value;
  const parsed = { Input: parse(description.Input), Output: parse(description.Output) };
  const present = Object.entries(parsed).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return { ...description, ...Object.fromEntries(present) };
}
