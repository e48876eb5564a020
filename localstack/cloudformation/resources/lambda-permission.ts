/** AWS::Lambda::Permission. */
import { unlessGone } from '../errors.ts';
import { given } from './common.ts';
import { defineResource, replaces } from './handler.ts';

const MAX_STATEMENT_ID_LENGTH = 100;

export const permission = defineResource({
  type: 'AWS::Lambda::Permission',
  properties: {
    Action: replaces('string'),
    EventSourceToken: replaces('string'),
    FunctionName: replaces('string'),
    FunctionUrlAuthType: replaces('string'),
    Principal: replaces('string'),
    PrincipalOrgID: replaces('string'),
    SourceAccount: replaces('string'),
    SourceArn: replaces('string'),
  },
  required: ['Action', 'FunctionName', 'Principal'],
  attributes: ['Id'],
  async create(properties, context) {
    const StatementId = context.name({ maxLength: MAX_STATEMENT_ID_LENGTH });
    await context.call('lambda', 'AddPermission', given({ ...properties, StatementId }));
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async delete({ physicalId: StatementId }, { FunctionName }, context) {
    await unlessGone(context.call('lambda', 'RemovePermission', { FunctionName, StatementId }));
  },
});
