/** Turns the parameters of a request into values. */
import type { Parameter } from '@aws-sdk/client-cloudformation';
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import type { ParameterDefinition, Template } from './template.ts';

/** A parameter's value as a stack keeps it. */
export interface ParameterValue {
  readonly key: string;
  /** As given; for an SSM parameter type the parameter's name. */
  readonly value: string;
  /** For an SSM parameter type what the name stood for at the last operation. */
  readonly resolved?: string;
  readonly noEcho: boolean;
}

/** Reads SSM parameters by name; a name that does not exist is absent. */
export type ReadSsm = (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const PLAIN_TYPES = new Set(['String', 'Number', 'List<Number>', 'List<String>', 'CommaDelimitedList']);
const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

function isListType(type: string): boolean {
  const inner = SSM_VALUE.exec(type)?.[1] ?? type;
  return inner === 'CommaDelimitedList' || inner.startsWith('List<');
}

function checkType(key: string, type: string): void {
  const inner = SSM_VALUE.exec(type)?.[1];
  if (PLAIN_TYPES.has(inner ?? type) || type === 'AWS::SSM::Parameter::Name') return;
  if (type.includes('AWS::')) throw new NotImplementedByLocalCloud(`parameter type ${type} of ${key}`);
  throw validationError(`Template format error: Unrecognized parameter type: ${type}`);
}

function checkConstraints(key: string, definition: ParameterDefinition, value: string): void {
  const explain = (message: string) =>
    validationError(
      definition.ConstraintDescription
        ? `Parameter ${key} failed to satisfy constraint: ${definition.ConstraintDescription}`
        : message,
    );
  const members = isListType(definition.Type) ? value.split(',').map((member) => member.trim()) : [value];
  for (const member of members) {
    if (definition.AllowedValues && !definition.AllowedValues.map(String).includes(member)) {
      throw explain(
        `Parameter '${key}' must be one of AllowedValues: [${definition.AllowedValues.join(', ')}]`,
      );
    }
    if (definition.AllowedPattern && !new RegExp(`^(?:${definition.AllowedPattern})$`).test(member)) {
      throw explain(`Parameter '${key}' must match pattern ${definition.AllowedPattern}`);
    }
    if (definition.MinLength !== undefined && member.length < Number(definition.MinLength)) {
      throw explain(`Parameter '${key}' must contain at least ${definition.MinLength} characters`);
    }
    if (definition.MaxLength !== undefined && member.length > Number(definition.MaxLength)) {
      throw explain(`Parameter '${key}' must contain at most ${definition.MaxLength} characters`);
    }
    const isNumber = definition.Type === 'Number' || definition.Type === 'List<Number>';
    if (isNumber && (member === '' || Number.isNaN(Number(member)))) {
      throw validationError(`Parameter '${key}' must be a number.`);
    }
    if (definition.MinValue !== undefined && Number(member) < Number(definition.MinValue)) {
      throw explain(`Parameter '${key}' must be a number not less than ${definition.MinValue}`);
    }
    if (definition.MaxValue !== undefined && Number(member) > Number(definition.MaxValue)) {
      throw explain(`Parameter '${key}' must be a number not greater than ${definition.MaxValue}`);
    }
  }
}

/**
 * The values of a template's parameters: given, previous or default, checked against their constraints, SSM types read.
 * @throws AwsError ValidationError naming unknown, missing or unfit parameters.
 */
export async function resolveParameters(
  template: Template,
  given: readonly Parameter[],
  previous: readonly ParameterValue[],
  readSsm: ReadSsm,
): Promise<ParameterValue[]> {
  const definitions = template.Parameters ?? {};
  const unknown = given
    .map(({ ParameterKey }) => ParameterKey ?? '')
    .filter((key) => !Object.hasOwn(definitions, key));
  if (unknown.length > 0) {
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const missing: string[] = [];
  const values: { key: string; definition: ParameterDefinition; value: string }[] = [];
  for (const [key, definition] of Object.entries(definitions)) {
    checkType(key, definition.Type);
    const input = given.find(({ ParameterKey }) => ParameterKey === key);
    const before = previous.find((parameter) => parameter.key === key);
    const fallback = definition.Default === undefined ? undefined : String(definition.Default);
    const value = input?.UsePreviousValue ? before?.value : (input?.ParameterValue ?? fallback);
    if (value === undefined) missing.push(key);
    else values.push({ key, definition, value });
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);

  const ssmNames = values
    .filter(({ definition }) => SSM_VALUE.test(definition.Type))
    .map(({ value }) => value);
  const ssmValues = ssmNames.length > 0 ? await readSsm([...new Set(ssmNames)]) : new Map<string, string>();
  return values.map(({ key, definition, value }) => {
    checkConstraints(key, definition, value);
    const noEcho = String(definition.NoEcho ?? false) === 'true';
    if (!SSM_VALUE.test(definition.Type)) return { key, value, noEcho };
    const resolved = ssmValues.get(value);
    if (resolved === undefined) {
      throw validationError(`Unable to fetch parameters [${value}] from parameter store for this account.`);
    }
    return { key, value, resolved, noEcho };
  });
}

/** What `Ref` of each parameter gives: a string, or a list of strings for list types. */
export function parameterRefs(
  template: Template,
  values: readonly ParameterValue[],
): Map<string, string | string[]> {
  return new Map(
    values.map(({ key, value, resolved }) => {
      const effective = resolved ?? value;
      const isList = isListType(template.Parameters?.[key]?.Type ?? 'String');
      return [key, isList ? effective.split(',').map((member) => member.trim()) : effective];
    }),
  );
}
