/** Checks of the expressions in a state's fields. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isIntrinsic } from '../query/intrinsics.ts';
import { expressionIn } from '../query/jsonata.ts';
import { expressionProblems } from '../query/jsonata-references.ts';
import { splitPath } from '../query/payload-template.ts';
import type { StatePlace } from './validate.ts';

/** Fields whose values are states of their own, or are never evaluated. */
const NOT_DATA = new Set([
  'Type',
  'Resource',
  'Comment',
  'QueryLanguage',
  'Next',
  'Default',
  'Branches',
  'ItemProcessor',
  'Iterator',
  'Retry',
]);
const PATH_FIELDS = [
  'InputPath',
  'OutputPath',
  'ResultPath',
  'ItemsPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'SecondsPath',
  'TimestampPath',
  'ErrorPath',
  'CausePath',
  'MaxConcurrencyPath',
];
const TEMPLATE_FIELDS = ['Parameters', 'ResultSelector', 'ItemSelector', 'Assign'];

/** Parses every expression of a state, and of its rules and catchers. */
export function checkExpressions(state: JsonObject, place: StatePlace): void {
  if (place.language === 'JSONPath') {
    checkPaths(state, place);
    return;
  }
  const { path } = place;
  for (const [field, value] of Object.entries(state)) {
    if (!NOT_DATA.has(field) && field !== 'Catch') checkValue(value, `${path}/${field}`, false, place);
  }
  if (Array.isArray(state.Catch)) {
    for (const [index, catcher] of (state.Catch as Json[]).entries()) {
      if (!isObject(catcher)) continue;
      for (const field of ['Output', 'Assign']) {
        checkValue(catcher[field] ?? null, `${path}/Catch[${index}]/${field}`, true, place);
      }
    }
  }
  checkAssign(state, place);
}

function checkValue(value: Json, location: string, hasErrorOutput: boolean, place: StatePlace): void {
  const source = expressionIn(value);
  if (source !== undefined) {
    for (const { code, message } of expressionProblems(source, { hasErrorOutput })) {
      place.problems.add(code, message, location);
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      checkValue(item, `${location}[${index}]`, hasErrorOutput, place);
    }
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      checkValue(item, `${location}/${name}`, hasErrorOutput, place);
    }
  }
}

function checkAssign(state: JsonObject, { problems, path }: StatePlace): void {
  const { Assign: assign } = state;
  if (assign === undefined) return;
  if (!isObject(assign)) {
    problems.schema('Expected value of type [OBJECT]', `${path}/Assign`);
    return;
  }
  for (const name of Object.keys(assign)) {
    if (name === 'states') problems.schema("The variable name 'states' is reserved", `${path}/Assign`);
    else if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      problems.schema(`'${name}' is not a valid variable name`, `${path}/Assign`);
    }
  }
}

function checkPaths(state: JsonObject, place: StatePlace): void {
  for (const field of PATH_FIELDS) {
    const value = state[field];
    if (typeof value === 'string') checkPath(value, `${place.path}/${field}`, place);
  }
  for (const field of TEMPLATE_FIELDS) checkTemplate(state[field] ?? null, `${place.path}/${field}`, place);
}

function checkTemplate(value: Json, location: string, place: StatePlace): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTemplate(item, `${location}[${index}]`, place);
  }
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (!name.endsWith('.$')) checkTemplate(item, `${location}/${name}`, place);
    else if (typeof item === 'string') checkPath(item, `${location}/${name}`, place);
    else
      place.problems.schema(
        `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
        `${location}/${name}`,
      );
  }
}

function checkPath(source: string, location: string, { problems }: StatePlace): void {
  const call = /^(States\.\w+)\(/.exec(source)?.[1];
  if (call !== undefined) {
    if (!isIntrinsic(call)) problems.schema(`The function '${call}' is not known`, location);
    return;
  }
  try {
    splitPath(source);
  } catch (thrown) {
    const { message } = thrown as Error;
    if (message.includes('not supported')) problems.add('NOT_IMPLEMENTED_BY_LOCAL_CLOUD', message, location);
    else problems.schema('The value must be a valid JSONPath', location);
  }
}
