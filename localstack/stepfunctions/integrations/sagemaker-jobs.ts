/** `sagemaker:create*Job.sync`: the job is started, followed to its end, and stopped with the task. */

import { StateFailure, TASK_FAILED } from '../engine/failure.ts';
import { pause } from '../engine/pause.ts';
import { CloudClosing } from '../engine/strand.ts';
import type { Json } from '../json.ts';
import { type ApiTaskOptions, apiTask, callAsTask } from './api-task.ts';
import type { Integration, TaskContext } from './integration.ts';
import { asObject } from './request-shape.ts';
import { operationSchemas } from './sdk-services.ts';

interface JobKind {
  readonly describe: string;
  readonly stop: string;
  readonly nameField: string;
  readonly statusField: string;
  /** Middle of the managed rule's name. */
  readonly rule: string;
}

/** By operation of the resource. */
export const JOB_KINDS: Readonly<Record<string, JobKind>> = {
  createTrainingJob: jobKind('TrainingJob', 'TrainingJobs'),
  createTransformJob: jobKind('TransformJob', 'TransformJobs'),
  createProcessingJob: jobKind('ProcessingJob', 'ProcessingJobs'),
  createHyperParameterTuningJob: jobKind('HyperParameterTuningJob', 'TuningJobs'),
};

/** AWS tells by events; a local job's end is looked for this often, more slowly as it runs. */
const FIRST_POLL_MS = 250;
const SLOWEST_POLL_MS = 1_000;
const POLL_BACKOFF = 1.5;
const TAG = { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' };

/** The integration of a job that the task waits for. */
export function sagemakerJob(camelOperation: string, options: ApiTaskOptions): Integration {
  const kind = JOB_KINDS[camelOperation] as JobKind;
  const request = apiTask({
    ...options,
    adjust: (input) => ({ ...input, Tags: [...((input.Tags as object[] | undefined) ?? []), TAG] }),
  });
  return {
    ...request,
    managedRule: `StepFunctionsGetEventsForSageMaker${kind.rule}Rule`,
    async finish(args, _response, task) {
      const name = String(asObject(args)[kind.nameField]);
      const description = asObject(await untilEnded(name, kind, options, task));
      if (description[kind.statusField] === 'Completed') return description;
      throw new StateFailure(TASK_FAILED, JSON.stringify(description));
    },
  };
}

async function untilEnded(
  name: string,
  kind: JobKind,
  options: ApiTaskOptions,
  task: TaskContext,
): Promise<Json> {
  const { cloud, signal } = task;
  const schemas = operationSchemas(options.client, kind.describe) as ApiTaskOptions['schemas'];
  let pollMs = FIRST_POLL_MS;
  try {
    for (;;) {
      const description = await callAsTask(
        { ...options, operation: kind.describe, schemas },
        { [kind.nameField]: name },
        task,
      );
      const status = asObject(description)[kind.statusField];
      if (status === 'Completed' || status === 'Failed' || status === 'Stopped') return description;
      await pause(cloud.clock, cloud.clock.now() + pollMs, `${kind.describe} ${name}`, signal);
      pollMs = Math.min(pollMs * POLL_BACKOFF, SLOWEST_POLL_MS);
    }
  } catch (thrown) {
    if (signal.aborted && !(signal.reason instanceof CloudClosing)) stopJob(name, kind, task);
    throw thrown;
  }
}

/** Best effort, as AWS's: the role may lack the permission, and the job may have ended meanwhile. */
function stopJob(name: string, kind: JobKind, task: TaskContext): void {
  const { cloud } = task;
  cloud.background(`${kind.stop} ${name}`, async () => {
    try {
      await cloud.call('sagemaker', kind.stop, { [kind.nameField]: name }, task.principal());
    } catch (thrown) {
      console.warn(`local cloud: ${kind.stop} of ${name} with its task: ${(thrown as Error).message}`);
    }
  });
}

function jobKind(noun: string, rule: string): JobKind {
  return {
    describe: `Describe${noun}`,
    stop: `Stop${noun}`,
    nameField: `${noun}Name`,
    statusField: `${noun}Status`,
    rule,
  };
}
