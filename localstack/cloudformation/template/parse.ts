/** Reads a template's text and checks its outer form. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { checkSections, refuseNulls } from './check-sections.ts';
import { isObject, type JsonObject, type Template } from './template.ts';
import { parseYaml } from './yaml.ts';

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
]);

const RESOURCE_ATTRIBUTES = new Set([
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
]);

const KNOWN_TRANSFORMS = new Set(['AWS::LanguageExtensions']);

/** What CloudFormation reads is not nested deeper than this by far; what evaluates it is recursive. */
const MAX_DEPTH = 200;
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MAX_RESOURCES = 500;

function readText(body: string): unknown {
  const isJson = body.trimStart().startsWith('{');
  try {
    return isJson ? JSON.parse(body) : parseYaml(body);
  } catch (error) {
    if (!isJson) throw validationError(yamlRefusal(error as Error));
    throw validationError(`Template format error: JSON not well-formed.${placeOf(error as Error, body)}`);
  }
}

function yamlRefusal(error: Error): string {
  if (/alias/i.test(error.message)) {
    return 'Template error: YAML aliases are not allowed in CloudFormation templates';
  }
  const { line, col } = (error as { linePos?: readonly { line: number; col: number }[] }).linePos?.[0] ?? {};
  const place = line === undefined ? '' : ` (line ${line}, column ${col})`;
  return `Template format error: YAML not well-formed.${place}`;
}

/** Line and column where JSON breaks off; the runtime tells the position, or that the text ends too early. */
function placeOf({ message }: Error, body: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  const before = body.slice(0, position === undefined ? body.length : Number(position));
  const lines = before.split('\n');
  return ` (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`;
}

/** How deep a value is nested, counted no further than the limit. */
function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MAX_DEPTH || Object.values(value).some((member) => isTooDeep(member, depth + 1));
}

/** The transforms that a template names. @throws NotImplementedByLocalCloud for any but `AWS::LanguageExtensions`. */
export function transformsOf(template: Template): string[] {
  const named = template.Transform ?? [];
  const transforms = (Array.isArray(named) ? named : [named]).map((transform) =>
    typeof transform === 'string' ? transform : JSON.stringify(transform),
  );
  const unknown = transforms.find((transform) => !KNOWN_TRANSFORMS.has(transform));
  if (unknown) throw new NotImplementedByLocalCloud(`CloudFormation transform ${unknown}`);
  return transforms;
}

function checkResource(logicalId: string, resource: unknown): void {
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    throw validationError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  }
  if (!isObject(resource)) {
    throw validationError('Template format error: Any Resources member must be an object.');
  }
  if (typeof resource.Type !== 'string') {
    throw validationError(
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  }
  if (resource.Properties !== undefined && !isObject(resource.Properties)) {
    throw validationError(
      `Template format error: [/Resources/${logicalId}/Properties] Properties must be an object.`,
    );
  }
  checkAttributes(resource);
  const unknown = Object.keys(resource).find((key) => !RESOURCE_ATTRIBUTES.has(key));
  if (unknown === 'CreationPolicy' || unknown === 'UpdatePolicy') {
    throw new NotImplementedByLocalCloud(`resource attribute ${unknown} of ${logicalId} (${resource.Type})`);
  }
  if (unknown) throw validationError(`Invalid template resource property '${unknown}'`);
}

function checkAttributes({ DependsOn = [], Condition = '' }: JsonObject): void {
  const names = Array.isArray(DependsOn) ? DependsOn : [DependsOn];
  if (names.some((name) => typeof name !== 'string')) {
    throw validationError('Template format error: DependsOn must be a string or list of strings.');
  }
  if (typeof Condition !== 'string') {
    throw validationError('Template format error: Every Condition member must be a string.');
  }
}

/**
 * Parses a template, JSON or YAML.
 * @throws AwsError ValidationError when it is not a template; NotImplementedByLocalCloud for macros, hooks, creation and update policies.
 */
export function parseTemplate(body: string): Template {
  const value = readText(body);
  if (!isObject(value)) throw validationError('Template format error: unsupported structure.');
  const unknown = Object.keys(value).filter((section) => !SECTIONS.has(section));
  if (unknown.length > 0) {
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  }
  if (!isObject(value.Resources) || Object.keys(value.Resources).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  const count = Object.keys(value.Resources).length;
  if (count > MAX_RESOURCES) {
    throw validationError(
      `Template format error: Number of resources, ${count}, is greater than maximum allowed, ${MAX_RESOURCES}`,
    );
  }
  if (isTooDeep(value)) {
    throw validationError(`Template format error: the template is nested deeper than ${MAX_DEPTH} levels.`);
  }
  checkSections(value);
  refuseNulls(value.Resources, '/Resources');
  refuseNulls(value.Outputs ?? {}, '/Outputs');
  if (value.Hooks) throw new NotImplementedByLocalCloud('CloudFormation template section Hooks');
  for (const [logicalId, resource] of Object.entries(value.Resources)) {
    if (logicalId.startsWith('Fn::ForEach')) throw new NotImplementedByLocalCloud('Fn::ForEach');
    checkResource(logicalId, resource);
  }
  const template = value as unknown as Template;
  transformsOf(template);
  return template;
}
