/** The interpreter's loop: from state to state until one ends the strand. */
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { State, StateContainer } from '../definition/asl.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Checkpoint, Place } from '../model.ts';
import { ABORTABLE } from './branches.ts';
import { recordEvaluationFailure } from './evaluation-failure.ts';
import { inState, StateFailure } from './failure.ts';
import { jsonPathIo } from './io-json-path.ts';
import { jsonataIo } from './io-jsonata.ts';
import { attemptMap } from './map.ts';
import { attemptParallel } from './parallel.ts';
import { checked } from './payload-size.ts';
import { withRetryAndCatch } from './retry.ts';
import { runChoice, runFail, runPass, runSucceed, runWait } from './simple-states.ts';
import { recordEvent, type Strand } from './strand.ts';
import { attemptTask } from './task.ts';
import { languageOf, type Outcome, type StateIo, type Visit } from './visit.ts';

/** States that only look at data. */
const BRIEF = new Set(['Pass', 'Choice', 'Succeed', 'Fail']);
const UNTRUNCATED = { truncated: false };

/** Where a strand goes on: after a restart of the cloud, or redriven. */
export interface From {
  readonly checkpoint?: Checkpoint;
  readonly place?: Place;
}

/**
 * Runs states from `StartAt`, or on from an earlier place, to the end of the strand.
 * @returns the last state's output
 * @throws StateFailure, or the reason of the strand's signal
 */
export async function runStates(
  strand: Strand,
  container: StateContainer,
  input: Json,
  from: From = {},
): Promise<Json> {
  const start = from.place ?? from.checkpoint;
  let name = start?.stateName ?? container.StartAt;
  let data = start?.input ?? input;
  let earlier = from;
  for (;;) {
    strand.signal.throwIfAborted();
    const outcome = await runState(strand, name, container.States[name] as State, data, earlier);
    if (outcome.next === undefined) return outcome.output;
    earlier = {};
    name = outcome.next;
    data = outcome.output;
  }
}

/** The same for what is inside of a state. */
function runInner(strand: Strand, container: StateContainer, input: Json, place?: Place): Promise<Json> {
  return runStates(strand, container, input, place ? { place } : {});
}

async function runState(
  strand: Strand,
  name: string,
  state: State,
  input: Json,
  from: From,
): Promise<Outcome> {
  const visit = takeUp(strand, name, state, from) ?? enter(strand, name, state, input);
  strand.openStateType = state.Type;
  try {
    const outcome = await dispatch(visit);
    leave(visit, outcome);
    return outcome;
  } catch (thrown) {
    if (strand.signal.aborted) {
      const type = `${state.Type}StateAborted` as HistoryEventType;
      if (ABORTABLE.has(state.Type)) recordEvent(strand, type);
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
      return checked(visit, runPass(visit));
    case 'Choice':
      return checked(visit, runChoice(visit));
    case 'Wait':
      return checked(
        visit,
        runWait(visit, (wakeAtMs) => keepPlace(visit, wakeAtMs)),
      );
    case 'Succeed':
      return checked(visit, runSucceed(visit));
    case 'Fail':
      return runFail(visit);
    case 'Task':
      return withRetryAndCatch(visit, () => attemptTask(visit));
    case 'Parallel':
      return withRetryAndCatch(visit, () => attemptParallel(visit, runInner));
    case 'Map':
      return withRetryAndCatch(visit, () => attemptMap(visit, runInner));
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
    redrivenFrom: undefined,
  });
  const { variables } = strand;
  strand.place = { stateName: name, input, variables, enteredEventId, enteredAtMs };
  keepPlace(visit);
  return visit;
}

/** The visit that was under way; a redriven state is not entered again. */
function takeUp(strand: Strand, name: string, state: State, { checkpoint, place }: From): Visit | undefined {
  const at = place ?? checkpoint;
  if (!at) return undefined;
  const { input, variables, enteredEventId, enteredAtMs } = at;
  if (place) strand.previousEventId = enteredEventId;
  strand.variables = variables;
  strand.place = place ? { ...place } : { stateName: name, input, variables, enteredEventId, enteredAtMs };
  return makeVisit({
    strand,
    name,
    state,
    input,
    enteredEventId,
    enteredAtMs,
    resumedFrom: place ? undefined : checkpoint,
    redrivenFrom: place,
  });
}

function makeVisit(fields: Omit<Visit, 'retryCount' | 'taskToken' | 'io'>): Visit {
  const visit: Visit = {
    ...fields,
    retryCount: 0,
    taskToken: undefined,
    io: undefined as unknown as StateIo,
  };
  visit.io = languageOf(visit) === 'JSONata' ? jsonataIo(visit) : jsonPathIo(visit);
  return visit;
}

function keepPlace(
  { strand, name, state, input, enteredEventId, enteredAtMs }: Visit,
  wakeAtMs?: number,
): void {
  if (!strand.isOutermost) return;
  const checkpoint: Checkpoint = {
    stateName: name,
    input,
    variables: strand.variables,
    enteredEventId,
    enteredAtMs,
    lastEventId: strand.execution.lastEventId,
    ...(wakeAtMs === undefined ? {} : { wakeAtMs }),
  };
  strand.execution.checkpoint(checkpoint, BRIEF.has(state.Type));
}

function leave({ strand, name, state }: Visit, { output, assigned }: Outcome): void {
  if (assigned) strand.variables = { ...strand.variables, ...assigned };
  strand.openStateType = undefined;
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
