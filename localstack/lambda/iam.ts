/** The permissions that each Lambda operation needs, by AWS's service authorization reference. */
import type {
  CreateFunctionCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import type { AccessRequest } from '../core/service.ts';
import { checkReachable, functionArn, layerArn, layerNameOf, parseFunctionName } from './names.ts';
import { policyDocument } from './policies.ts';
import type { LambdaState } from './state.ts';
import { checkPattern, INVOKED_NAME_PATTERN, TAGGABLE_PATTERN } from './validation.ts';

interface AnyInput {
  readonly FunctionName?: string;
  readonly Qualifier?: string;
  readonly Resource?: string;
  readonly LayerName?: string;
  readonly VersionNumber?: number;
  readonly UUID?: string;
  readonly Tags?: object;
}

/** Operations whose action has another name than the operation. */
const ACTIONS: Readonly<Record<string, string>> = { Invoke: 'InvokeFunction' };
/** Operations without a resource type. */
const ON_ANY_RESOURCE = new Set(['ListFunctions', 'GetAccountSettings', 'ListEventSourceMappings']);

function passRole(roleArn: string | undefined): AccessRequest[] {
  if (roleArn === undefined) return [];
  return [
    {
      action: 'iam:PassRole',
      resource: roleArn,
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    },
  ];
}

const useLayers = (arns: readonly string[] | undefined): AccessRequest[] =>
  (arns ?? []).map((resource) => ({ action: 'lambda:GetLayerVersion', resource }));

/** Access requests of one call. Reading code from S3 is a call of its own and not in here. */
export function accessRequests(
  state: LambdaState,
  operation: string,
  input: AnyInput,
): readonly AccessRequest[] {
  const { cloud } = state;
  const action = `lambda:${ACTIONS[operation] ?? operation}`;
  if (ON_ANY_RESOURCE.has(operation)) return [{ action, resource: '*' }];

  if (operation.includes('Layer')) {
    const layer = layerArn(cloud, layerNameOf(input.LayerName ?? ''));
    const resource = operation === 'PublishLayerVersion' ? layer : `${layer}:${input.VersionNumber}`;
    return [{ action, resource }];
  }

  if (operation.includes('EventSourceMapping')) {
    const target = input.FunctionName ?? state.mappings.get(input.UUID ?? '')?.functionArn;
    const context = target
      ? { context: { 'lambda:FunctionArn': functionArn(cloud, parseFunctionName(target).name) } }
      : {};
    const resource =
      operation === 'CreateEventSourceMapping'
        ? '*'
        : `arn:aws:lambda:${cloud.region}:${cloud.account}:event-source-mapping:${input.UUID}`;
    const tags = Object.keys(input.Tags ?? {}).length > 0;
    return [{ action, resource, ...context }, ...(tags ? [{ action: 'lambda:TagResource', resource }] : [])];
  }

  checkPattern('resource', input.Resource, TAGGABLE_PATTERN);
  if (input.Resource?.includes(':event-source-mapping:')) return [{ action, resource: input.Resource }];
  checkReachable(cloud, input.FunctionName);
  const { name, qualifier } = parseFunctionName(
    input.FunctionName ?? input.Resource,
    input.Qualifier,
    operation === 'Invoke' ? INVOKED_NAME_PATTERN : undefined,
  );
  const resource = functionArn(cloud, name, qualifier);
  const resourcePolicy = policyDocument(state.functions.get(name), qualifier);
  const base: AccessRequest = { action, resource, ...(resourcePolicy && { resourcePolicy }) };
  if (operation === 'CreateFunction') {
    const create = input as CreateFunctionCommandInput;
    const tags = create.Tags && Object.keys(create.Tags).length > 0;
    return [
      base,
      ...passRole(create.Role),
      ...useLayers(create.Layers),
      ...(tags ? [{ action: 'lambda:TagResource', resource }] : []),
    ];
  }
  if (operation === 'UpdateFunctionConfiguration') {
    const update = input as UpdateFunctionConfigurationCommandInput;
    return [base, ...passRole(update.Role), ...useLayers(update.Layers)];
  }
  return [base];
}
