/** AWS::Lambda::Function. */
import type { FunctionConfiguration, GetFunctionConfigurationCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/errors.ts';
import { createZip } from '../../lambda/zip.ts';
import { unlessGone } from '../errors.ts';
import { given, removedTagKeys, TAGS, tagMap } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 64;
const POLL_MS = 50;

const FUNCTION = {
  Architectures: updates(['string']),
  Code: updates({ S3Bucket: 'string', S3Key: 'string', S3ObjectVersion: 'string', ZipFile: 'string' }),
  DeadLetterConfig: updates({ TargetArn: 'string' }),
  Description: updates('string'),
  Environment: updates({ Variables: { '*': 'string' } }),
  EphemeralStorage: updates({ Size: 'integer' }),
  FunctionName: replaces('string'),
  Handler: updates('string'),
  KmsKeyArn: updates('string'),
  Layers: updates(['string']),
  LoggingConfig: updates({
    ApplicationLogLevel: 'string',
    LogFormat: 'string',
    LogGroup: 'string',
    SystemLogLevel: 'string',
  }),
  MemorySize: updates('integer'),
  PackageType: replaces('string'),
  ReservedConcurrentExecutions: updates('integer'),
  Role: updates('string'),
  Runtime: updates('string'),
  Tags: updates(TAGS),
  Timeout: updates('integer'),
  TracingConfig: updates({ Mode: 'string' }),
} as const;

type FunctionProperties = PropertyValues<typeof FUNCTION>;

/** What a setting goes back to when a template no longer has it. */
const DEFAULTS: FunctionProperties & { readonly DeadLetterConfig: object } = {
  DeadLetterConfig: { TargetArn: '' },
  Description: '',
  Environment: { Variables: {} },
  EphemeralStorage: { Size: 512 },
  KmsKeyArn: '',
  Layers: [],
  LoggingConfig: { LogFormat: 'Text' },
  MemorySize: 128,
  Timeout: 3,
  TracingConfig: { Mode: 'PassThrough' },
};

const CONFIGURATION = [
  'DeadLetterConfig',
  'Description',
  'Environment',
  'EphemeralStorage',
  'Handler',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'Role',
  'Runtime',
  'Timeout',
  'TracingConfig',
] as const;

/** The configuration that is sent: KMSKeyArn is spelt differently in the API. */
function configuration(
  properties: FunctionProperties,
  names: readonly (typeof CONFIGURATION)[number][],
): object {
  const chosen = Object.fromEntries(names.map((name) => [name, properties[name]]));
  const { KmsKeyArn, ...rest } = chosen;
  return given({ ...rest, KMSKeyArn: KmsKeyArn });
}

function code(properties: FunctionProperties): object {
  const { ZipFile, ...object } = properties.Code ?? {};
  if (ZipFile === undefined) return object;
  if (Object.keys(object).length > 0) {
    throw new AwsError(
      'InvalidParameterValueException',
      'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    );
  }
  const file = properties.Runtime?.startsWith('python') ? 'index.py' : 'index.js';
  return { ZipFile: createZip({ [file]: ZipFile }) };
}

async function whenSettled(context: ResourceContext, FunctionName: string): Promise<FunctionConfiguration> {
  for (;;) {
    const state = await context.call<GetFunctionConfigurationCommandOutput>(
      'lambda',
      'GetFunctionConfiguration',
      {
        FunctionName,
      },
    );
    const isPending = state.State === 'Pending' || state.LastUpdateStatus === 'InProgress';
    if (state.State === 'Failed')
      throw new AwsError('GeneralServiceException', state.StateReason ?? 'Function failed');
    if (state.LastUpdateStatus === 'Failed') {
      throw new AwsError('GeneralServiceException', state.LastUpdateStatusReason ?? 'Function update failed');
    }
    if (!isPending) return state;
    await context.clock.sleep(POLL_MS, `function ${FunctionName} to be active`);
  }
}

export const lambdaFunction = defineResource({
  type: 'AWS::Lambda::Function',
  properties: FUNCTION,
  required: ['Code', 'Role'],
  nameProperty: 'FunctionName',
  attributes: ['Arn'],
  tags: 'list',
  async create(properties, context) {
    const FunctionName = properties.FunctionName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { Architectures, PackageType, ReservedConcurrentExecutions, Tags } = properties;
    const made = await context.call<FunctionConfiguration>(
      'lambda',
      'CreateFunction',
      given({
        FunctionName,
        ...configuration(properties, CONFIGURATION),
        Code: code(properties),
        Architectures,
        PackageType,
        Tags: Tags && tagMap(Tags),
      }),
    );
    context.created(FunctionName);
    await whenSettled(context, FunctionName);
    if (ReservedConcurrentExecutions !== undefined) {
      await context.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
    }
    return { physicalId: FunctionName, attributes: { Arn: made.FunctionArn ?? '' } };
  },
  async update({ physicalId: FunctionName, attributes, previous, next, changed }, context) {
    const changes = CONFIGURATION.filter((name) => changed(name));
    if (changes.length > 0) {
      const settings = configuration({ ...DEFAULTS, ...next }, changes);
      await context.call('lambda', 'UpdateFunctionConfiguration', { FunctionName, ...settings });
      await whenSettled(context, FunctionName);
    }
    if (changed('Code', 'Architectures')) {
      const { Architectures = ['x86_64'] } = next;
      await context.call('lambda', 'UpdateFunctionCode', { FunctionName, ...code(next), Architectures });
      await whenSettled(context, FunctionName);
    }
    if (changed('ReservedConcurrentExecutions')) {
      const { ReservedConcurrentExecutions } = next;
      if (ReservedConcurrentExecutions === undefined) {
        await context.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
      } else
        await context.call('lambda', 'PutFunctionConcurrency', {
          FunctionName,
          ReservedConcurrentExecutions,
        });
    }
    if (changed('Tags')) {
      const Resource = attributes.Arn;
      const TagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (TagKeys.length > 0) await context.call('lambda', 'UntagResource', { Resource, TagKeys });
      if (next.Tags?.length)
        await context.call('lambda', 'TagResource', { Resource, Tags: tagMap(next.Tags) });
    }
    return undefined;
  },
  async delete({ physicalId: FunctionName }, _properties, context) {
    await unlessGone(context.call('lambda', 'DeleteFunction', { FunctionName }));
  },
});
