/** One visit of a strand to a state. */
import type { QueryLanguage, State } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Checkpoint, Place } from '../model.ts';
import { interpreterFailure, RUNTIME } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
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
  /** Where it stood before a redrive; taken away by the first attempt that goes on from there. */
  redrivenFrom: Place | undefined;
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
  /** The same for a field of an object inside the state, for example `ReaderConfig`. */
  optionOf(holder: JsonObject, name: string): Promise<Json | undefined>;
  /** Value of a template, for one item of a Map where one is given. */
  itemTemplate(template: Json, field: string, mapItem?: JsonObject): Promise<Json>;
  /** Whether a choice rule matches. */
  matches(rule: JsonObject, index: number): Promise<boolean>;
  /** Output and variables after success. @param result undefined for states that have none */
  finish(result: Json | undefined): Promise<Omit<Outcome, 'next'>>;
  /** Output and variables of a matched choice rule. */
  finishRule(rule: OutputFields, index: number): Promise<Omit<Outcome, 'next'>>;
  /** Output and variables of a catcher. */
  finishCatch(catcher: OutputFields, index: number, errorOutput: JsonObject): Promise<Omit<Outcome, 'next'>>;
}

const RETRIABLE = new Set(['Task', 'Parallel', 'Map']);

/** The language in which the state is written. */
export function languageOf({ state, strand }: Pick<Visit, 'state' | 'strand'>): QueryLanguage {
  return state.QueryLanguage ?? strand.execution.definition.QueryLanguage ?? 'JSONPath';
}

/** An option that is a whole number. @throws StateFailure for anything else */
export async function integerOption(
  visit: Visit,
  name: string,
  holder: JsonObject = visit.state as unknown as JsonObject,
): Promise<number | undefined> {
  const value = await visit.io.optionOf(holder, name);
  if (value === undefined || Number.isInteger(value)) return value as number | undefined;
  throw notANumber(holder, name, value, 'integer');
}

/** The failure of an option that is no number of its kind. @param fields the object that has it */
export function notANumber(fields: JsonObject, name: string, value: Json, kind: 'integer' | 'float'): Error {
  const path = fields[`${name}Path`];
  if (typeof path !== 'string') return wrongType(fields[name], name, 'number', value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const cause = `The ${name}Path field refers to value "${text}" which is not a valid ${kind}: ${path}`;
  return interpreterFailure(RUNTIME, cause);
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
      StartTime: record.startDate.toISOString(),
      Name: record.name,
      RoleArn: machine.roleArn,
      RedriveCount: record.redriveCount ?? 0,
      ...(record.redriveDate ? { RedriveTime: record.redriveDate.toISOString() } : {}),
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
    State: {
      Name: visit.name,
      EnteredTime: new Date(visit.enteredAtMs).toISOString(),
      ...(RETRIABLE.has(visit.state.Type) ? { RetryCount: visit.retryCount } : {}),
    },
    ...(mapItem ? { Map: mapItem } : {}),
    ...(visit.taskToken ? { Task: { Token: visit.taskToken } } : {}),
  };
}
