/** AWS::StepFunctions::StateMachine. */
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { CreateStateMachineCommandOutput, UpdateStateMachineCommandOutput } from '@aws-sdk/client-sfn';
import { unlessGone, validationError } from '../errors.ts';
import { given, removedTagKeys, TAGS } from './common.ts';
import { defineResource, type PropertyValues, type ResourceContext, replaces, updates } from './handler.ts';
import { readBody } from './read-body.ts';

const MAX_NAME_LENGTH = 80;
const POLL_MS = 50;

const STATE_MACHINE = {
  Definition: updates('json'),
  DefinitionS3Location: updates({ Bucket: 'string', Key: 'string', Version: 'string' }),
  DefinitionString: updates('string'),
  DefinitionSubstitutions: updates({ '*': 'string' }),
  EncryptionConfiguration: updates({
    KmsDataKeyReusePeriodSeconds: 'integer',
    KmsKeyId: 'string',
    Type: 'string',
  }),
  LoggingConfiguration: updates({
    Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'string' } }],
    IncludeExecutionData: 'boolean',
    Level: 'string',
  }),
  RoleArn: updates('string'),
  StateMachineName: replaces('string'),
  StateMachineType: replaces('string'),
  Tags: updates(TAGS),
  TracingConfiguration: updates({ Enabled: 'boolean' }),
} as const;

type StateMachineProperties = PropertyValues<typeof STATE_MACHINE>;

async function definitionOf(properties: StateMachineProperties, context: ResourceContext): Promise<string> {
  const text = await definitionText(properties, context);
  const substitutions = properties.DefinitionSubstitutions ?? {};
  return text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) => substitutions[name] ?? whole);
}

async function definitionText(properties: StateMachineProperties, context: ResourceContext): Promise<string> {
  const { Definition, DefinitionS3Location, DefinitionString } = properties;
  const count = [Definition, DefinitionS3Location, DefinitionString].filter(
    (given) => given !== undefined,
  ).length;
  if (count !== 1) {
    throw validationError('Exactly one of Definition, DefinitionString and DefinitionS3Location is required');
  }
  if (DefinitionString !== undefined) return DefinitionString;
  if (DefinitionS3Location === undefined) return JSON.stringify(Definition);
  const { Bucket, Key, Version: VersionId } = DefinitionS3Location;
  const object = await context.call<GetObjectCommandOutput>(
    's3',
    'GetObject',
    given({ Bucket, Key, VersionId }),
  );
  return readBody(object.Body);
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** CloudFormation's property names with the first letter lowered, as the API spells them. */
function apiShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(apiShape);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [lowerFirst(name), apiShape(member)]),
  );
}

const apiTags = (tags: StateMachineProperties['Tags']) =>
  tags?.map(({ Key, Value }) => ({ key: Key, value: Value }));

export const stateMachine = defineResource({
  type: 'AWS::StepFunctions::StateMachine',
  properties: STATE_MACHINE,
  required: ['RoleArn'],
  nameProperty: 'StateMachineName',
  attributes: ['Arn', 'Name', 'StateMachineRevisionId'],
  tags: 'list',
  async create(properties, context) {
    const name = properties.StateMachineName ?? context.name({ maxLength: MAX_NAME_LENGTH });
    const made = await context.call<CreateStateMachineCommandOutput>(
      'states',
      'CreateStateMachine',
      given({
        name,
        definition: await definitionOf(properties, context),
        roleArn: properties.RoleArn,
        type: properties.StateMachineType,
        loggingConfiguration: apiShape(properties.LoggingConfiguration),
        tracingConfiguration: apiShape(properties.TracingConfiguration),
        encryptionConfiguration: apiShape(properties.EncryptionConfiguration),
        tags: apiTags(properties.Tags),
      }),
    );
    const Arn = made.stateMachineArn ?? '';
    return { physicalId: Arn, attributes: { Arn, Name: name, StateMachineRevisionId: 'INITIAL' } };
  },
  async update({ physicalId, attributes, previous, next, changed }, context) {
    const definitionChanged = changed(
      'Definition',
      'DefinitionString',
      'DefinitionS3Location',
      'DefinitionSubstitutions',
    );
    const input = given({
      definition: definitionChanged ? await definitionOf(next, context) : undefined,
      roleArn: changed('RoleArn') ? next.RoleArn : undefined,
      loggingConfiguration: changed('LoggingConfiguration')
        ? apiShape(next.LoggingConfiguration ?? { Level: 'OFF', IncludeExecutionData: false })
        : undefined,
      tracingConfiguration: changed('TracingConfiguration')
        ? apiShape(next.TracingConfiguration ?? { Enabled: false })
        : undefined,
      encryptionConfiguration: changed('EncryptionConfiguration')
        ? apiShape(next.EncryptionConfiguration ?? { Type: 'AWS_OWNED_KEY' })
        : undefined,
    });
    let revisionId = attributes.StateMachineRevisionId;
    if (Object.keys(input).length > 0) {
      const updated = await context.call<UpdateStateMachineCommandOutput>('states', 'UpdateStateMachine', {
        stateMachineArn: physicalId,
        ...input,
      });
      revisionId = updated.revisionId ?? revisionId;
    }
    if (changed('Tags')) {
      const tagKeys = removedTagKeys(previous.Tags, next.Tags);
      if (tagKeys.length > 0)
        await context.call('states', 'UntagResource', { resourceArn: physicalId, tagKeys });
      const tags = apiTags(next.Tags);
      if (tags?.length) await context.call('states', 'TagResource', { resourceArn: physicalId, tags });
    }
    return { physicalId, attributes: { ...attributes, StateMachineRevisionId: revisionId ?? 'INITIAL' } };
  },
  async delete({ physicalId: stateMachineArn }, _properties, context) {
    await unlessGone(context.call('states', 'DeleteStateMachine', { stateMachineArn }));
    await unlessGone(
      (async () => {
        for (;;) {
          const { status } = await context.call<{ status?: string }>('states', 'DescribeStateMachine', {
            stateMachineArn,
          });
          if (status !== 'DELETING') return;
          await context.clock.sleep(POLL_MS, `state machine ${stateMachineArn} to be gone`);
        }
      })(),
    );
  },
});
