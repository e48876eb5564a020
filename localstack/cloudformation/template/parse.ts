/** Reads a template's text and checks its outer form. */
import { NotImplementedByLocalCloud } from '../../core/errors.ts';
import { validationError } from '../errors.ts';
import { isObject, type Template } from './template.ts';
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

function readText(body: string): unknown {
  const isJson = body.trimStart().startsWith('{');
  try {
    return isJson ? JSON.parse(body) : parseYaml(body);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw validationError(`Template format error: ${isJson ? 'JSON' : 'YAML'} not well-formed. (${reason})`);
  }
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
  const unknown = Object.keys(resource).find((key) => !RESOURCE_ATTRIBUTES.has(key));
  if (unknown === 'CreationPolicy' || unknown === 'UpdatePolicy') {
    throw new NotImplementedByLocalCloud(`resource attribute ${unknown} of ${logicalId} (${resource.Type})`);
  }
  if (unknown) throw validationError(`Invalid template resource property '${unknown}'`);
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
  if (value.Hooks) throw new NotImplementedByLocalCloud('CloudFormation template section Hooks');
  for (const [logicalId, resource] of Object.entries(value.Resources)) {
    if (logicalId.startsWith('Fn::ForEach')) throw new NotImplementedByLocalCloud('Fn::ForEach');
    checkResource(logicalId, resource);
  }
  const template = value as unknown as Template;
  transformsOf(template);
  return template;
}
