/** AWS::Lambda::LayerVersion, AWS::Lambda::Version and AWS::Lambda::Alias. */
import type {
  AliasConfiguration,
  FunctionConfiguration,
  PublishLayerVersionCommandOutput,
} from '@aws-sdk/client-lambda';
import { unlessGone } from '../errors.ts';
import { given } from './common.ts';
import { defineResource, type PropertyValues, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 140;

/** Name and version of a layer version's or function version's ARN. */
function versionOf(arn: string): { name: string; version: string } {
  const parts = arn.split(':');
  return { name: parts[6] ?? '', version: parts[7] ?? '' };
}

export const layerVersion = defineResource({
  type: 'AWS::Lambda::LayerVersion',
  properties: {
    CompatibleArchitectures: replaces(['string']),
    CompatibleRuntimes: replaces(['string']),
    Content: replaces({ S3Bucket: 'string', S3Key: 'string', S3ObjectVersion: 'string' }),
    Description: replaces('string'),
    LayerName: replaces('string'),
    LicenseInfo: replaces('string'),
  },
  required: ['Content'],
  attributes: ['LayerVersionArn'],
  async create({ LayerName: name, ...properties }, context) {
    const LayerName = name ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const { LayerVersionArn = '' } = await context.call<PublishLayerVersionCommandOutput>(
      'lambda',
      'PublishLayerVersion',
      given({ LayerName, ...properties }),
    );
    return { physicalId: LayerVersionArn, attributes: { LayerVersionArn } };
  },
  async delete({ physicalId }, _properties, context) {
    const { name: LayerName, version } = versionOf(physicalId);
    await unlessGone(
      context.call('lambda', 'DeleteLayerVersion', { LayerName, VersionNumber: Number(version) }),
    );
  },
});

export const functionVersion = defineResource({
  type: 'AWS::Lambda::Version',
  properties: {
    CodeSha256: replaces('string'),
    Description: replaces('string'),
    FunctionName: replaces('string'),
  },
  required: ['FunctionName'],
  attributes: ['FunctionArn', 'Version'],
  async create(properties, context) {
    const made = await context.call<FunctionConfiguration>(
      'lambda',
      'PublishVersion',
      given({ ...properties }),
    );
    const arn = made.FunctionArn ?? '';
    return { physicalId: arn, attributes: { FunctionArn: arn, Version: made.Version ?? '' } };
  },
  async delete({ physicalId }, _properties, context) {
    const { name: FunctionName, version: Qualifier } = versionOf(physicalId);
    await unlessGone(context.call('lambda', 'DeleteFunction', { FunctionName, Qualifier }));
  },
});

const ALIAS = {
  Description: updates('string'),
  FunctionName: replaces('string'),
  FunctionVersion: updates('string'),
  Name: replaces('string'),
  RoutingConfig: updates({
    AdditionalVersionWeights: [{ FunctionVersion: 'string', FunctionWeight: 'number' }],
  }),
} as const;

function aliasInput(properties: PropertyValues<typeof ALIAS>): object {
  const weights = properties.RoutingConfig?.AdditionalVersionWeights ?? [];
  const AdditionalVersionWeights = Object.fromEntries(
    weights.map(({ FunctionVersion, FunctionWeight }) => [FunctionVersion, FunctionWeight]),
  );
  return given({ ...properties, RoutingConfig: { AdditionalVersionWeights } });
}

export const alias = defineResource({
  type: 'AWS::Lambda::Alias',
  properties: ALIAS,
  required: ['FunctionName', 'FunctionVersion', 'Name'],
  nameProperty: 'Name',
  attributes: ['AliasArn'],
  async create(properties, context) {
    const { AliasArn = '' } = await context.call<AliasConfiguration>(
      'lambda',
      'CreateAlias',
      aliasInput(properties),
    );
    return { physicalId: AliasArn, attributes: { AliasArn } };
  },
  async update({ next }, context) {
    await context.call('lambda', 'UpdateAlias', aliasInput(next));
    return undefined;
  },
  async delete(_physical, { FunctionName, Name }, context) {
    await unlessGone(context.call('lambda', 'DeleteAlias', { FunctionName, Name }));
  },
});
