/** The properties of a resource as its handler gets them. */
import { validationError } from '../errors.ts';
import type { ResourceHandler } from '../resources/handler.ts';
import { compact, convert, refusedProperty } from '../resources/shape.ts';
import { type ReadParameter, resolveDynamicReferences } from '../template/dynamic-references.ts';
import { evaluateObject } from '../template/evaluate.ts';
import { isKnownAfterApply, type Scope } from '../template/scope.ts';
import { type Json, type JsonObject, ownMember } from '../template/template.ts';
import type { StackDefinition } from './definition.ts';

/** What properties are evaluated with. */
export interface Evaluation {
  readonly scope: Scope;
  readonly readParameter: ReadParameter;
}

function withStackTags(
  handler: ResourceHandler,
  properties: JsonObject,
  stackTags: Readonly<Record<string, string>>,
): JsonObject {
  if (handler.tags === undefined || Object.keys(stackTags).length === 0) return properties;
  if (handler.tags === 'map')
    return { ...properties, Tags: { ...stackTags, ...(properties.Tags as object) } };
  const own = (properties.Tags ?? []) as { Key: string; Value: string }[];
  const inherited = Object.entries(stackTags)
    .filter(([key]) => !own.some(({ Key }) => Key === key))
    .map(([Key, Value]) => ({ Key, Value }));
  return { ...properties, Tags: [...own, ...inherited] };
}

/**
 * Evaluates and converts a resource's properties, the stack's tags merged in.
 * What is known only after the execution stays as it is, unconverted.
 * @throws AwsError ValidationError for a missing or unfit property; NotImplementedByLocalCloud for one that this cloud lacks.
 */
export async function evaluateProperties(
  definition: StackDefinition,
  logicalId: string,
  handler: ResourceHandler,
  { scope, readParameter }: Evaluation,
): Promise<JsonObject> {
  const { Properties = {}, Type } = definition.resource(logicalId);
  const evaluated = compact(evaluateObject(Properties, scope));
  const missing = (handler.required ?? []).filter((name) => evaluated[name] === undefined);
  if (missing.length > 0) {
    throw validationError(
      `Properties validation failed for resource ${logicalId}: required key [${missing[0]}] not found`,
    );
  }
  const resolved = (await resolveDynamicReferences(evaluated, readParameter)) as JsonObject;
  const tagged = withStackTags(handler, resolved, definition.content.tags);
  return convertProperties(handler, tagged, `${Type} (${logicalId})`);
}

function convertProperties(handler: ResourceHandler, properties: JsonObject, owner: string): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]): [string, Json] => {
      const property = ownMember(handler.properties, name);
      if (!property && !handler.takesAnyProperty) throw refusedProperty(name, owner);
      const isOpen = !property || isKnownAfterApply(value);
      return [name, isOpen ? value : convert(property.shape, value, name, owner)];
    }),
  );
}

/** A value's text with object keys in order, so that equal values have equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** Names of the properties that differ. */
export function changedProperties(previous: JsonObject, next: JsonObject): string[] {
  const names = [...new Set([...Object.keys(previous), ...Object.keys(next)])];
  return names.filter((name) => canonical(previous[name]) !== canonical(next[name]));
}

/** The first of these properties that cannot be changed. */
export function fixedProperty(handler: ResourceHandler, changed: readonly string[]): string | undefined {
  return changed.find((name) => handler.properties[name]?.onChange === 'refuse');
}

/** Whether a change of these properties makes a new physical resource. */
export function needsReplacement(handler: ResourceHandler, changed: readonly string[]): boolean {
  return changed.some((name) => handler.properties[name]?.onChange === 'replace');
}
