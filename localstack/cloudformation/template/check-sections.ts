/** Checks the form of a template's sections, resources apart; what they mean is looked at later. */
import { validationError } from '../errors.ts';
import { isObject, type JsonObject } from './template.ts';

const format = (message: string) => validationError(`Template format error: ${message}`);

/** Sections that are objects wherever they are given. */
const OBJECT_SECTIONS = ['Conditions', 'Mappings', 'Outputs', 'Parameters', 'Resources', 'Rules'] as const;

function membersOf(template: JsonObject, section: string): [string, unknown][] {
  return Object.entries((template[section] ?? {}) as JsonObject);
}

function checkParameters(template: JsonObject): void {
  for (const [name, parameter] of membersOf(template, 'Parameters')) {
    if (!/^[A-Za-z0-9]+$/.test(name)) throw format(`Parameter name ${name} is non alphanumeric.`);
    if (!isObject(parameter)) throw format('Any Parameters member must be an object.');
    if (typeof parameter.Type !== 'string') {
      throw format(`Every Parameters object must contain a Type member.`);
    }
    if (typeof (parameter.Default ?? '') === 'object') {
      throw format(`Every Default member must be a string.`);
    }
    const { AllowedValues = [], AllowedPattern = '' } = parameter;
    if (!Array.isArray(AllowedValues)) throw format('Every AllowedValues member must be a list.');
    if (typeof AllowedPattern !== 'string' || !isPattern(AllowedPattern)) {
      throw format(`Parameter '${name}' has an AllowedPattern that is not a regular expression.`);
    }
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}

function checkMappings(template: JsonObject): void {
  for (const [, mapping] of membersOf(template, 'Mappings')) {
    if (!isObject(mapping)) throw format('Any Mappings member must be an object.');
    for (const [key, attributes] of Object.entries(mapping)) {
      if (!isObject(attributes)) throw format(`Every Mappings member ${key} must be a map`);
      if (Object.values(attributes).some(isObject)) {
        throw format('Every Mappings attribute must be a String or a List.');
      }
    }
  }
}

function checkOutputs(template: JsonObject): void {
  for (const [name, output] of membersOf(template, 'Outputs')) {
    if (!/^[A-Za-z0-9]+$/.test(name)) throw format(`Output name ${name} is non alphanumeric.`);
    if (!isObject(output)) throw format('Any Outputs member must be an object.');
    if (output.Value === undefined) throw format('Every Outputs member must contain a Value object');
    if (output.Export !== undefined && (!isObject(output.Export) || output.Export.Name === undefined)) {
      throw format(`Every Export object must contain a Name member.`);
    }
    for (const member of ['Description', 'Condition'] as const) {
      const value = output[member];
      if (value !== undefined && typeof value !== 'string') {
        throw format(`Every ${member} member must be a string.`);
      }
    }
  }
}

function checkRules(template: JsonObject): void {
  for (const [name, rule] of membersOf(template, 'Rules')) {
    const assertions = isObject(rule) ? rule.Assertions : undefined;
    if (
      !Array.isArray(assertions) ||
      !assertions.every((each) => isObject(each) && each.Assert !== undefined)
    )
      throw format(`Rule ${name} must have a list of Assertions, each with an Assert member.`);
  }
}

/** @throws AwsError ValidationError for the first place where a null is, as AWS does. */
export function refuseNulls(value: unknown, path: string): void {
  if (value === null) throw validationError(`[${path}] 'null' values are not allowed in templates`);
  if (typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) refuseNulls(member, `${path}/${key}`);
}

/** @throws AwsError ValidationError for a section that does not have its form. */
export function checkSections(template: JsonObject): void {
  for (const section of OBJECT_SECTIONS) {
    if (template[section] === undefined || isObject(template[section])) continue;
    throw format(`${section} must be an object.`);
  }
  const { Description = '', AWSTemplateFormatVersion = '2010-09-09' } = template;
  if (typeof Description !== 'string') throw format('Every Description member must be a string.');
  if (AWSTemplateFormatVersion !== '2010-09-09') {
    throw format(`Template format version not supported: ${JSON.stringify(AWSTemplateFormatVersion)}`);
  }
  checkParameters(template);
  checkMappings(template);
  checkOutputs(template);
  checkRules(template);
}
