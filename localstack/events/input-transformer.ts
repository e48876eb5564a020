/**
 * What a target is sent: the event, a part of it, a constant, or a filled template.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import type { Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../core/errors.ts';
import type { BusEvent } from './bus-event.ts';
import { parseJsonPath } from './json-path.ts';

export interface TransformContext {
  readonly ruleArn: string;
  readonly ruleName: string;
  /** When the bus took the event, ISO 8601. */
  readonly ingestionTime: string;
}

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/g;
const PREDEFINED = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
];

/** Checks a target's input settings as PutTargets does. @throws AwsError ValidationException */
export function validateInput(target: Target): void {
  const given = [target.Input, target.InputPath, target.InputTransformer].filter(
    (each) => each !== undefined,
  );
  if (given.length > 1) {
    throw invalid(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw invalid(`JSON syntax error in input for target ${target.Id}`);
  }
  if (target.InputPath !== undefined) parseJsonPath(target.InputPath);
  const { InputPathsMap = {}, InputTemplate } = target.InputTransformer ?? {};
  for (const [name, path] of Object.entries(InputPathsMap)) {
    if (name.toUpperCase().startsWith('AWS')) {
      throw invalid(`InputPathsMap for target ${target.Id} uses the reserved name ${name}.`);
    }
    parseJsonPath(path);
  }
  for (const [, name] of InputTemplate?.matchAll(PLACEHOLDER) ?? []) {
    if (!Object.hasOwn(InputPathsMap, name!) && !PREDEFINED.includes(name!)) {
      throw invalid(`InputTemplate for target ${target.Id} contains invalid placeholder ${name}.`);
    }
  }
}

/** The text that the target gets. A path that leads nowhere gives `null`. */
export function transformInput(event: BusEvent, target: Target, context: TransformContext): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(parseJsonPath(target.InputPath)(event) ?? null);
  if (target.InputTransformer) return fillTemplate(event, target.InputTransformer, context);
  return JSON.stringify(event);
}

function fillTemplate(
  event: BusEvent,
  { InputPathsMap = {}, InputTemplate = '' }: NonNullable<Target['InputTransformer']>,
  context: TransformContext,
): string {
  let filled = '';
  let isInString = false;
  let position = 0;
  for (const match of InputTemplate.matchAll(PLACEHOLDER)) {
    const literal = InputTemplate.slice(position, match.index);
    isInString = endsInString(literal, isInString);
    filled += literal + render(variableValue(match[1]!, event, InputPathsMap, context), isInString);
    position = match.index + match[0].length;
  }
  return filled + InputTemplate.slice(position);
}

/** Whether the text after `literal` is inside of a JSON string. */
function endsInString(literal: string, startsInString: boolean): boolean {
  let isInString = startsInString;
  for (let index = 0; index < literal.length; index += 1) {
    if (isInString && literal[index] === '\\') index += 1;
    else if (literal[index] === '"') isInString = !isInString;
  }
  return isInString;
}

/**
 * A value within the template. Outside of quotes it becomes JSON. Inside of quotes strings are put in as they are, not
 * escaped, and objects lose their quotes: AWS does both, and what comes out may not be JSON any more.
 */
function render(value: unknown, isInString: boolean): string {
  if (value === undefined) return isInString ? '' : '""';
  if (!isInString) return JSON.stringify(value);
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
}

function variableValue(
  name: string,
  event: BusEvent,
  paths: Readonly<Record<string, string>>,
  context: TransformContext,
): unknown {
  switch (name) {
    case 'aws.events.rule-arn':
      return context.ruleArn;
    case 'aws.events.rule-name':
      return context.ruleName;
    case 'aws.events.event.ingestion-time':
      return context.ingestionTime;
    case 'aws.events.event.json':
      return event;
    case 'aws.events.event': {
      // AWS leaves the detail out, renames the type and gives the time of ingestion
      const { detail: _, 'detail-type': detailType, time: __, ...envelope } = event;
      return { ...envelope, detailType, time: context.ingestionTime };
    }
    default:
      return parseJsonPath(paths[name]!)(event);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
