/** When a Wait state ends. */
import type { Json } from '../json.ts';
import { lookUp } from '../query/payload-template.ts';
import { timestampMs } from './choice-rules.ts';
import { interpreterFailure, QUERY_EVALUATION_ERROR, RUNTIME } from './failure.ts';
import { wrongType } from './io-jsonata.ts';
import { contextObject, type Visit } from './visit.ts';

/** AWS counts the seconds in 32 bits. */
const LONGEST_SECONDS = 2 ** 31 - 1;

/** The end that `Seconds`, `SecondsPath`, `Timestamp` or `TimestampPath` names; seconds count from a redrive, if there was one. */
export async function waitDeadline(visit: Visit): Promise<number> {
  const endMs = await deadline(visit);
  const delaySeconds = (endMs - visit.strand.execution.cloud.clock.now()) / 1_000;
  if (delaySeconds > LONGEST_SECONDS) throw interpreterFailure(RUNTIME, 'Wait state delay is too long.');
  return endMs;
}

async function deadline(visit: Visit): Promise<number> {
  const { state, io, enteredAtMs, redrivenFrom, strand } = visit;
  const fromMs = redrivenFrom ? strand.execution.cloud.clock.now() : enteredAtMs;
  if (state.SecondsPath !== undefined) return fromMs + secondsAt(visit, state.SecondsPath) * 1_000;
  if (state.TimestampPath !== undefined) return timeAt(visit, state.TimestampPath);
  const seconds = await io.option('Seconds');
  if (seconds !== undefined) {
    if (typeof seconds === 'number' && seconds >= 0) return fromMs + seconds * 1_000;
    throw wrongType(state.Seconds, 'Seconds', 'number', seconds);
  }
  const timestamp = (await io.option('Timestamp')) ?? null;
  const ms = typeof timestamp === 'string' ? timestampMs(timestamp) : undefined;
  if (ms !== undefined) return ms;
  const cause = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${textOf(timestamp)}`;
  throw interpreterFailure(QUERY_EVALUATION_ERROR, cause, 'Timestamp');
}

function secondsAt(visit: Visit, path: string): number {
  const value = valueAt(visit, path);
  const refuse = (what: string) => interpreterFailure(RUNTIME, `The SecondsPath parameter ${what}`);
  if (value === undefined) throw refuse(`does not reference an input value: ${path}`);
  if (!Number.isInteger(value)) throw refuse(`cannot be parsed as a long value: ${path} == ${textOf(value)}`);
  if (Number(value) < 0) throw refuse(`references a negative value: ${path} == ${textOf(value)}`);
  return Number(value);
}

function timeAt(visit: Visit, path: string): number {
  const value = valueAt(visit, path);
  const refuse = (what: string) =>
    interpreterFailure(RUNTIME, `The TimestampPath parameter does not reference ${what}`);
  if (value === undefined) throw refuse(`an input value: ${path}`);
  const ms = typeof value === 'string' ? timestampMs(value) : undefined;
  if (ms !== undefined) return ms;
  throw refuse(`a valid ISO-8601 extended offset date-time format string: ${path} == ${textOf(value)}`);
}

function valueAt(visit: Visit, path: string): Json | undefined {
  const { io, strand } = visit;
  return lookUp(path, {
    data: io.effectiveInput(),
    context: contextObject(visit),
    variables: strand.variables,
  });
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
