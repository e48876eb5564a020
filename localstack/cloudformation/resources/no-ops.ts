/** Types that stand for nothing outside their stack: CDK's metadata and wait condition handles. */
import { expectResponse } from '../custom-resource-response.ts';
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

/** Without a wait condition (which is refused) nobody waits for its signals. */
export const waitConditionHandle = defineResource({
  type: 'AWS::CloudFormation::WaitConditionHandle',
  properties: {},
  async create(_properties, context) {
    const response = expectResponse(context.endpoint);
    response.close();
    return { physicalId: response.url };
  },
  async delete() {},
});
