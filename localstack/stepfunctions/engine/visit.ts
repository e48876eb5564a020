/** One visit of a strand to a state. */
import type { State } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Checkpoint } from '../model.ts';
import type { Strand } from './strand.ts';

/** A state being run. */
export interface Visit {
  readonly strand: Strand;
  readonly name: string;
  readonly state: State;
  readonly input: Json;
  readonly enteredEventId: number;
  readonly enteredAtMs: number;
  /** Where the execution stood before a restart, when this visit goes on from there. */
  readonly resumedFrom: Checkpoint | undefined;
  /** `$states.context.State.RetryCount` */
  retryCount: number;
  /** `$states.context.Task.Token` of a task that waits for a callback. */
  taskToken: string | undefined;
  io: StateIo;
}

/** What a state hands on. */
export interface Outcome {
  readonly output: Json;
  readonly assigned?: JsonObject;
  /** Undefined ends the strand. */
  readonly next: string | undefined;
}

/** Fields that shape a state's data: a state's, a choice rule's or a catcher's. */
export interface OutputFields {
  readonly Output?: Json;
  readonly Assign?: JsonObject;
  readonly ResultPath?: string | null;
}

/** Input and output processing in the state's query language. */
export interface StateIo {
  /** The input that the state sees: JSONPath's InputPath is applied. */
  effectiveInput(): Json;
  /** What a Task, Parallel or Pass works on: `Arguments` or `Parameters`, else the input. */
  arguments(): Promise<Json>;
  /** Value of a field that may be an expression, or whose JSONPath form is `<name>Path`; undefined when absent. */
  option(name: string): Promise<Json | undefined>;
  /** Value of a template for one item of a Map. */
  itemTemplate(template: JsonObject, field: string, mapItem: JsonObject): Promise<Json>;
  /** Whether a choice rule matches. */
  matches(rule: JsonObject, index: number): Promise<boolean>;
  /** Output and variables after success. @param result undefined for states that have none */
  finish(result: Json | undefined): Promise<Omit<Outcome, 'next'>>;
  /** Output and variables of a matched choice rule. */
  finishRule(rule: OutputFields, index: number): Promise<Omit<Outcome, 'next'>>;
  /** Output and variables of a catcher. */
  finishCatch(catcher: OutputFields, index: number, errorOutput: JsonObject): Promise<Omit<Outcome, 'next'>>;
}

/** The context object of a visit. */
export function contextObject(
  visit: Visit,
  mapItem: JsonObject | undefined = visit.strand.mapItem,
): JsonObject {
  const { record, machine } = visit.strand.execution;
  return {
    Execution: {
      Id: record.arn,
      Input: JSON.parse(record.input) as Json,
      Name: record.name,
      RoleArn: machine.roleArn,
      StartTime: record.startDate.toISOString(),
      RedriveCount: 0,
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
    State: {
      Name: visit.name,
      EnteredTime: new Date(visit.enteredAtMs).toISOString(),
      RetryCount: visit.retryCount,
    },
    ...(mapItem ? { Map: mapItem } : {}),
    ...(visit.taskToken ? { Task: { Token: visit.taskToken } } : {}),
  };
}
