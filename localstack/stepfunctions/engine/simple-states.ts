/** Pass, Choice, Wait, Succeed and Fail states. */

import type { Json, JsonObject } from '../json.ts';
import { interpreterFailure, NO_CHOICE_MATCHED, StateFailure } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
import { pause } from './pause.ts';
import type { Outcome, Visit } from './visit.ts';
import { waitDeadline } from './wait-deadline.ts';

/** JSONPath's `Result`, or what `Parameters` makes of the input; JSONata's `Output`. */
export async function runPass(visit: Visit): Promise<Outcome> {
  const { state, io } = visit;
  return { ...(await io.finish(await passResult(visit))), next: state.Next };
}

async function passResult({ state, io }: Visit): Promise<Json | undefined> {
  if (state.Result !== undefined) return state.Result;
  const isShaped = state.Parameters !== undefined || state.ResultPath !== undefined;
  return isShaped ? io.arguments() : undefined;
}

/** The first rule that matches, else `Default`. */
export async function runChoice(visit: Visit): Promise<Outcome> {
  const { state, io } = visit;
  for (const [index, rule] of (state.Choices ?? []).entries()) {
    if (await io.matches(rule as JsonObject, index)) {
      return { ...(await io.finishRule(rule, index)), next: rule.Next };
    }
  }
  if (state.Default === undefined) {
    throw interpreterFailure(NO_CHOICE_MATCHED, 'No choice rule matched and the state has no Default.');
  }
  return { ...(await io.finish(undefined)), next: state.Default };
}

/** Waits on the cloud's clock. @param onDeadline told the end, so that a restart keeps it */
export async function runWait(visit: Visit, onDeadline: (wakeAtMs: number) => void): Promise<Outcome> {
  const { state, strand, name, io } = visit;
  const { clock } = strand.execution.cloud;
  const wakeAtMs = visit.resumedFrom?.wakeAtMs ?? (await waitDeadline(visit));
  onDeadline(wakeAtMs);
  if (wakeAtMs > clock.now())
    await pause(clock, wakeAtMs, `${strand.execution.record.name}: ${name}`, strand.signal);
  return { ...(await io.finish(undefined)), next: state.Next };
}

/** Ends the strand well. */
export async function runSucceed(visit: Visit): Promise<Outcome> {
  return { ...(await visit.io.finish(undefined)), next: undefined };
}

/** Ends the strand with the error that it names. */
export async function runFail(visit: Visit): Promise<never> {
  const error = await visit.io.option('Error');
  const cause = await visit.io.option('Cause');
  throw new StateFailure(textOf(visit, 'Error', error), textOf(visit, 'Cause', cause));
}

function textOf({ state }: Visit, field: 'Error' | 'Cause', value: Json | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(state[field], field, 'string', value);
}
