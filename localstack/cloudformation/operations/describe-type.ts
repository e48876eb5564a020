/** DescribeType: the schemas of the resource types that this cloud has; the CDK CLI asks what replaces a resource. */
import type { DescribeTypeCommandInput, DescribeTypeCommandOutput } from '@aws-sdk/client-cloudformation';
import { AwsError, NotImplementedByLocalCloud } from '../../core/errors.ts';
import type { ResourceHandler } from '../resources/handler.ts';
import { handlerFor, supportedTypes } from '../resources/index.ts';
import type { Shape } from '../resources/shape.ts';
import type { Service } from './stacks.ts';

/** CDK's metadata is no type of the registry. */
const UNREGISTERED = 'AWS::CDK::Metadata';

/** @throws AwsError TypeNotFoundException, or NotImplementedByLocalCloud for what is no resource type */
export function describeType(
  { cloud }: Service,
  { Type, TypeName = '' }: DescribeTypeCommandInput,
): Omit<DescribeTypeCommandOutput, '$metadata'> {
  if (Type !== 'RESOURCE')
    throw new NotImplementedByLocalCloud(`cloudformation DescribeType of Type ${Type}`);
  if (TypeName === UNREGISTERED || !supportedTypes().includes(TypeName)) {
    throw new AwsError('TypeNotFoundException', `The type '${TypeName}' cannot be found.`, { status: 404 });
  }
  const handler = handlerFor(TypeName, TypeName);
  return {
    Arn: `arn:aws:cloudformation:${cloud.region}::type/resource/${TypeName.replaceAll('::', '-')}`,
    Type,
    TypeName,
    Schema: JSON.stringify(schemaOf(handler)),
    ProvisioningType: handler.update ? 'FULLY_MUTABLE' : 'IMMUTABLE',
    DeprecatedStatus: 'LIVE',
    Visibility: 'PUBLIC',
  };
}

const pointers = (names: readonly string[]) => names.map((name) => `/properties/${name}`);

/** A schema as the registry has them, of what this cloud takes of the type. */
function schemaOf({ type, properties, required = [], attributes = [] }: ResourceHandler): object {
  const names = Object.keys(properties);
  // an attribute that gives back a property is none of its own
  const own = attributes === 'any' ? [] : attributes.filter((name) => !names.includes(name));
  return {
    typeName: type,
    properties: {
      ...Object.fromEntries(names.map((name) => [name, jsonSchema(properties[name]?.shape ?? 'json')])),
      ...Object.fromEntries(own.map((name) => [name, { type: 'string' }])),
    },
    additionalProperties: false,
    required,
    createOnlyProperties: pointers(names.filter((name) => properties[name]?.onChange === 'replace')),
    readOnlyProperties: pointers(own),
  };
}

function jsonSchema(shape: Shape): object {
  if (shape === 'json') return { type: ['object', 'array', 'string'] };
  if (typeof shape === 'string') return { type: shape };
  if (isList(shape)) return { type: 'array', items: jsonSchema(shape[0]) };
  const { '*': each, ...members } = shape;
  if (each !== undefined) return { type: 'object', additionalProperties: jsonSchema(each) };
  const properties = Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, jsonSchema(member)]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
