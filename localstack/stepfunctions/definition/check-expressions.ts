/** Checks of the expressions in a state's fields. */

import { isObject, type Json, type JsonObject } from '../json.ts';
import { expressionIn } from '../query/jsonata.ts';
import { expressionProblems } from '../query/jsonata-references.ts';
import { checkPaths } from './check-paths.ts';
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

/** Parses every expression of a state, and of its rules and catchers. */
export function checkExpressions(state: JsonObject, place: StatePlace): void {
  checkAssigns(state, place);
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

/** The variables that a state, its rules and its catchers set. */
function checkAssigns(state: JsonObject, place: StatePlace): void {
  checkAssign(state, place.path, place);
  for (const field of ['Choices', 'Catch']) {
    const list = state[field];
    if (!Array.isArray(list)) continue;
    for (const [index, item] of (list as Json[]).entries()) {
      if (isObject(item)) checkAssign(item, `${place.path}/${field}[${index}]`, place);
    }
  }
}

function checkAssign(holder: JsonObject, path: string, { problems, language }: StatePlace): void {
  const { Assign: assign } = holder;
  if (assign === undefined) return;
  if (!isObject(assign)) {
    problems.schema('Expected value of type [OBJECT]', `${path}/Assign`);
    return;
  }
  for (const member of Object.keys(assign)) {
    const name = language === 'JSONPath' ? member.replace(/\.\$$/, '') : member;
    if (name === 'states') problems.schema("The variable name 'states' is reserved", `${path}/Assign`);
    else if (!/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      problems.schema(`'${name}' is not a valid variable name`, `${path}/Assign`);
    }
  }
}
