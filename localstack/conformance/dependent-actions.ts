/**
 * What a call needs besides its own action: `dependent_actions` of AWS's reference, when the call gives what they are
 * for.
 */

/** A call as it came in, and the permissions that were asked for it. */
export interface AskedCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly asked: readonly { readonly action: string; readonly resource: string }[];
  /** Made by an AWS service in its own name. */
  readonly isService: boolean;
}

/** Operations that need no permission, and who says so. */
const FREE: Readonly<Record<string, string>> = {
  'sts GetCallerIdentity':
    'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html "No permissions are required"',
};
/** The same for what services do in their own name. */
const FREE_TO_SERVICES: Readonly<Record<string, string>> = {
  'monitoring PutMetricData':
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html',
};

/** Roles are passed by these too, which the reference leaves out. */
const PASSES_ROLE_TOO = new Set([
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
  'events:PutTargets',
  'events:PutRule',
  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html
  'lambda:UpdateFunctionConfiguration',
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
  'cloudformation:CreateStack',
  'cloudformation:UpdateStack',
  'cloudformation:DeleteStack',
  'cloudformation:CreateChangeSet',
]);

type Need = (input: Readonly<Record<string, unknown>>) => boolean;
/** What only calls need that are refused here. */
const never: Need = () => false;

/** Dependent actions that only some calls need, by action and dependent action. */
const CONDITIONAL: Readonly<Record<string, Need>> = {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
  'cloudformation:DescribeStacks cloudformation:ListStacks': ({ StackName }) => StackName === undefined,
  // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html asks for CreateKey and TagResource only; the
  // linked role is for multi-Region keys
  'kms:CreateKey kms:PutKeyPolicy': never,
  'kms:CreateKey iam:CreateServiceLinkedRole': never,
  // capacity providers
  'lambda:CreateFunction lambda:PassCapacityProvider': never,
  'states:CreateStateMachine states:PublishStateMachineVersion': ({ publish }) => publish === true,
  'states:UpdateStateMachine states:PublishStateMachineVersion': ({ publish }) => publish === true,
};
/** Service Quotas reads the figures of some services with the caller's permissions; none of them has quotas here. */
const QUOTA_READERS = /^servicequotas:(ListServiceQuotas|GetServiceQuota) /;

/** What is wrong with the further permissions of a call; empty when nothing is. */
export function dependentFaults(
  call: AskedCall,
  dependentsOf: (action: string) => readonly string[],
): string[] {
  const name = `${call.service} ${call.operation}`;
  if (call.asked.length === 0) {
    const isFree = name in FREE || (call.isService && name in FREE_TO_SERVICES);
    return isFree ? [] : [`${name} asks for no permission`];
  }
  const asks = (action: string, resource?: string) =>
    call.asked.some(
      (each) => each.action === action && (resource === undefined || each.resource === resource),
    );
  const own = [...new Set(call.asked.map(({ action }) => action))];
  return own.flatMap((action) => {
    const dependents = [...dependentsOf(action), ...(PASSES_ROLE_TOO.has(action) ? ['iam:PassRole'] : [])];
    return [...new Set(dependents)].flatMap((dependent) => {
      if (dependent === 'iam:PassRole') {
        return rolesIn(call.input)
          .filter((role) => !asks(dependent, role))
          .map((role) => `${name} does not ask for ${dependent} on ${role}`);
      }
      const pair = `${action} ${dependent}`;
      if (QUOTA_READERS.test(pair) || CONDITIONAL[pair]?.({ ...call.input }) === false) return [];
      if (/:(AddTags|TagResource)$/.test(dependent) && !hasTags(call.input)) return [];
      return asks(dependent) ? [] : [`${name} does not ask for ${dependent}, on which ${action} depends`];
    });
  });
}

const ROLE = /^arn:aws:iam::\d{12}:role\//;

/** Roles that members named for roles hand over, at any depth. */
function rolesIn(value: unknown, member = ''): string[] {
  if (typeof value === 'string') return /role/i.test(member) && ROLE.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((each) => rolesIn(each, member));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => rolesIn(each, name));
}

function hasTags(input: object): boolean {
  return Object.entries(input).some(
    ([name, value]) => /^tags$/i.test(name) && Object.keys((value as object | undefined) ?? {}).length > 0,
  );
}
