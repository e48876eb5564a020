/** What a CloudFormation template uses: properties, functions, and what its state machines and rules hold. */

import { definitionElements } from './definition-elements.ts';
import type { Element } from './element.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The only member of an object that calls a function: `Ref`, `Condition` or `Fn::...`. */
function functionOf(value: JsonObject): string | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  return name === 'Ref' || name.startsWith('Fn::') ? name : undefined;
}

/** The elements of one template. */
export function templateElements(template: JsonObject): Element[] {
  const resources = isObject(template.Resources) ? template.Resources : {};
  return [
    ...functionElements(template),
    ...Object.values(resources).filter(isObject).flatMap(resourceElements),
  ];
}

function functionElements(value: Json): Element[] {
  if (Array.isArray(value)) return value.flatMap(functionElements);
  if (!isObject(value)) return [];
  const name = functionOf(value);
  const own: Element[] = name ? [{ kind: 'template function', name }] : [];
  return [...own, ...Object.values(value).flatMap(functionElements)];
}

function resourceElements(resource: JsonObject): Element[] {
  const type = String(resource.Type);
  const properties = isObject(resource.Properties) ? resource.Properties : {};
  const names = new Set(propertyPaths(properties).map((path) => `${type}.${path}`));
  const elements: Element[] = [...names].map((name) => ({ kind: 'resource property', name }));
  if (names.size === 0) elements.push({ kind: 'resource property', name: type });
  if (properties.EventPattern !== undefined) elements.push(...patternElements(properties.EventPattern));
  const definition = properties.DefinitionString ?? properties.Definition;
  if (definition !== undefined) elements.push(...definitionElements(definitionText(definition)));
  return elements;
}

/** Members by their way from the top, members of a list once: `Targets.Arn`. */
function propertyPaths(value: Json, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => propertyPaths(member, path));
  if (!isObject(value)) return path ? [path] : [];
  const name = functionOf(value);
  // both ways of a condition may be deployed; what other functions give is no property
  if (name === 'Fn::If') return (value[name] as Json[]).slice(1).flatMap((way) => propertyPaths(way, path));
  if (name) return path ? [path] : [];
  const own = path ? [path] : [];
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, member]) =>
      propertyPaths(member, path ? `${path}.${name}` : name),
    ),
  ];
}

/** Operators in the arrays of a pattern, those inside of `anything-but` too, and `$or`. */
function patternElements(pattern: Json): Element[] {
  if (!isObject(pattern) || functionOf(pattern)) return [];
  return Object.entries(pattern).flatMap(([name, value]): Element[] => {
    if (name === '$or' && Array.isArray(value)) {
      return [{ kind: 'pattern operator', name: '$or' }, ...value.flatMap(patternElements)];
    }
    if (!Array.isArray(value)) return patternElements(value);
    return value
      .filter(isObject)
      .filter((test) => !functionOf(test))
      .flatMap(operatorElements);
  });
}

function operatorElements(test: JsonObject): Element[] {
  return Object.entries(test).flatMap(([name, operand]): Element[] => [
    { kind: 'pattern operator', name },
    ...(isObject(operand) ? operatorElements(operand) : []),
  ]);
}

/** A definition as text, with what only the deployment knows filled in by something of its kind. */
function definitionText(definition: Json): string {
  if (typeof definition === 'string') return definition;
  if (!isObject(definition)) return '';
  const join = definition['Fn::Join'];
  if (!Array.isArray(join)) return JSON.stringify(definition);
  const parts = join[1] as readonly Json[];
  return parts.map((part) => (typeof part === 'string' ? part : placeholder(part))).join('');
}

const placeholder = (part: Json): string =>
  isObject(part) && part.Ref === 'AWS::Partition' ? 'aws' : 'placeholder';
