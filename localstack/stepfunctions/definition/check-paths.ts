/** Checks of the paths and intrinsic calls in a JSONPath state's fields. */
import { isComparison } from '../engine/choice-rules.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { isIntrinsic } from '../query/intrinsics.ts';
import { splitPath } from '../query/payload-template.ts';
import type { StatePlace } from './validate.ts';

const PATH_FIELDS = [
  'InputPath',
  'OutputPath',
  'ItemsPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'SecondsPath',
  'TimestampPath',
  'ErrorPath',
  'CausePath',
  'MaxConcurrencyPath',
];
/** Fields that may be null: nothing of the input, nothing of the result. */
const NULLABLE = new Set(['InputPath', 'OutputPath', 'ResultPath']);
/** Fields that take intrinsic calls. */
const CALLABLE = new Set(['ErrorPath', 'CausePath']);
const TEMPLATE_FIELDS = ['Parameters', 'ResultSelector', 'ItemSelector', 'Assign'];
const NESTED_TEMPLATES = [
  ['ItemReader', 'Parameters'],
  ['ItemBatcher', 'BatchInput'],
  ['ResultWriter', 'Parameters'],
] as const;

/** Parses every path of a state, and of its rules and catchers. */
export function checkPaths(state: JsonObject, place: StatePlace): void {
  const { path } = place;
  for (const field of PATH_FIELDS) checkPathField(state, field, path, place);
  checkResultPath(state, path, place);
  for (const field of TEMPLATE_FIELDS) checkTemplate(state[field] ?? null, `${path}/${field}`, place);
  for (const [holder, field] of NESTED_TEMPLATES) {
    const nested = state[holder];
    if (isObject(nested)) checkTemplate(nested[field] ?? null, `${path}/${holder}/${field}`, place);
  }
  for (const [index, rule] of objectsIn(state.Choices)) checkRule(rule, `${path}/Choices[${index}]`, place);
  for (const [index, catcher] of objectsIn(state.Catch)) {
    const location = `${path}/Catch[${index}]`;
    checkResultPath(catcher, location, place);
    checkTemplate(catcher.Assign ?? null, `${location}/Assign`, place);
  }
}

function checkRule(rule: JsonObject, location: string, place: StatePlace): void {
  const { And: and, Or: or, Not: not } = rule;
  for (const [name, parts] of [['And', and] as const, ['Or', or] as const]) {
    for (const [index, part] of objectsIn(parts)) checkRule(part, `${location}/${name}[${index}]`, place);
  }
  if (isObject(not)) checkRule(not, `${location}/Not`, place);
  checkTemplate(rule.Assign ?? null, `${location}/Assign`, place);
  const paths = Object.keys(rule).filter((field) => field.endsWith('Path') && isComparison(field));
  for (const field of ['Variable', ...paths]) checkPathField(rule, field, location, place);
}

function checkPathField(holder: JsonObject, field: string, path: string, place: StatePlace): void {
  const value = holder[field];
  if (value === undefined || (value === null && NULLABLE.has(field))) return;
  const location = `${path}/${field}`;
  if (typeof value === 'string') checkPath(value, location, place, CALLABLE.has(field));
  else place.problems.schema('Expected value of type [STRING]', location);
}

/** Results are put at one place of the input. */
function checkResultPath(holder: JsonObject, path: string, place: StatePlace): void {
  checkPathField(holder, 'ResultPath', path, place);
  const { ResultPath: value } = holder;
  if (typeof value !== 'string') return;
  try {
    const { root, steps } = splitPath(value);
    if (root === '$' && steps.every(({ kind }) => kind === 'member' || kind === 'index')) return;
    place.problems.schema('Value is not a Reference Path', `${path}/ResultPath`);
  } catch {
    // what does not parse has been told of
  }
}

function checkTemplate(value: Json, location: string, place: StatePlace): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkTemplate(item, `${location}[${index}]`, place);
  }
  if (!isObject(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (!name.endsWith('.$')) checkTemplate(item, `${location}/${name}`, place);
    else if (typeof item === 'string') checkPath(item, `${location}/${name}`, place, true);
    else
      place.problems.schema(
        `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`,
        `${location}/${name}`,
      );
  }
}

function checkPath(source: string, location: string, { problems }: StatePlace, isCallable: boolean): void {
  const call = isCallable ? /^(States\.\w+)\(/.exec(source)?.[1] : undefined;
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

function objectsIn(list: Json | undefined): [number, JsonObject][] {
  if (!Array.isArray(list)) return [];
  return [...(list as Json[]).entries()].filter((each): each is [number, JsonObject] => isObject(each[1]));
}
