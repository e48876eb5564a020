/** Input and output of a state whose query language is JSONPath. */
import type { Json, JsonObject } from '../json.ts';
import { withValueAt } from '../query/json-path.ts';
import { evaluatePathField, evaluateTemplate, type Roots, splitPath } from '../query/payload-template.ts';
import { matchesRule } from './choice-rules.ts';
import { interpreterFailure } from './failure.ts';
import { contextObject, type Outcome, type OutputFields, type StateIo, type Visit } from './visit.ts';

/** The processing of one visit. */
export function jsonPathIo(visit: Visit): StateIo {
  const { state, input, strand } = visit;

  function roots(data: Json, mapItem?: JsonObject): Roots {
    return { data, context: contextObject(visit, mapItem), variables: strand.variables };
  }

  function filter(path: string | null | undefined, data: Json, field: string): Json {
    if (path === null) return {};
    return path === undefined || path === '$' ? data : evaluatePathField(path, field, roots(data));
  }

  const effectiveInput = () => filter(state.InputPath, input, 'InputPath');

  function shape(fields: OutputFields, result: Json, assignFrom: Json): Omit<Outcome, 'next'> {
    const assigned =
      fields.Assign === undefined ? undefined : evaluateTemplate(fields.Assign, roots(assignFrom));
    const merged = mergeResult(input, fields.ResultPath, result);
    return {
      output: filter(state.OutputPath, merged, 'OutputPath'),
      ...(assigned === undefined ? {} : { assigned: assigned as JsonObject }),
    };
  }

  async function optionOf(fields: JsonObject, name: string): Promise<Json | undefined> {
    const path = fields[`${name}Path`];
    if (typeof path !== 'string') return fields[name];
    return evaluatePathField(path, `${name}Path`, roots(effectiveInput()));
  }

  return {
    effectiveInput,
    async arguments() {
      const data = effectiveInput();
      return state.Parameters === undefined ? data : evaluateTemplate(state.Parameters, roots(data));
    },
    option: (name) => optionOf(state as unknown as JsonObject, name),
    optionOf,
    async itemTemplate(template, _field, mapItem) {
      return evaluateTemplate(template, roots(effectiveInput(), mapItem));
    },
    async matches(rule) {
      return matchesRule(rule, roots(effectiveInput()));
    },
    async finish(result) {
      if (result === undefined) {
        const data = effectiveInput();
        return { ...shape({ ...state, ResultPath: '$' }, data, data) };
      }
      const selected =
        state.ResultSelector === undefined ? result : evaluateTemplate(state.ResultSelector, roots(result));
      return shape(state, selected, result);
    },
    async finishRule(rule) {
      const data = effectiveInput();
      return shape({ ...rule, ResultPath: '$' }, data, data);
    },
    async finishCatch(catcher, _index, errorOutput) {
      // OutputPath is for success only
      const output = mergeResult(input, catcher.ResultPath, errorOutput);
      if (catcher.Assign === undefined) return { output };
      return { output, assigned: evaluateTemplate(catcher.Assign, roots(errorOutput)) as JsonObject };
    },
  };
}

function mergeResult(input: Json, resultPath: string | null | undefined, result: Json): Json {
  if (resultPath === null) return input;
  if (resultPath === undefined || resultPath === '$') return result;
  const merged = withValueAt(input, splitPath(resultPath).steps, result);
  if (merged !== undefined) return merged;
  const cause = `Unable to apply step "${resultPath}" to input ${JSON.stringify(input)}`;
  throw interpreterFailure('States.ResultPathMatchFailure', cause);
}
