/** Input and output of a state whose query language is JSONata. */
import type { Json, JsonObject } from '../json.ts';
import { type Bindings, evaluateField, expressionIn } from '../query/jsonata.ts';
import { interpreterFailure, QUERY_EVALUATION_ERROR } from './failure.ts';
import { contextObject, type Outcome, type OutputFields, type StateIo, type Visit } from './visit.ts';

/** The processing of one visit. */
export function jsonataIo(visit: Visit): StateIo {
  const { state, input, strand } = visit;

  function bindings(more: JsonObject = {}, mapItem?: JsonObject): Bindings {
    const states = { input, context: contextObject(visit, mapItem), ...more };
    return { states, variables: strand.variables, nowMs: strand.execution.cloud.clock.now() };
  }

  async function shape(
    fields: OutputFields,
    prefix: string,
    seen: JsonObject,
    otherwise: Json,
  ): Promise<Omit<Outcome, 'next'>> {
    const bound = bindings(seen);
    // both see the variables as they were before this state
    const assigned =
      fields.Assign === undefined ? undefined : await evaluateField(fields.Assign, `${prefix}Assign`, bound);
    const output =
      fields.Output === undefined ? otherwise : await evaluateField(fields.Output, `${prefix}Output`, bound);
    return { output, ...(assigned === undefined ? {} : { assigned: assigned as JsonObject }) };
  }

  async function optionOf(fields: JsonObject, name: string): Promise<Json | undefined> {
    const value = fields[name];
    return value === undefined ? undefined : evaluateField(value, name, bindings());
  }

  return {
    effectiveInput: () => input,
    async arguments() {
      return state.Arguments === undefined ? input : evaluateField(state.Arguments, 'Arguments', bindings());
    },
    option: (name) => optionOf(state as unknown as JsonObject, name),
    optionOf,
    itemTemplate: (template, field, mapItem) => evaluateField(template, field, bindings({}, mapItem)),
    async matches(rule, index) {
      const field = `Choices[${index}]/Condition`;
      const value = await evaluateField(rule.Condition, field, bindings());
      if (typeof value === 'boolean') return value;
      throw wrongType(rule.Condition, field, 'boolean', value);
    },
    finish: (result) => shape(state, '', result === undefined ? {} : { result }, result ?? input),
    finishRule: (rule, index) => shape(rule, `Choices[${index}]/`, {}, input),
    finishCatch: (catcher, index, errorOutput) =>
      shape(catcher, `Catch[${index}]/`, { errorOutput }, errorOutput),
  };
}

/** The failure of an expression whose value has the wrong type for its field. */
export function wrongType(source: unknown, field: string, expected: string, value: Json): Error {
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  const cause = `The JSONata expression '${expressionIn(source) ?? textOf(source)}' specified for the field '${field}' returned an unexpected result type. Expected '${expected}', but was '${actual}' for value: ${JSON.stringify(value)}`;
  return interpreterFailure(QUERY_EVALUATION_ERROR, cause, field);
}

function textOf(source: unknown): string {
  return typeof source === 'string' ? source : JSON.stringify(source);
}
