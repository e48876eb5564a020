/** What AWS checks of a state machine's role when the state machine is created or updated. */
import type { EncryptionConfiguration, LoggingConfiguration } from '@aws-sdk/client-sfn';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { Call } from '../../core/service.ts';
import { useKey } from '../../sqs/key-use.ts';
import type { Definition } from '../definition/asl.ts';
import { integrationsOf } from '../definition/integrations-of.ts';

/** What the role has to do. */
export interface RoleUse {
  readonly roleArn: string;
  readonly stateMachineArn: string;
  readonly definition: Definition;
  readonly loggingConfiguration: LoggingConfiguration;
  readonly encryptionConfiguration: EncryptionConfiguration | undefined;
}

const LOG_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];
const RULE_ACTIONS = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

/** @throws AwsError AccessDeniedException in AWS's words for the first thing that the role may not do */
export async function checkRole(cloud: Cloud, use: RoleUse, call: Call): Promise<void> {
  const role = assume(cloud, use);
  for (const rule of await managedRules(use.definition)) {
    const resource = `arn:aws:events:${cloud.region}:${cloud.account}:rule/${rule}`;
    const requests = RULE_ACTIONS.map((action) => ({ action, resource }));
    const refusal = `'${use.roleArn}' is not authorized to create managed-rule.`;
    orRefuse(() => cloud.authorize(requests, role, call), refusal);
  }
  if ((use.loggingConfiguration.level ?? 'OFF') !== 'OFF') {
    const requests = LOG_ACTIONS.map((action) => ({ action, resource: '*' }));
    const refusal = 'The state machine IAM Role is not authorized to access the Log Destination';
    orRefuse(() => cloud.authorize(requests, role, call), refusal);
  }
  await checkKey(cloud, use, role);
}

/** @throws AwsError KmsAccessDeniedException */
async function checkKey(cloud: Cloud, use: RoleUse, principal: Principal): Promise<void> {
  const { encryptionConfiguration: encryption, stateMachineArn } = use;
  if (encryption?.type !== 'CUSTOMER_MANAGED_KMS_KEY') return;
  const keyId = encryption.kmsKeyId;
  if (!keyId) {
    throw new AwsError('InvalidEncryptionConfiguration', 'A customer managed key needs a kmsKeyId');
  }
  try {
    await useKey(cloud, {
      keyId,
      principal,
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      via: 'states',
      encryptionContext: { 'aws:states:stateMachineArn': stateMachineArn },
    });
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    throw new AwsError('KmsAccessDeniedException', thrown.message, { cause: thrown });
  }
}

function assume(cloud: Cloud, { roleArn, stateMachineArn }: RoleUse): Principal {
  try {
    return cloud.assumeRole(roleArn, 'states.amazonaws.com', 'StateMachineCheck', stateMachineArn);
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    const refusal =
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.';
    throw new AwsError('AccessDeniedException', refusal, { cause: thrown });
  }
}

async function managedRules(definition: Definition): Promise<ReadonlySet<string>> {
  const integrations = await integrationsOf(definition);
  return new Set(integrations.flatMap(({ managedRule }) => (managedRule ? [managedRule] : [])));
}

function orRefuse(check: () => void, refusal: string): void {
  try {
    check();
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    throw new AwsError('AccessDeniedException', refusal, { cause: thrown });
  }
}
