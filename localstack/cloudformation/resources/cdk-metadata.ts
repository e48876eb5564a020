/** AWS::CDK::Metadata, which stands for nothing outside its stack. */
import { defineResource, updates } from './handler.ts';

const MAX_NAME_LENGTH = 255;

export const cdkMetadata = defineResource({
  type: 'AWS::CDK::Metadata',
  properties: { Analytics: updates('string'), Modules: updates('string') },
  async create(_properties, context) {
    return { physicalId: context.name({ maxLength: MAX_NAME_LENGTH }) };
  },
  async update() {
    return undefined;
  },
  async delete() {},
});
