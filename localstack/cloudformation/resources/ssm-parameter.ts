/** AWS::SSM::Parameter. */
import { unlessGone } from '../errors.ts';
import { given, removedTagKeys, TAG_MAP } from './common.ts';
import { defineResource, replaces, updates } from './handler.ts';

const MAX_NAME_LENGTH = 256;

const asList = (tags: Readonly<Record<string, string>> = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const parameter = defineResource({
  type: 'AWS::SSM::Parameter',
  properties: {
    AllowedPattern: updates('string'),
    DataType: updates('string'),
    Description: updates('string'),
    Name: replaces('string'),
    Tags: updates(TAG_MAP),
    Tier: updates('string'),
    Type: updates('string'),
    Value: updates('string'),
  },
  required: ['Type', 'Value'],
  nameProperty: 'Name',
  attributes: ['Type', 'Value'],
  tags: 'map',
  async create({ Tags, ...properties }, context) {
    const Name = properties.Name ?? `CFN-${context.name({ maxLength: MAX_NAME_LENGTH })}`;
    const input = given({ ...properties, Name, Tags: Tags && asList(Tags) });
    await context.call('ssm', 'PutParameter', { ...input, Overwrite: false });
    return { physicalId: Name, attributes: { Type: properties.Type ?? '', Value: properties.Value ?? '' } };
  },
  async update({ physicalId: Name, previous, next, changed }, context) {
    const { Tags, ...properties } = next;
    const { Tags: before } = previous;
    if (changed('Value', 'Type', 'Description', 'AllowedPattern', 'DataType', 'Tier')) {
      await context.call('ssm', 'PutParameter', { ...given({ ...properties }), Name, Overwrite: true });
    }
    if (changed('Tags')) {
      const resource = { ResourceType: 'Parameter', ResourceId: Name };
      const TagKeys = removedTagKeys(asList(before), asList(Tags));
      if (TagKeys.length > 0) await context.call('ssm', 'RemoveTagsFromResource', { ...resource, TagKeys });
      if (Tags) await context.call('ssm', 'AddTagsToResource', { ...resource, Tags: asList(Tags) });
    }
    return { physicalId: Name, attributes: { Type: next.Type ?? '', Value: next.Value ?? '' } };
  },
  async delete({ physicalId: Name }, _properties, context) {
    await unlessGone(context.call('ssm', 'DeleteParameter', { Name }));
  },
});
