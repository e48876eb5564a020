/** JSONata expressions in states: the reference library under the rules of Step Functions. */
import jsonata from 'jsonata';
import { interpreterFailure, QUERY_EVALUATION_ERROR } from '../engine/failure.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { AWS_FUNCTIONS } from './jsonata-functions.ts';

/** AWS's own bounds: nesting of one expression, and the library's time for it. */
const LIMITS = { stack: 100, timeout: 5_000 };
const EXPRESSION = /^\{%([\s\S]*)%\}$/;
const compiled = new Map<string, jsonata.Expression>();

/** What the expressions of a field see. */
export interface Bindings {
  /** `$states`: input, context, and result or errorOutput where there is one. */
  readonly states: JsonObject;
  /** The workflow's variables, by name without `$`. */
  readonly variables: JsonObject;
  /** Epoch milliseconds of `$now` and `$millis`. */
  readonly nowMs: number;
}

/** The source between `{%` and `%}`, or undefined for what is not an expression. */
export function expressionIn(value: unknown): string | undefined {
  return typeof value === 'string' ? EXPRESSION.exec(value)?.[1]?.trim() : undefined;
}

/** Parses an expression. @throws the parser's own error */
export function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known) return known;
  const expression = jsonata(source, LIMITS);
  for (const [name, implementation] of Object.entries(AWS_FUNCTIONS)) expression.assign(name, implementation);
  compiled.set(source, expression);
  return expression;
}

/**
 * The value of a field: every string in it that is an expression replaced by its result, at any depth.
 * @param field name for messages, for example `Arguments/Payload`
 * @throws StateFailure States.QueryEvaluationError when an expression fails or returns nothing
 */
export async function evaluateField(value: unknown, field: string, bindings: Bindings): Promise<Json> {
  const source = expressionIn(value);
  if (source !== undefined) return evaluate(source, field, bindings);
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const [index, item] of value.entries()) {
      items.push(await evaluateField(item, `${field}[${index}]`, bindings));
    }
    return items;
  }
  if (isObject(value)) {
    const members: [string, Json][] = [];
    for (const [name, member] of Object.entries(value)) {
      members.push([name, await evaluateField(member, `${field}/${name}`, bindings)]);
    }
    return Object.fromEntries(members);
  }
  return value as Json;
}

async function evaluate(source: string, field: string, bindings: Bindings): Promise<Json> {
  const { states, variables, nowMs } = bindings;
  let result: unknown;
  try {
    result = await compile(source).evaluate(undefined, {
      ...variables,
      states,
      millis: () => nowMs,
      now: (picture?: string, zone?: string) => formatTime(nowMs, picture, zone),
    });
  } catch (thrown) {
    const { code, message } = thrown as { code?: string; message?: string };
    throw evaluationFailure(
      source,
      field,
      `threw an error during evaluation. ${code ? `${code}: ` : ''}${message}`,
    );
  }
  if (result === undefined) throw evaluationFailure(source, field, 'returned nothing (undefined).');
  const json = toJson(result);
  if (json === undefined) throw evaluationFailure(source, field, 'returned an unsupported result type.');
  return json;
}

function evaluationFailure(source: string, field: string, happened: string): Error {
  const cause = `The JSONata expression '${source}' specified for the field '${field}' ${happened}`;
  return interpreterFailure(QUERY_EVALUATION_ERROR, cause, field);
}

function formatTime(nowMs: number, picture?: string, zone?: string): Promise<unknown> {
  const args = [picture, zone].filter((arg) => arg !== undefined).map((arg) => JSON.stringify(arg));
  return jsonata(`$fromMillis(${[nowMs, ...args].join(', ')})`).evaluate(undefined);
}

/** Plain JSON of a result: sequences lose their marks, and non-finite numbers are the strings that AWS writes. */
function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((item) => toJson(item) ?? null);
  if (typeof value === 'function' || typeof value !== 'object') return undefined;
  if ('_jsonata_function' in value || '_jsonata_lambda' in value) return undefined;
  const members = Object.entries(value).map(([name, member]) => [name, toJson(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined)) as JsonObject;
}
