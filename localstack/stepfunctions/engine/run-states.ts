/** The interpreter's loop: from state to state until one ends the strand. */
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State, StateContainer } from '../definition/asl.ts';
import { exceedsPayloadLimit, type Json, type JsonObject } from '../json.ts';
import type { Checkpoint } from '../model.ts';
import { recordEvaluationFailure } from './evaluation-failure.ts';
import { DATA_LIMIT_EXCEEDED, inState, StateFailure } from './failure.ts';
import { jsonPathIo } from './io-json-path.ts';
import { jsonataIo } from './io-jsonata.ts';
import { attemptMap } from './map.ts';
import { attemptParallel } from './parallel.ts';
import { withRetryAndCatch } from './retry.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './simple-states.ts';
import { recordEvent, type Strand } from './strand.ts';
import { attemptTask } from './task.ts';
import type { Outcome, StateIo, Visit } from './visit.ts';

const UNTRUNCATED = { truncated: false };
/** State types for whose abort AWS has an event. */
const ABORTABLE = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/**
 * Runs states from `StartAt`, or on from a checkpoint, to the end of the strand.
 * @returns the last state's output
 * @throws StateFailure, or the reason of the strand's signal
 */
export async function runStates(
  strand: Strand,
  container: StateContainer,
  input: Json,
  resumedFrom?: Checkpoint,
): Promise<Json> {
  let name = resumedFrom?.stateName ?? container.StartAt;
  let data = resumedFrom?.input ?? input;
  let checkpoint = resumedFrom;
  for (;;) {
    strand.signal.throwIfAborted();
    const outcome = await runState(strand, name, container.States[name] as State, data, checkpoint);
    if (outcome.next === undefined) return outcome.output;
    checkpoint = undefined;
    name = outcome.next;
    data = outcome.output;
  }
}

async function runState(
  strand: Strand,
  name: string,
  state: State,
  input: Json,
  resumedFrom: Checkpoint | undefined,
): Promise<Outcome> {
  const visit = resumedFrom ? resume(strand, name, state, resumedFrom) : enter(strand, name, state, input);
  try {
    const outcome = await dispatch(visit);
    checkSizes(visit, outcome);
    leave(visit, outcome);
    return outcome;
  } catch (thrown) {
    if (strand.signal.aborted) {
      if (ABORTABLE.has(state.Type)) recordEvent(strand, `${state.Type}StateAborted` as HistoryEventType);
      throw strand.signal.reason;
    }
    if (!(thrown instanceof StateFailure)) throw thrown;
    if (!thrown.fromInterpreter) throw thrown;
    const failure = inState(thrown, name, visit.enteredEventId);
    recordEvaluationFailure(visit, failure);
    throw failure;
  }
}

function dispatch(visit: Visit): Promise<Outcome> {
  switch (visit.state.Type) {
    case 'Pass':
      return runPass(visit);
    case 'Choice':
      return runChoice(visit);
    case 'Wait':
      return runWait(visit, (wakeAtMs) => keepPlace(visit, wakeAtMs));
    case 'Succeed':
      return runSucceed(visit);
    case 'Fail':
      return runFail(visit);
    case 'Task':
      return withRetryAndCatch(visit, () => attemptTask(visit));
    case 'Parallel':
      return withRetryAndCatch(visit, () => attemptParallel(visit, runStates));
    case 'Map':
      return withRetryAndCatch(visit, () => attemptMap(visit, runStates));
  }
}

function enter(strand: Strand, name: string, state: State, input: Json): Visit {
  const enteredEventId = recordEvent(strand, `${state.Type}StateEntered` as HistoryEventType, {
    stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: UNTRUNCATED },
  });
  const enteredAtMs = strand.execution.cloud.clock.now();
  const visit = makeVisit({
    strand,
    name,
    state,
    input,
    enteredEventId,
    enteredAtMs,
    resumedFrom: undefined,
  });
  keepPlace(visit);
  return visit;
}

function resume(strand: Strand, name: string, state: State, checkpoint: Checkpoint): Visit {
  const { input, enteredEventId, enteredAtMs } = checkpoint;
  return makeVisit({ strand, name, state, input, enteredEventId, enteredAtMs, resumedFrom: checkpoint });
}

function makeVisit(fields: Omit<Visit, 'retryCount' | 'taskToken' | 'io'>): Visit {
  const visit: Visit = {
    ...fields,
    retryCount: 0,
    taskToken: undefined,
    io: undefined as unknown as StateIo,
  };
  const language =
    fields.state.QueryLanguage ?? fields.strand.execution.definition.QueryLanguage ?? 'JSONPath';
  visit.io = language === 'JSONata' ? jsonataIo(visit) : jsonPathIo(visit);
  return visit;
}

function keepPlace({ strand, name, input, enteredEventId, enteredAtMs }: Visit, wakeAtMs?: number): void {
  if (!strand.isOutermost) return;
  strand.execution.checkpoint({
    stateName: name,
    input,
    variables: strand.variables,
    enteredEventId,
    enteredAtMs,
    lastEventId: strand.execution.lastEventId,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  });
}

function leave({ strand, name, state }: Visit, { output, assigned }: Outcome): void {
  if (assigned) strand.variables = { ...strand.variables, ...assigned };
  recordEvent(strand, `${state.Type}StateExited` as HistoryEventType, {
    stateExitedEventDetails: {
      name,
      output: JSON.stringify(output),
      outputDetails: UNTRUNCATED,
      ...(assigned
        ? { assignedVariables: assignedTexts(assigned), assignedVariablesDetails: UNTRUNCATED }
        : {}),
    },
  });
}

function assignedTexts(assigned: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]));
}

function checkSizes({ name }: Visit, { output, assigned = {} }: Outcome): void {
  if (![output, ...Object.values(assigned)].some(exceedsPayloadLimit)) return;
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateFailure(DATA_LIMIT_EXCEEDED, cause);
}
