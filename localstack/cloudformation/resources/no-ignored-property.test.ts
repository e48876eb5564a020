/** No handler drops a property: what a template says reaches the service, when it is set, changed and removed. */
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../core/errors.ts';
import type { Json, JsonObject } from '../template/template.ts';
import { sampleOf, scalarsOf } from '../testing/sample-properties.ts';
import type { ResourceContext, ResourceHandler } from './handler.ts';
import { handlerFor, supportedTypes } from './index.ts';

/** What lookups answer; every other one says that there is nothing of that name. */
const ANSWERS: Readonly<Record<string, object>> = {
  DescribeAlarms: {},
  DescribeTable: { Table: { TableStatus: 'ACTIVE', TableArn: 'arn' } },
  GetEventSourceMapping: { State: 'Enabled' },
  GetFunctionConfiguration: { State: 'Active' },
  GetObject: { Body: Buffer.from('{}') },
};

/** Values where a sample of the shape would not do. */
const VALUES: Readonly<Record<string, Json | ((mark: string) => Json)>> = {
  'AWS::S3::Bucket AccessControl': 'Private',
  'AWS::S3::Bucket ObjectLockEnabled': true,
  'AWS::Lambda::Function Code': (mark) => ({ S3Bucket: `${mark}-bucket`, S3Key: `${mark}-key` }),
  'AWS::S3::Bucket LifecycleConfiguration': (mark) => ({
    Rules: [
      {
        Id: `${mark}-id`,
        Status: 'Enabled',
        Prefix: `${mark}-prefix`,
        ExpirationInDays: mark === 'old' ? 11 : 12,
        NoncurrentVersionExpiration: {
          NoncurrentDays: mark === 'old' ? 13 : 14,
          NewerNoncurrentVersions: mark === 'old' ? 15 : 16,
        },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: mark === 'old' ? 17 : 18 },
        TagFilters: [{ Key: `${mark}-tag`, Value: `${mark}-value` }],
      },
    ],
  }),
  'AWS::S3::Bucket NotificationConfiguration': (mark) => ({
    EventBridgeConfiguration: { EventBridgeEnabled: mark !== 'old' },
  }),
  'AWS::DynamoDB::Table GlobalSecondaryIndexes': (mark) => [
    {
      IndexName: `${mark}-index`,
      KeySchema: [{ AttributeName: `${mark}-key`, KeyType: 'HASH' }],
      Projection: { ProjectionType: `${mark}-projection` },
    },
  ],
  'AWS::Scheduler::Schedule StartDate': (mark) => (mark === 'old' ? '2030-01-01' : '2031-01-01'),
  'AWS::Scheduler::Schedule EndDate': (mark) => (mark === 'old' ? '2030-01-01' : '2031-01-01'),
};

/** Other properties that a property makes sense with. */
const COMPANIONS: Readonly<Record<string, JsonObject>> = {
  'AWS::KMS::Key RotationPeriodInDays': { EnableKeyRotation: true },
};

/** A definition with the place that a sample of DefinitionSubstitutions fills. */
const SUBSTITUTED = `$\{newkey}`;

/** What takes a value away names it. */
const TAKES_AWAY = /Delete|Untag|Remove|Detach|"Enabled":false/;

/** Properties that say how something is handled here, or that have no effect by their nature. */
const WITHOUT_CALL = new Set([
  // the canned ACL that every bucket has; others are refused
  'AWS::S3::Bucket AccessControl',
  'AWS::CDK::Metadata Analytics',
  'AWS::CDK::Metadata Modules',
  // read when the resource is deleted
  'AWS::KMS::Key PendingWindowInDays',
  'AWS::ECR::Repository EmptyOnDelete',
]);

function sampleValue(type: string, name: string, handler: ResourceHandler, mark: string): Json {
  const value = VALUES[`${type} ${name}`];
  if (value !== undefined) return typeof value === 'function' ? value(mark) : value;
  return sampleOf(handler.properties[name]?.shape ?? 'string', mark, name);
}

/** A context that records the calls. */
function recorder() {
  const calls: unknown[] = [];
  const context = {
    account: '000000000000',
    region: 'us-east-1',
    stackId: 'stack',
    stackName: 'stack',
    logicalId: 'Thing',
    stackTags: {},
    clock: { date: () => new Date(0), sleep: async () => {} },
    name: () => 'given-name',
    created: () => {},
    reserve: () => {},
    async call(_service: string, operation: string, input: object) {
      if (ANSWERS[operation]) {
        if (operation === 'GetObject') calls.push(input);
        return ANSWERS[operation];
      }
      if (/^(Get|Head|Describe)/.test(operation)) throw new AwsError('NotFound', 'none');
      calls.push({ operation, input });
      return {};
    },
  } as unknown as ResourceContext;
  return { context, text: () => JSON.stringify(calls).replaceAll('\\', '') };
}

const cases = supportedTypes().flatMap((type) => {
  const handler = handlerFor(type, 'X');
  return Object.keys(handler.properties).map((name) => ({ type, name, handler }));
});

/** The least that makes a resource of this type, without the property in question. */
function base(type: string, handler: ResourceHandler, without: string): JsonObject {
  const required = [...(handler.required ?? []), ...(handler.nameProperty ? [handler.nameProperty] : [])];
  const isDefinition = without.startsWith('Definition') && without !== 'DefinitionSubstitutions';
  const definition: JsonObject =
    type === 'AWS::StepFunctions::StateMachine' && !isDefinition ? { DefinitionString: SUBSTITUTED } : {};
  return {
    ...Object.fromEntries(
      required
        .filter((name) => name !== without)
        .map((name) => [name, sampleValue(type, name, handler, 'kept')]),
    ),
    ...definition,
    ...COMPANIONS[`${type} ${without}`],
  };
}

const visible = cases.filter(({ type, name }) => !WITHOUT_CALL.has(`${type} ${name}`));

test.each(visible)('$type $name reaches the service when the resource is made', async (property) => {
  const { type, name, handler } = property;
  const value = sampleValue(type, name, handler, 'new');
  const made = recorder();
  await handler.create({ ...base(type, handler, name), [name]: value }, made.context);
  for (const scalar of scalarsOf(value)) expect(made.text()).toContain(scalar);
});

describe.each(visible.filter(({ name, handler }) => handler.properties[name]?.onChange === 'update'))(
  '$type $name of a resource that exists',
  ({ type, name, handler }) => {
    const rest = base(type, handler, name);
    const previous = { ...rest, [name]: sampleValue(type, name, handler, 'old') };

    async function change(next: JsonObject) {
      const { context, text } = recorder();
      const changed = (...asked: string[]) => asked.includes(name);
      const order = { physicalId: 'id', attributes: { Arn: 'arn' }, previous, next, changed };
      const isRefused = await handler.update?.(order as never, context).then(
        () => false,
        (error: unknown) => error instanceof AwsError,
      );
      return { isRefused, text: text() };
    }

    test('reaches the service when it changes', async () => {
      const value = sampleValue(type, name, handler, 'new');
      const { isRefused, text } = await change({ ...rest, [name]: value });
      expect([isRefused, text]).not.toEqual([false, '[]']);
      for (const scalar of scalarsOf(value)) expect(text).toContain(scalar);
    });

    test('is reset or refused when the template no longer has it', async () => {
      if (handler.required?.includes(name)) return expect(handler.required).toContain(name);
      const { isRefused, text } = await change(rest);
      expect([isRefused, text]).not.toEqual([false, '[]']);
      if (TAKES_AWAY.test(text)) return;
      for (const scalar of scalarsOf(previous[name] as Json)) expect(text).not.toContain(scalar);
    });
  },
);
