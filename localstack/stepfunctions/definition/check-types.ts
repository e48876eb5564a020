/** What each state type asks beyond its fields' names. */
import { isComparison } from '../engine/choice-rules.ts';
import { findIntegration } from '../integrations/catalogue.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { expressionIn } from '../query/jsonata.ts';
import type { StateType } from './asl.ts';
import { RULE_FIELDS } from './fields.ts';
import type { StatePlace } from './validate.ts';

/** Checks a state by its type. */
export async function checkType(state: JsonObject, type: StateType, place: StatePlace): Promise<void> {
  if (type === 'Task') await checkTask(state, place);
  if (type === 'Choice') checkChoice(state, place);
  if (type === 'Wait') checkWait(state, place);
  if (type === 'Fail') checkText(state, ['Error', 'Cause'], place);
  if (type === 'Map') checkNumber(state, 'MaxConcurrency', 0, place);
}

async function checkTask(state: JsonObject, place: StatePlace): Promise<void> {
  const { problems, path } = place;
  checkNumber(state, 'TimeoutSeconds', 1, place);
  checkNumber(state, 'HeartbeatSeconds', 1, place);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat, Resource: resource } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    problems.schema("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", `${path}/HeartbeatSeconds`);
  }
  if (typeof resource !== 'string') {
    problems.schema("The field 'Resource' is required but was missing", path);
    return;
  }
  const integration = await findIntegration(resource);
  if (!integration) {
    const message = `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region (the local cloud)`;
    problems.schema(message, `${path}/Resource`);
    return;
  }
  const field = place.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const args = state[field];
  if (args === undefined) {
    if (integration.events === 'Task' && place.language === 'JSONPath') {
      problems.schema("The field 'Parameters' is required but was missing", path);
    }
    return;
  }
  if (expressionIn(args) !== undefined) return;
  for (const problem of integration.problems(args)) {
    problems.schema(problem.message, `${path}/${field}${problem.path}`);
  }
}

function checkChoice(state: JsonObject, { problems, path, language }: StatePlace): void {
  if (!Array.isArray(state.Choices) || state.Choices.length === 0) {
    problems.schema("The field 'Choices' is required but was missing", path);
    return;
  }
  for (const [index, rule] of (state.Choices as Json[]).entries()) {
    const location = `${path}/Choices[${index}]`;
    if (!isObject(rule)) problems.schema('Expected value of type [OBJECT]', location);
    else {
      if (rule.Next === undefined) problems.schema("The field 'Next' is required but was missing", location);
      if (language === 'JSONata') {
        problems.unknownFields(rule, RULE_FIELDS, location);
        checkCondition(rule.Condition, location, problems.schema.bind(problems));
      } else checkComparison(rule, location, problems.schema.bind(problems));
    }
  }
}

type Report = (message: string, location: string) => void;

function checkCondition(condition: Json | undefined, location: string, report: Report): void {
  if (condition === undefined) report("The field 'Condition' is required but was missing", location);
  else if (typeof condition !== 'boolean' && expressionIn(condition) === undefined) {
    report("The field 'Condition' must be a BOOLEAN or a JSONata expression", `${location}/Condition`);
  }
}

function checkComparison(rule: JsonObject, location: string, report: Report): void {
  const { And: and, Or: or, Not: not } = rule;
  const parts = [and, or].find((each) => Array.isArray(each)) as Json[] | undefined;
  const nested = parts ?? (not === undefined ? undefined : [not]);
  if (nested) {
    for (const [index, part] of nested.entries()) {
      if (isObject(part)) checkComparison(part, `${location}[${index}]`, report);
      else report('Expected value of type [OBJECT]', `${location}[${index}]`);
    }
    return;
  }
  const comparisons = Object.keys(rule).filter(isComparison);
  if (typeof rule.Variable !== 'string') report("The field 'Variable' is required but was missing", location);
  if (comparisons.length !== 1) report('A rule has exactly one comparison operator', location);
  for (const field of Object.keys(rule)) {
    if (isComparison(field) || ['Variable', 'Next', 'Assign', 'Comment'].includes(field)) continue;
    report(`Field '${field}' is not supported`, location);
  }
}

function checkWait(state: JsonObject, place: StatePlace): void {
  const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter(
    (field) => state[field] !== undefined,
  );
  if (given.length !== 1) {
    place.problems.schema("A Wait state has exactly one of 'Seconds' and 'Timestamp'", place.path);
  }
  checkNumber(state, 'Seconds', 0, place);
  checkText(state, ['Timestamp'], place);
}

function checkNumber(state: JsonObject, field: string, least: number, { problems, path }: StatePlace): void {
  const value = state[field];
  if (value === undefined || expressionIn(value) !== undefined) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 99_999_999) {
    problems.schema(`The field '${field}' must be an integer from ${least} to 99999999`, `${path}/${field}`);
  }
}

function checkText(state: JsonObject, fields: readonly string[], { problems, path }: StatePlace): void {
  for (const field of fields) {
    const value = state[field];
    if (value !== undefined && typeof value !== 'string') {
      problems.schema('Expected value of type [STRING]', `${path}/${field}`);
    }
  }
}
