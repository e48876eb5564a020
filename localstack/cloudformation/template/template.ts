/** The parsed form of a template. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: JsonObject;
  readonly DependsOn?: string | string[];
  readonly Condition?: string;
  readonly Metadata?: Json;
  readonly DeletionPolicy?: Json;
  readonly UpdateReplacePolicy?: Json;
}

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly MinLength?: number;
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly NoEcho?: boolean | string;
}

export interface OutputDefinition {
  readonly Value: Json;
  readonly Description?: string;
  readonly Export?: { readonly Name: Json };
  readonly Condition?: string;
}

export interface RuleDefinition {
  readonly RuleCondition?: Json;
  readonly Assertions: readonly { readonly Assert: Json; readonly AssertDescription?: string }[];
}

export interface Template {
  readonly AWSTemplateFormatVersion?: string;
  readonly Description?: string;
  readonly Metadata?: Json;
  readonly Parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Rules?: Readonly<Record<string, RuleDefinition>>;
  readonly Transform?: Json;
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs?: Readonly<Record<string, OutputDefinition>>;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that an object has of its own; what every object inherits is none. */
export function ownMember<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The intrinsic that an object stands for: an object whose only key is `Ref`, `Condition` or `Fn::…`. */
export function intrinsicOf(value: Json): { readonly name: string; readonly argument: Json } | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const name = keys[0];
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name !== 'Ref' && !name.startsWith('Fn::')) return undefined;
  return { name, argument: value[name] as Json };
}
