/** Every property in the templates that are deployed here is one that its handler has; any other is refused. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { synth } from '../../test/helpers/synth.ts';
import { defineStack } from './engine/definition.ts';
import { handlerFor } from './resources/index.ts';
import { checkMembers, type Shape } from './resources/shape.ts';
import { resolveParameters } from './template/parameters.ts';
import { parseTemplate } from './template/parse.ts';
import { intrinsicOf, isObject, type Json, type ResourceDefinition } from './template/template.ts';

const CDK = dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json'));
const CLOUD = { account: '000000000000', region: 'us-east-1' };
const STACK = { stackName: 'stack', stackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/stack/1' };
const UNKNOWN = 'NotAProperty';

const stages = ['local', 'dev', 'prod'].flatMap((stage) => {
  const { platform, projects } = synth(stage);
  return Object.entries({ platform, ...projects }).map(
    ([name, template]) => [`${stage} ${name}`, JSON.stringify(template.toJSON())] as const,
  );
});
const bootstrap = readFileSync(join(CDK, 'lib/api/bootstrap/bootstrap-template.yaml'), 'utf8');

/** The value once for each object in it whose members have names, with a member added that nobody knows. */
function withUnknownMembers(shape: Shape, value: Json): Json[] {
  if (typeof shape === 'string' || intrinsicOf(value)) return [];
  if (Array.isArray(shape)) {
    const members = Array.isArray(value) ? value : [];
    return members.flatMap((member, at) =>
      withUnknownMembers(shape[0] as Shape, member).map((changed) => members.with(at, changed)),
    );
  }
  const named = shape as { readonly [member: string]: Shape };
  if (!isObject(value) || '*' in named) return [];
  const deeper = Object.entries(value).flatMap(([name, member]) =>
    withUnknownMembers(named[name] ?? 'json', member).map((changed) => ({ ...value, [name]: changed })),
  );
  return [{ ...value, [UNKNOWN]: 1 }, ...deeper];
}

async function define(templateBody: string) {
  const template = parseTemplate(templateBody);
  const given = Object.entries(template.Parameters ?? {})
    .filter(([, { Default }]) => Default === undefined)
    .map(([ParameterKey]) => ({ ParameterKey, ParameterValue: 'given' }));
  const readSsm = async (names: readonly string[]) => new Map(names.map((name) => [name, '21']));
  const parameters = await resolveParameters(template, given, [], readSsm);
  return defineStack(CLOUD, STACK, { templateBody, parameters, tags: {}, capabilities: [] });
}

/** Properties of a resource that its handler takes by name. */
function namedProperties({ Type, Properties = {} }: ResourceDefinition) {
  const handler = handlerFor(Type, 'X');
  return handler.takesAnyProperty
    ? []
    : Object.entries(Properties).map(([name, value]) => ({
        name,
        value,
        property: handler.properties[name],
      }));
}

describe.each([...stages, ['bootstrap', bootstrap] as const])('%s', (_, templateBody) => {
  test('has only properties that take effect', async () => {
    const { active, dependencies } = await define(templateBody);
    expect(active.length).toBeGreaterThan(0);
    expect(dependencies.size).toBe(active.length);
  });

  test('would be refused with any other property, however deep', async () => {
    const { active, resource } = await define(templateBody);
    for (const logicalId of active) {
      for (const { name, value, property } of namedProperties(resource(logicalId))) {
        const shape = property?.shape as Shape;
        for (const changed of withUnknownMembers(shape, value)) {
          expect(() => checkMembers(shape, changed, name, logicalId)).toThrow(UNKNOWN);
        }
      }
    }
  });
});

test('a property that the type does not have is refused when the stack is asked for', async () => {
  const template = { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { [UNKNOWN]: 1 } } } };
  await expect(define(JSON.stringify(template))).rejects.toThrow(
    `not implemented by the local cloud: property ${UNKNOWN} of AWS::SQS::Queue (Queue)`,
  );
});
