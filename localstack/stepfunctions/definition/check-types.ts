/** What each state type asks beyond its fields' names. */
import { isComparison, timestampMs } from '../engine/choice-rules.ts';
import { findIntegration, isKnownToAws } from '../integrations/catalogue.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { expressionIn } from '../query/jsonata.ts';
import type { StateType } from './asl.ts';
import { RULE_FIELDS } from './fields.ts';
import { checkNumber } from './numbers.ts';
import type { StatePlace } from './validate.ts';

/** Checks a state by its type. */
export async function checkType(state: JsonObject, type: StateType, place: StatePlace): Promise<void> {
  if (type === 'Task') await checkTask(state, place);
  if (type === 'Choice') checkChoice(state, place);
  if (type === 'Wait') checkWait(state, place);
  if (type === 'Fail') checkText(state, ['Error', 'Cause'], place);
}

async function checkTask(state: JsonObject, place: StatePlace): Promise<void> {
  const { problems, path } = place;
  checkNumber(state, 'TimeoutSeconds', { least: 1 }, place);
  checkNumber(state, 'HeartbeatSeconds', { least: 1 }, place);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat, Resource: resource } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    problems.schema("'HeartbeatSeconds' must be smaller than 'TimeoutSeconds'", `${path}/HeartbeatSeconds`);
  }
  problems.required(state, ['Resource'], path);
  if (typeof resource !== 'string') {
    if (resource !== undefined) problems.schema('Expected value of type [STRING]', `${path}/Resource`);
    return;
  }
  const integration = await findIntegration(resource);
  if (!integration) {
    refuseResource(resource, place);
    return;
  }
  if (place.isExpress && integration.pattern !== 'request') {
    // AWS's own two spaces
    const pattern =
      integration.pattern === 'token'
        ? "'.waitForTaskToken' service integration "
        : "'.sync' service integration";
    problems.schema(`Express state machine does not support ${pattern}`, `${path}/Resource`);
  }
  const field = place.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const args = state[field];
  if (args === undefined) {
    if (integration.events === 'Task' && place.language === 'JSONPath') {
      problems.required(state, ['Parameters'], path);
    }
    return;
  }
  if (expressionIn(args) !== undefined) return;
  for (const problem of integration.problems(args)) {
    problems.schema(problem.message, `${path}/${field}${problem.path}`);
  }
}

function checkChoice(state: JsonObject, { problems, path, language }: StatePlace): void {
  problems.required(state, ['Choices'], path);
  if (!Array.isArray(state.Choices)) {
    if (state.Choices !== undefined) problems.schema('Expected value of type [ARRAY]', `${path}/Choices`);
    return;
  }
  if (state.Choices.length === 0) problems.schema('Value cannot be empty', `${path}/Choices`);
  for (const [index, rule] of (state.Choices as Json[]).entries()) {
    const location = `${path}/Choices[${index}]`;
    if (!isObject(rule)) problems.schema('Expected value of type [OBJECT]', location);
    else {
      problems.required(rule, ['Next'], location);
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
  const given = WAIT_FIELDS.filter((field) => state[field] !== undefined);
  const fields = place.language === 'JSONata' ? ['Seconds', 'Timestamp'] : WAIT_FIELDS;
  if (given.length === 0) {
    const message = `There should be at least one of the following fields: [${fields.join(', ')}]`;
    place.problems.schema(message, place.path);
  }
  place.problems.exclusive(state, fields, place.path);
  checkNumber(state, 'Seconds', { least: 0 }, place);
  checkText(state, ['Timestamp'], place);
  const { Timestamp: timestamp } = state;
  if (typeof timestamp !== 'string') return;
  const isExpression = place.language === 'JSONata' && expressionIn(timestamp) !== undefined;
  if (!isExpression && timestampMs(timestamp) === undefined) {
    place.problems.schema('String does not match RFC3339 timestamp', `${place.path}/Timestamp`);
  }
}

const WAIT_FIELDS = ['Seconds', 'Timestamp', 'SecondsPath', 'TimestampPath'];

function refuseResource(resource: string, { problems, path }: StatePlace): void {
  if (isKnownToAws(resource)) {
    problems.add('NOT_IMPLEMENTED_BY_LOCAL_CLOUD', `the resource ${resource}`, `${path}/Resource`);
    return;
  }
  const message = `The resource provided ${resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
  problems.schema(message, `${path}/Resource`);
}

function checkText(state: JsonObject, fields: readonly string[], { problems, path }: StatePlace): void {
  for (const field of fields) {
    const value = state[field];
    if (value !== undefined && typeof value !== 'string') {
      problems.schema('Expected value of type [STRING]', `${path}/${field}`);
    }
  }
}
