/** What a Task state's resource is to the engine. */
import type { Cloud } from '../../core/cloud.ts';
import type { Principal } from '../../core/principal.ts';
import type { Json } from '../json.ts';
import type { ShapeProblem } from './request-shape.ts';

/** How the task ends: with the answer, with the job that it started, or with a call that returns its token. */
export type Pattern = 'request' | 'sync' | 'token';

/** The running task, as an integration sees it. */
export interface TaskContext {
  readonly cloud: Cloud;
  /** The state machine's role. @throws StateFailure States.Permissions when it cannot be assumed */
  principal(): Principal;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** Aborted when the task times out, its branch is given up, or the execution is stopped. */
  readonly signal: AbortSignal;
  /** Settles when the execution of a state machine has ended. */
  executionEnd(executionArn: string): Promise<void>;
}

/** A resource's behaviour. */
export interface Integration {
  /** `lambda`, `sagemaker`, `aws-sdk:dynamodb`: as history events name it. */
  readonly resourceType: string;
  /** `invoke`, `createTrainingJob.sync`. */
  readonly resource: string;
  /** Family of its history events. */
  readonly events: 'Task' | 'LambdaFunction';
  readonly pattern: Pattern;
  /** EventBridge rule with which AWS follows the job, which the role must be allowed to make. */
  readonly managedRule?: string;
  /** What is wrong with arguments; strings that are expressions, and members that end in `.$`, stand for any value. */
  problems(args: Json): readonly ShapeProblem[];
  /** The call itself. @throws StateFailure named as AWS names the service's errors */
  start(args: Json, task: TaskContext): Promise<Json>;
  /** `sync`: waits for the end of what `start` began; its result is the task's. @throws StateFailure States.TaskFailed */
  finish?(args: Json, response: Json, task: TaskContext): Promise<Json>;
}
