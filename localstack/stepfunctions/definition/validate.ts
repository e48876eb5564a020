/** Checks a definition as AWS does when a state machine is created. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Definition, QueryLanguage, StateType } from './asl.ts';
import { checkCatchers, checkRetriers } from './check-error-handling.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkMap } from './check-map.ts';
import { checkEndings, checkTransitions } from './check-transitions.ts';
import { checkType } from './check-types.ts';
import { BRANCH_FIELDS, fieldsOf, MACHINE_FIELDS, MISSING_FIELDS, STATE_FIELDS } from './fields.ts';
import { describeJsonProblem } from './json-problem.ts';
import { checkNumber } from './numbers.ts';
import { type Problem, ProblemList } from './problems.ts';

/** Largest definition, in bytes. */
const LARGEST_DEFINITION = 1_048_576;

/** What the check of a definition says. */
export type Validation =
  | { readonly definition: Definition; readonly problems: readonly [] }
  | { readonly definition: undefined; readonly problems: readonly Problem[] };

/** Where a state stands. */
export interface StatePlace {
  readonly problems: ProblemList;
  readonly path: string;
  readonly language: QueryLanguage;
  readonly machineLanguage: QueryLanguage;
  /** Inside of EXPRESS executions. */
  readonly isExpress: boolean;
  /** What the whole definition has, collected. */
  readonly found: Found;
}

/** What is looked at when all states have been seen. */
export interface Found {
  readonly containers: { readonly container: JsonObject; readonly path: string }[];
  readonly stateNames: Set<string>;
  readonly labels: Set<string>;
}

/** The parsed definition, or everything that is wrong with it. */
export async function validateDefinition(
  text: string,
  options: { readonly isExpress?: boolean } = {},
): Promise<Validation> {
  const problems = new ProblemList();
  const parsed = parse(text, problems);
  if (parsed) await checkMachine(parsed, problems, options.isExpress ?? false);
  return problems.all.length > 0
    ? { definition: undefined, problems: problems.all }
    : { definition: parsed as unknown as Definition, problems: [] };
}

function parse(text: string, problems: ProblemList): JsonObject | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (thrown) {
    const { message, location } = describeJsonProblem(text, thrown as Error);
    problems.add('INVALID_JSON_DESCRIPTION', message, location);
    return undefined;
  }
  if (Buffer.byteLength(text) > LARGEST_DEFINITION) {
    problems.schema(`The definition is larger than ${LARGEST_DEFINITION} bytes`, '/');
  }
  if (isObject(value)) return value;
  problems.schema('Expected value of type [OBJECT]', '/');
  return undefined;
}

async function checkMachine(machine: JsonObject, problems: ProblemList, isExpress: boolean): Promise<void> {
  problems.unknownFields(machine, MACHINE_FIELDS, '/');
  checkLanguage(machine, '', problems);
  const language = languageOf(machine, 'JSONPath');
  const found: Found = { containers: [], stateNames: new Set(), labels: new Set() };
  const place = { problems, path: '', language, machineLanguage: language, isExpress, found };
  checkNumber(machine, 'TimeoutSeconds', { least: 1 }, place);
  await checkContainer(machine, place);
  for (const { container, path } of found.containers) checkTransitions(container, path, problems);
}

async function checkContainer(container: JsonObject, place: StatePlace): Promise<void> {
  const { problems, path, found } = place;
  const { States: states, StartAt: startAt } = container;
  problems.required(container, ['StartAt', 'States'], path || '/');
  if (startAt !== undefined && typeof startAt !== 'string') {
    problems.schema('Expected value of type [STRING]', `${path}/StartAt`);
  }
  if (states === undefined) return;
  if (!isObject(states)) {
    problems.schema('Expected value of type [OBJECT]', `${path}/States`);
    return;
  }
  for (const [name, state] of Object.entries(states)) {
    const statePath = `${path}/States/${name}`;
    if (name.length > 80) problems.schema('State names have at most 80 characters', statePath);
    if (found.stateNames.has(name)) {
      problems.add('DUPLICATE_STATE_NAME', `Duplicate State name: ${name}`, statePath);
    }
    found.stateNames.add(name);
    if (!isObject(state)) problems.schema('Expected value of type [OBJECT]', statePath);
    else await checkState(state, { ...place, path: statePath });
  }
  checkEndings(container, path, problems);
  found.containers.push({ container, path });
}

async function checkState(state: JsonObject, place: StatePlace): Promise<void> {
  const { problems, path, machineLanguage } = place;
  const type = state.Type as StateType;
  if (typeof state.Type !== 'string' || !Object.hasOwn(STATE_FIELDS, state.Type)) {
    const types = 'Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map';
    problems.schema(`The field 'Type' should have one of these values: [${types}]`, `${path}/Type`);
    return;
  }
  checkLanguage(state, path, problems);
  if (state.QueryLanguage === 'JSONPath' && machineLanguage === 'JSONata') {
    const message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
    problems.schema(message, path);
    return;
  }
  const language = languageOf(state, machineLanguage);
  const here = { ...place, language };
  checkFields(state, type, here);
  checkRetriers(state, here);
  checkCatchers(state, here);
  checkExpressions(state, here);
  await checkType(state, type, here);
  await checkInnerStates(state, here);
}

function checkFields(state: JsonObject, type: StateType, { problems, path, language }: StatePlace): void {
  const other = language === 'JSONata' ? 'JSONPath' : 'JSONata';
  const known = fieldsOf(type, language);
  for (const field of Object.keys(state)) {
    if (known.includes(field)) continue;
    if (MISSING_FIELDS[type]?.includes(field)) {
      problems.add('NOT_IMPLEMENTED_BY_LOCAL_CLOUD', `field '${field}' of ${type} states`, path);
    } else if (fieldsOf(type, other).includes(field)) {
      const message = `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${other}' QueryLanguage`;
      problems.schema(message, path);
    } else problems.schema(`Field '${field}' is not supported`, path);
  }
}

async function checkInnerStates(state: JsonObject, place: StatePlace): Promise<void> {
  const { problems, path } = place;
  if (state.Type === 'Parallel') {
    problems.required(state, ['Branches'], path);
    if (!Array.isArray(state.Branches)) {
      if (state.Branches !== undefined) problems.schema('Expected value of type [ARRAY]', `${path}/Branches`);
      return;
    }
    if (state.Branches.length === 0) problems.schema('Value cannot be empty', `${path}/Branches`);
    for (const [index, branch] of (state.Branches as Json[]).entries()) {
      const branchPath = `${path}/Branches[${index}]`;
      if (!isObject(branch)) problems.schema('Expected value of type [OBJECT]', branchPath);
      else {
        problems.unknownFields(branch, BRANCH_FIELDS, branchPath);
        await checkContainer(branch, { ...place, path: branchPath });
      }
    }
  }
  if (state.Type !== 'Map') return;
  const inner = checkMap(state, place);
  if (inner) await checkContainer(inner.processor, inner.place);
}

function checkLanguage(holder: JsonObject, path: string, problems: ProblemList): void {
  const { QueryLanguage: language } = holder;
  if (language === undefined || language === 'JSONata' || language === 'JSONPath') return;
  problems.schema('Value should be one of the following: [JSONPath, JSONata]', `${path}/QueryLanguage`);
}

function languageOf(holder: JsonObject, otherwise: QueryLanguage): QueryLanguage {
  if (holder.QueryLanguage === undefined) return otherwise;
  return holder.QueryLanguage === 'JSONPath' ? 'JSONPath' : 'JSONata';
}
