/** What the engine knows about a resource type. */
import type { Clock } from '../../core/clock.ts';
import type { Json, JsonObject } from '../template/template.ts';
import type { Shape, ValueOf } from './shape.ts';

/** A property: its shape, and what a change of it does. */
export interface Property<S extends Shape = Shape> {
  readonly shape: S;
  readonly onChange: 'update' | 'replace' | 'refuse';
}

/** A property that is changed in place. */
export function updates<const S extends Shape>(shape: S): Property<S> {
  return { shape, onChange: 'update' };
}

/** A property whose change makes a new physical resource. */
export function replaces<const S extends Shape>(shape: S): Property<S> {
  return { shape, onChange: 'replace' };
}

/** A property that cannot be changed at all: AWS fails the update rather than replace the resource. */
export function fixed<const S extends Shape>(shape: S): Property<S> {
  return { shape, onChange: 'refuse' };
}

export type Properties = Readonly<Record<string, Property>>;

export type PropertyValues<P extends Properties> = {
  readonly [Name in keyof P]?: ValueOf<P[Name]['shape']>;
};

export type Attributes = Readonly<Record<string, Json>>;

/** What exists: `Ref` gives the physical id, `Fn::GetAtt` the attributes. */
export interface Physical {
  readonly physicalId: string;
  readonly attributes?: Attributes;
}

export interface NameOptions {
  readonly maxLength: number;
  /** @default false */
  readonly lowerCase?: boolean;
}

/** What a handler works with. */
export interface ResourceContext {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly clock: Clock;
  /** Calls a service as the stack's role. */
  call<Output = Record<string, unknown>>(service: string, operation: string, input: object): Promise<Output>;
  /** A name by AWS's pattern, `<stack>-<logical id>-<random>`; the same one again within one attempt. */
  name(options: NameOptions): string;
  /**
   * Tells the engine the physical id as soon as there is something to delete, so that a later failure of the same
   * creation does not leave it behind.
   */
  created(physicalId: string): void;
  /** The same for an id that the resource has only if its creation fails without giving another. */
  reserve(physicalId: string): void;
  /** The tags of the stack; the engine has merged them into `Tags` where the type has that property. */
  readonly stackTags: Readonly<Record<string, string>>;
}

/** A change in place. */
export interface Change<P> {
  readonly physicalId: string;
  readonly attributes: Attributes;
  readonly previous: P;
  readonly next: P;
  /** Whether any of these properties differs. */
  changed(...names: (keyof P)[]): boolean;
}

export interface ResourceType<P extends Properties = Properties> {
  readonly type: string;
  readonly properties: P;
  readonly required?: readonly (keyof P & string)[];
  /** The property that holds the custom name: with it unchanged, AWS refuses a replacement. */
  readonly nameProperty?: keyof P & string;
  /** Names for `Fn::GetAtt`; `'any'` for types whose attributes are data. */
  readonly attributes?: readonly string[] | 'any';
  /** Form of the property `Tags`, into which the stack's tags are merged. @default - the type takes no tags */
  readonly tags?: 'list' | 'map';
  /** Properties beyond the named ones are data of the resource (custom resources). @default false */
  readonly takesAnyProperty?: boolean;
  create(properties: PropertyValues<P>, context: ResourceContext): Promise<Physical>;
  /** Absent for a type that has nothing to change in place. */
  update?(change: Change<PropertyValues<P>>, context: ResourceContext): Promise<Physical | undefined>;
  delete(
    physical: Required<Physical>,
    properties: PropertyValues<P>,
    context: ResourceContext,
  ): Promise<void>;
}

/** A type as the engine holds it, its properties' types forgotten. */
export interface ResourceHandler
  extends Omit<ResourceType, 'create' | 'update' | 'delete' | 'required' | 'nameProperty'> {
  readonly required?: readonly string[];
  readonly nameProperty?: string;
  create(properties: JsonObject, context: ResourceContext): Promise<Physical>;
  update?(change: Change<JsonObject>, context: ResourceContext): Promise<Physical | undefined>;
  delete(physical: Required<Physical>, properties: JsonObject, context: ResourceContext): Promise<void>;
}

/** Declares a resource type; its handlers see the properties typed by their shapes. */
export function defineResource<const P extends Properties>(definition: ResourceType<P>): ResourceHandler {
  return definition as unknown as ResourceHandler;
}
